import { CalandriaError } from '../errors/calandria-error.js'
import { type ErrorCode, ERRORS } from '../errors/catalogue.js'
import { RECEIVE_SLACK, type Transport, type TransportListener } from '../io/transport.js'
import { BATCH_CAP, WriteBatch } from '../io/write-batch.js'
import type { Timer } from '../reactor/timer-wheel.js'
import { ConnectionEvent, ConnectionState, nextConnectionState } from './connection-state.js'
import { Exchange } from './exchange.js'
import { HandedOverTransport } from './handed-over-transport.js'
import type { PathEntry } from './path-cache.js'
import { Patience, type PatienceOwner, Wait } from './patience.js'
import { Pipeline, type PipelineOwner } from './pipeline.js'
import type { Peer, Request } from './request.js'
import type { BodySource } from './request-body.js'
import { RequestReader, type RequestSink } from './request-reader.js'
import { Response } from './response.js'
import { ResponseExtras } from './response-extras.js'
import { ResponseState } from './response-state.js'
import type { ServerContext } from './server-context.js'
import { switchingHead } from './switching-head.js'

// Constants of this module are cheaper than members of an imported one, and these are asked for all the time.
const { Open, Draining, Closed, HandedOver } = ConnectionState

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
export class Connection
  implements TransportListener, RequestSink, PipelineOwner, Peer, BodySource, PatienceOwner
{
  readonly #server: ServerContext
  readonly #transport: Transport
  readonly #batch: WriteBatch
  readonly #pipeline: Pipeline
  readonly #reader: RequestReader
  readonly #patience: Patience
  #state: ConnectionState = Open
  #backlog: Backlog | null = null
  /** A read is being dispatched: its end flushes, so nobody else need. */
  #isDispatching = false
  #isPaused = false
  #isDispatchPosted = false
  /** The last request, while more of it is on its way, or while it may take the connection over. */
  #exchange: Exchange | null = null
  #handedOver: HandedOverTransport | null = null
  #requestsLeft: number
  #lingerTimer: Timer | null = null

  constructor(server: ServerContext, transport: Transport) {
    this.#server = server
    this.#transport = transport
    this.#batch = new WriteBatch(transport, server.reactor)
    this.#pipeline = new Pipeline(this.#batch, this)
    const { limits, reactor } = server
    this.#reader = new RequestReader(
      this,
      limits,
      server.paths,
      server.parsers,
      server.connectHandler !== null,
    )
    this.#requestsLeft = limits.requestsPerConnection
    this.#patience = new Patience(reactor, transport, server.timeouts, this)
    this.#patience.waitFor(Wait.FirstByte, null, reactor.now)
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

  /** Whether replies may still be owed, or another protocol is spoken: it is neither idle nor lingering. */
  get isBusy(): boolean {
    if (this.#state === HandedOver) return true
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
    if (this.#state !== Open) {
      this.#handedOver?.onBytes(bytes, length)
      return // nothing behind the last request is ever read as a request
    }
    this.#server.pacer.begin(this.#server.reactor.now)
    const stopped = this.#dispatchFrom(bytes, 0, length)
    if (stopped < length) this.#backlog = makeBacklog(bytes.subarray(stopped, length))
    this.#endDispatch()
  }

  onDrain(): void {
    this.#patience.unwatchWrites()
    if (this.#handedOver !== null) {
      this.#handedOver.onDrain()
      return
    }
    this.#batch.drained()
    if (this.#exchange?.isTakingOver === true) this.#handOver()
    // As a task: Node drains in a microtask when the kernel takes all at once, and sockets would wait for ever.
    this.continueLater()
    this.#finishWhenDone()
    this.#steer()
  }

  /** The client has half-closed. It still gets every reply that it asked for (RFC 9112 §9.6). */
  onEnd(): void {
    if (this.#handedOver !== null) this.#handedOver.onEnd()
    else if (this.#state === Open && this.#reader.openBody !== null)
      this.#cutShort('CAL_ERR_HTTP_BODY_INCOMPLETE')
    else this.#expectNoMore()
  }

  onClose(error: Error | null): void {
    const server = this.#server
    const { inFlight } = this.#pipeline
    this.#transition(ConnectionEvent.TransportClosed)
    this.#backlog = null
    this.#reader.forget()
    this.#batch.clear()
    this.#lingerTimer?.cancel()
    this.#patience.cancel()
    const gone = inFlight > 0 || this.#exchange !== null ? new CalandriaError('CAL_ERR_CLIENT_GONE') : null
    if (gone !== null) this.#pipeline.abort(gone)
    if (gone !== null) this.#endExchange(gone)
    this.#handedOver?.onClose(error)
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
    if (this.#exchange !== null) return this.#state === Open && this.#exchange.wantsBytes
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
    if (this.#exchange !== null) this.#goOnWith(this.#exchange)
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
    if (!this.#batch.isWritable) this.#patience.watchWrites(this.#server.reactor.now)
    // After the last request reading goes on: what comes in is discarded, and the client's end is seen.
    const mustPause = isOpen && (this.#backlog !== null || !mayDispatch)
    if (isOpen) this.#awaitClient(mustPause)
    if (mustPause === this.#isPaused) return
    this.#isPaused = mustPause
    if (mustPause) this.#transport.pause()
    else this.#transport.resume()
  }

  /** Says what is waited for from now on, for the time-outs. */
  #awaitClient(isPaused: boolean): void {
    const exchange = this.#exchange
    const patience = this.#patience
    const now = this.#server.pacer.tick
    if (exchange !== null && !exchange.body.isComplete) {
      if (isPaused) patience.waitFor(Wait.Nothing, null, now)
      else
        patience.waitFor(exchange.isAnswered ? Wait.Discard : Wait.Body, exchange, this.#server.reactor.now)
      return
    }
    const { partialHead } = this.#reader
    if (partialHead !== null && !isPaused) patience.waitFor(Wait.Head, partialHead, this.#server.reactor.now)
    else if (this.#pipeline.inFlight > 0 || isPaused) patience.waitFor(Wait.Nothing, null, now)
    else patience.waitFor(Wait.Idle, null, now)
  }

  requestRead(request: Request, path: PathEntry): void {
    this.#dispatch(request, path, new Response(this.#pipeline, request))
  }

  requestBegun(request: Request, path: PathEntry, awaitsContinue: boolean): void {
    const response = new Response(this.#pipeline, request)
    if (request.isConnect) response.extras = new ResponseExtras() // it has rules of its own
    this.#exchange = new Exchange(request, response, this.#server.reactor.now, awaitsContinue)
    this.#dispatch(request, path, response)
  }

  #dispatch(request: Request, path: PathEntry, response: Response): void {
    const server = this.#server
    const { pacer } = server
    const batch = this.#batch
    server.counters.requests++
    if (--this.#requestsLeft === 0) response.closes = true
    if (response.closes && this.#reader.openBody === null) this.#transition(ConnectionEvent.LastRequest)

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
      const { handler, connectHandler } = this.#server
      const result = (request.isConnect ? (connectHandler ?? handler) : handler)(request, response) as unknown
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
    if (error === request.body.failure && response.isEnded) return // the client was told already
    const server = this.#server
    if (isClientsFault(error) && response.state === ResponseState.Open) {
      this.#sendError(response, error.code)
      return
    }
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

  // ---- the body of the last request, and what may become of its connection -------------------------------------

  bodyWanted(): void {
    const exchange = this.#exchange
    if (exchange === null || this.#isDispatching) return // the end of the read looks after it
    this.#goOnWith(exchange)
    if (!this.#batch.isEmpty) this.#batch.flushSoon()
    this.#steer()
  }

  bodyRead(): void {
    if (this.#exchange?.response.closes === true && !this.#exchange.request.persists)
      this.#transition(ConnectionEvent.LastRequest)
  }

  bodyRefused(code: ErrorCode): void {
    const exchange = this.#exchange
    if (exchange === null) return
    const { response } = exchange
    this.#server.counters.refused++
    this.#transition(ConnectionEvent.LastRequest)
    this.#endExchange(new CalandriaError(code))
    if (response.state !== ResponseState.Left) response.closes = true
    if (response.state === ResponseState.Open) this.#sendError(response, code)
  }

  /** A request will not come whole, as was found out between two reads. */
  #cutShort(code: ErrorCode): void {
    if (this.#exchange !== null) this.bodyRefused(code)
    else this.requestRefused(code, null)
    this.#expectNoMore()
  }

  #goOnWith(exchange: Exchange): void {
    if (exchange.mayContinue) {
      exchange.owesContinue = false
      this.#batch.appendText(CONTINUE)
    }
    if (exchange.isTakingOver) this.#handOver()
    else if (exchange.isOver) this.#exchange = null
    else if (exchange.isAnswered && !exchange.body.isUsed) exchange.body.discard()
    if (exchange.bytesDiscarded > this.#server.limits.discardBytes) this.#expectNoMore()
  }

  #endExchange(reason: Error): void {
    this.#exchange?.body.fail(reason)
    this.#exchange = null
  }

  becameFirst(response: Response): void {
    const exchange = this.#exchange
    if (exchange === null || exchange.response !== response) return
    exchange.isTakingOver = response.state === ResponseState.TakingOver
    if (!this.#isDispatching) this.bodyWanted()
  }

  /** Gives the connection to the handler, once nothing of ours waits to be written. */
  #handOver(): void {
    const exchange = this.#exchange as Exchange
    const { response, request } = exchange
    if (response.state === ResponseState.TakingOver) {
      this.#batch.appendText(switchingHead(request, response.headers))
      this.#pipeline.leftToHandler()
      this.#server.counters.responses++
    }
    this.#batch.flush()
    if (!this.#batch.isEmpty) return // onDrain comes back here
    this.#transition(ConnectionEvent.TakenOver)
    this.#exchange = null
    this.#patience.cancel()
    this.#transport.pause()
    const { reactor } = this.#server
    const transport = new HandedOverTransport(this.#transport, (task) => reactor.post(task))
    this.#handedOver = transport
    const backlog = this.#backlog
    this.#backlog = null
    const head =
      backlog === null ? Buffer.alloc(0) : Buffer.from(backlog.bytes.subarray(backlog.from, backlog.limit))
    response.extras?.takeover?.resolve({ transport, head })
  }

  waitedTooLong(wait: Wait): void {
    this.#server.counters.timeouts++
    if (wait === Wait.Head || wait === Wait.Body) this.#cutShort('CAL_ERR_HTTP_TIMEOUT')
    else this.#expectNoMore()
  }

  readsNothing(): void {
    this.#server.counters.timeouts++
    this.abort()
  }

  // ---- PipelineOwner ----------------------------------------------------------------------------------------

  outputReady(isReplyComplete: boolean): void {
    const server = this.#server
    const batch = this.#batch
    if (isReplyComplete) {
      server.counters.responses++
      if (batch.replies++ === 0) batch.openedAt = server.pacer.tick // not as an argument, which would box it
    }
    if (batch.isFull || (isReplyComplete && server.policy.leavesAfterReply)) batch.flush()
    if (!this.#isDispatching) this.#outputReadyOutside(isReplyComplete)
  }

  /** What was made ready outside a read: no end of a read will flush it. */
  #outputReadyOutside(isReplyComplete: boolean): void {
    if (this.#exchange !== null) this.#goOnWith(this.#exchange)
    if (!this.#batch.isEmpty) this.#batch.flushSoon()
    if (isReplyComplete) this.#finishWhenDone()
    // A reply that becomes first lets go of what it held; and a full transport is watched.
    if (isReplyComplete || this.#isPaused || !this.#batch.isWritable) this.#steer()
  }

  isLast(response: Response): boolean {
    const exchange = this.#exchange
    if (
      exchange !== null &&
      exchange.response === response &&
      exchange.endsConnection(this.#server.limits.discardBytes)
    )
      return true
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
    this.#patience.waitFor(Wait.Nothing, null, 0)
    this.#endExchange(new CalandriaError('CAL_ERR_CLIENT_GONE', 'the connection has ended'))
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

/** What the client sent was wrong, and the handler has left the answer to us. */
function isClientsFault(error: unknown): error is CalandriaError {
  return error instanceof CalandriaError && error.code === 'CAL_ERR_HTTP_JSON'
}
