import { CalandriaError } from '../errors/calandria-error.js'
import { type ErrorCode, ERRORS } from '../errors/catalogue.js'
import { RECEIVE_SLACK, type Transport, type TransportListener } from '../io/transport.js'
import { BATCH_CAP, WriteBatch } from '../io/write-batch.js'
import type { Timer } from '../reactor/timer-wheel.js'
import { ConnectionEvent, ConnectionState, nextConnectionState } from './connection-state.js'
import type { PathEntry } from './path-cache.js'
import { Pipeline, type PipelineOwner } from './pipeline.js'
import type { Peer, Request } from './request.js'
import { RequestReader, type RequestSink } from './request-reader.js'
import { Response } from './response.js'
import { ResponseState } from './response-state.js'
import type { ServerContext } from './server-context.js'

// Constants of this module are cheaper than members of an imported one, and these are asked for all the time.
const { Open, Draining, Closed } = ConnectionState

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** Bytes that were read but could not be dispatched yet; reading pauses until they are. */
interface Backlog {
  readonly bytes: Buffer
  from: number
  readonly limit: number
}

/**
 * HTTP/1.1 on one transport: bytes in, requests to the handler, replies in order into the batch.
 * `connection-state.ts` has the states, `docs/architecture.md` a request's way through here.
 */
export class Connection implements TransportListener, RequestSink, PipelineOwner, Peer {
  readonly #server: ServerContext
  readonly #transport: Transport
  readonly #batch: WriteBatch
  readonly #pipeline: Pipeline
  readonly #reader: RequestReader
  #state: ConnectionState = Open
  #backlog: Backlog | null = null
  /** A read is being dispatched: its end flushes, so nobody else need. */
  #isDispatching = false
  #isPaused = false
  #isDispatchPosted = false
  #owesContinue = false
  #lingerTimer: Timer | null = null

  constructor(server: ServerContext, transport: Transport) {
    this.#server = server
    this.#transport = transport
    this.#batch = new WriteBatch(transport, server.reactor)
    this.#pipeline = new Pipeline(this.#batch, this)
    this.#reader = new RequestReader(this, server.limits, server.paths, server.parsers)
    transport.attach(this)
  }

  get remoteAddress(): string | null {
    return this.#transport.remoteAddress
  }

  /** The server is closing. @returns whether nothing was owed, so that the connection ends now */
  closeWhenDone(): boolean {
    if (this.#state !== Open || !this.#isIdle) return false
    this.#expectNoMore()
    return true
  }

  /** Whether replies may still be owed: it is neither idle nor lingering. */
  get isBusy(): boolean {
    return this.#state === Draining || (this.#state === Open && !this.#isIdle)
  }

  /** The server's patience is over: what is still owed will never be answered. */
  abort(): void {
    this.#transition(ConnectionEvent.LastRequest) // what was read already is not dispatched any more
    this.#transport.abort()
  }

  get #isIdle(): boolean {
    return this.#pipeline.inFlight === 0 && !this.#hasMoreToServe
  }

  /** Whether more has been received than was dispatched. */
  get #hasMoreToServe(): boolean {
    const { hasMore, isMidRequest } = this.#reader
    return this.#backlog !== null || isMidRequest || (this.#isDispatching && hasMore)
  }

  // ---- TransportListener ------------------------------------------------------------------------------------

  onBytes(bytes: Buffer, length: number): void {
    if (this.#state !== Open) return // nothing behind the last request is ever read as a request
    this.#server.pacer.begin(this.#server.reactor.now)
    const stopped = this.#dispatchFrom(bytes, 0, length)
    if (stopped < length) this.#backlog = makeBacklog(bytes.subarray(stopped, length))
    this.#endDispatch()
  }

  onDrain(): void {
    this.#batch.drained()
    // As a task: Node drains in a microtask when the kernel takes all at once, and sockets would wait for ever.
    this.continueLater()
    this.#finishWhenDone()
    this.#steer()
  }

  /** The client has half-closed. It still gets every reply that it asked for (RFC 9112 §9.6). */
  onEnd(): void {
    this.#expectNoMore()
  }

  onClose(): void {
    const server = this.#server
    const { inFlight } = this.#pipeline
    this.#transition(ConnectionEvent.TransportClosed)
    this.#backlog = null
    this.#reader.forget()
    this.#batch.clear()
    this.#lingerTimer?.cancel()
    if (inFlight > 0) this.#pipeline.abort(new CalandriaError('CAL_ERR_CLIENT_GONE'))
    server.counters.aborted += inFlight
    server.counters.connectionsClosed++
    server.connections.delete(this)
    server.connectionClosed()
  }

  // ---- dispatching ------------------------------------------------------------------------------------------

  /** Dispatches the requests in `bytes[from, limit)`. @returns where it had to stop; `limit` when it need not go on */
  #dispatchFrom(bytes: Buffer, from: number, limit: number): number {
    const { pacer, date, reactor, counters } = this.#server
    const reader = this.#reader
    this.#isDispatching = true
    date.refresh(pacer.tick)
    reader.begin(bytes, limit)
    let at = from
    while (at < limit && this.#mayDispatch()) {
      at = reader.step(at)
      if (pacer.tick >= reactor.sliceEnd) {
        if (at < limit) counters.slicesUsedUp++
        break
      }
    }
    reader.end()
    pacer.end(this.#batch.replies)
    this.#isDispatching = false
    return this.#state === Open ? at : limit
  }

  /** Back-pressure: too many in flight, too much held behind a slow one, or a peer that doesn't read. */
  #mayDispatch(): boolean {
    return (
      this.#state === Open &&
      this.#batch.isWritable &&
      this.#pipeline.inFlight < this.#server.limits.inFlight &&
      this.#pipeline.heldBytes < BATCH_CAP
    )
  }

  /** The read is dispatched, or as much of it as may be: what it made ready leaves. */
  #endDispatch(): void {
    if (this.#server.policy.leavesAtEndOfRead) this.#batch.flush()
    else if (!this.#batch.isEmpty) this.#batch.flushSoon()
    this.#finishWhenDone()
    this.#steer()
  }

  /** As a task: goes on with what an earlier read left. */
  readonly #dispatchBacklog = (): void => {
    this.#isDispatchPosted = false
    const backlog = this.#backlog
    if (backlog === null) return
    this.#server.pacer.begin(this.#server.reactor.clock.now()) // other tasks have run in this turn
    this.#backlog = null // while it is dispatched, the reader knows whether more stands behind a request
    backlog.from = this.#dispatchFrom(backlog.bytes, backlog.from, backlog.limit)
    if (backlog.from < backlog.limit) this.#backlog = backlog
    this.#endDispatch()
  }

  /** The one place that decides whether to read, so that no wake-up can be lost between two (node#3332). */
  #steer(): void {
    if (this.#state === Closed) return
    const isOpen = this.#state === Open
    const mayDispatch = this.#mayDispatch()
    if (this.#backlog !== null && mayDispatch && !this.#isDispatchPosted) {
      this.#isDispatchPosted = true
      this.#server.reactor.post(this.#dispatchBacklog)
    }
    // After the last request reading goes on: what comes in is discarded, and the client's end is seen.
    const mustPause = isOpen && (this.#backlog !== null || !mayDispatch)
    if (mustPause === this.#isPaused) return
    this.#isPaused = mustPause
    if (mustPause) this.#transport.pause()
    else this.#transport.resume()
  }

  requestRead(request: Request, path: PathEntry): void {
    const server = this.#server
    const { pacer } = server
    const batch = this.#batch
    const response = new Response(this.#pipeline, request)
    server.counters.requests++
    this.#owesContinue = false
    if (!request.persists) this.#transition(ConnectionEvent.LastRequest)

    const expectedMs = pacer.expectedMs(path, batch.replies)
    if (!batch.isEmpty && server.policy.leavesBefore(expectedMs, pacer.tick - batch.openedAt)) batch.flush()
    this.#pipeline.begin(response)
    const repliesWaiting = batch.replies
    if (request.isMethodUnknown) this.#sendError(response, 'CAL_ERR_HTTP_METHOD_UNKNOWN')
    else this.#handle(request, response)
    pacer.afterHandler(path, repliesWaiting)
  }

  #handle(request: Request, response: Response): void {
    try {
      const result = this.#server.handler(request, response) as unknown
      if (result !== undefined && isPromise(result)) this.#watch(result, request, response)
    } catch (error) {
      this.#handlerFailed(error, request, response)
    }
  }

  /** Apart from {@link #handle}, which would have to make a context for the closure on every call. */
  #watch(result: PromiseLike<unknown>, request: Request, response: Response): void {
    result.then(undefined, (error: unknown) => this.#handlerFailed(error, request, response))
  }

  /** A handler threw or rejected: 500 if nothing has been sent, otherwise nobody may take the rest for whole. */
  #handlerFailed(error: unknown, request: Request, response: Response): void {
    if (response.state === ResponseState.Aborted && error === response.abortReason) return // it was told, and told us
    const server = this.#server
    server.counters.handlerErrors++
    if (response.state === ResponseState.Open) this.#sendError(response, 'CAL_ERR_HTTP_HANDLER')
    else if (response.state === ResponseState.Streaming) this.abortConnection()
    try {
      server.onError(error, request)
    } catch (second) {
      server.reactor.reportError(second)
    }
  }

  requestRefused(error: ErrorCode, request: Request | null): void {
    this.#server.counters.refused++
    this.#transition(ConnectionEvent.LastRequest)
    const response = new Response(this.#pipeline, request)
    response.closes = true
    this.#pipeline.begin(response)
    this.#sendError(response, error)
  }

  #sendError(response: Response, code: ErrorCode): void {
    const { status, message } = ERRORS[code]
    response.resetHead(status ?? 500)
    response.send(`${code}: ${message}\n`)
  }

  continueExpected(): void {
    if (this.#pipeline.inFlight > 0) this.#owesContinue = true
    else this.#batch.appendText(CONTINUE)
  }

  // ---- PipelineOwner ----------------------------------------------------------------------------------------

  outputReady(isReplyComplete: boolean, closes = false): void {
    const server = this.#server
    const batch = this.#batch
    if (isReplyComplete) {
      server.counters.responses++
      if (batch.replies++ === 0) batch.openedAt = server.pacer.tick // not as an argument, which would box it
      if (this.#owesContinue && !closes) this.#continueWhenDone()
    }
    if (batch.isFull || (isReplyComplete && server.policy.leavesAfterReply)) batch.flush()
    if (!this.#isDispatching) this.#outputReadyOutside(isReplyComplete)
  }

  /** What was made ready outside a read: no end of a read will flush it. */
  #outputReadyOutside(isReplyComplete: boolean): void {
    if (!this.#batch.isEmpty) this.#batch.flushSoon()
    if (isReplyComplete) this.#finishWhenDone()
    if (isReplyComplete || this.#isPaused) this.#steer() // a reply that becomes first lets go of what it held
  }

  #continueWhenDone(): void {
    if (this.#pipeline.inFlight > 0) return
    this.#owesContinue = false
    this.#batch.appendText(CONTINUE)
  }

  isLast(response: Response): boolean {
    return this.#server.isClosing && response.next === null && !this.#hasMoreToServe
  }

  /** What is behind it in the pipeline was asked for after a message that ends the connection: it gets no reply. */
  lastReplyLeft(): void {
    this.#server.counters.aborted += this.#pipeline.inFlight
    this.#pipeline.abort(new CalandriaError('CAL_ERR_CLIENT_GONE', 'an earlier reply closed the connection'))
    this.#expectNoMore()
  }

  isSliceOver(): boolean {
    return this.#server.reactor.isSliceOver
  }

  continueLater(): void {
    this.#server.reactor.post(() => this.#pipeline.unblock())
  }

  abortConnection(): void {
    this.#batch.flush() // replies before the broken one are whole, and may yet arrive
    this.abort()
  }

  /** During a read it is true already; a reply from elsewhere may come long after the last look at the clock. */
  freshDateLine(): string {
    const { date, reactor } = this.#server
    if (!this.#isDispatching) date.refresh(reactor.clock.now())
    return date.line
  }

  // ---- the end ----------------------------------------------------------------------------------------------

  #transition(event: ConnectionEvent): void {
    this.#state = nextConnectionState(this.#state, event)
  }

  #expectNoMore(): void {
    this.#transition(ConnectionEvent.LastRequest)
    this.#backlog = null
    this.#reader.forget()
    if (!this.#isDispatching) {
      this.#finishWhenDone()
      this.#steer()
    }
  }

  /** After the last request, when every reply is with the transport: end our side, and linger. */
  #finishWhenDone(): void {
    if (this.#server.isClosing && this.#isIdle) this.#transition(ConnectionEvent.LastRequest)
    if (this.#state !== Draining || this.#pipeline.inFlight > 0) return
    this.#batch.flush()
    if (!this.#batch.isEmpty) return // the peer doesn't read; onDrain comes back here
    this.#transition(ConnectionEvent.AllWritten)
    this.#transport.end()
    this.#linger(this.#transport.bytesQueued)
  }

  /** Waits for the peer's end, as long as it takes what is queued; then lets go. */
  #linger(bytesQueued: number): void {
    this.#lingerTimer = this.#server.reactor.delay(this.#server.lingerMs, () => {
      const left = this.#transport.bytesQueued
      if (left > 0 && left < bytesQueued) this.#linger(left)
      else this.#transport.close()
    })
  }
}

function makeBacklog(rest: Uint8Array): Backlog {
  const bytes = Buffer.allocUnsafeSlow(rest.length + RECEIVE_SLACK)
  bytes.set(rest)
  return { bytes, from: 0, limit: rest.length }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  )
}
