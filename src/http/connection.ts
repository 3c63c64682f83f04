import { CalandriaError } from '../errors/calandria-error.js'
import type { ErrorCode } from '../errors/catalogue.js'
import type { Transport } from '../io/transport.js'
import { BATCH_CAP, WriteBatch } from '../io/write-batch.js'
import type { Flushable, Reactor } from '../reactor/reactor.js'
import type { Client } from './client.js'
import { ConnectionEvent, ConnectionState, nextConnectionState } from './connection-state.js'
import { CONTINUE, Exchange } from './exchange.js'
import { sendError } from './handler-caller.js'
import { Intake, type IntakeOwner } from './intake.js'
import { Patience, type PatienceOwner, Wait } from './patience.js'
import { Pipeline, type PipelineOwner } from './pipeline.js'
import type { Request } from './request.js'
import type { BodySource } from './request-body.js'
import { RequestReader, type RequestSink } from './request-reader.js'
import { Response } from './response.js'
import { ResponseExtras } from './response-extras.js'
import { ResponseState } from './response-state.js'
import type { ServerContext } from './server-context.js'
import { switchingHead } from './switching-head.js'

// Constants of this module are cheaper than members of an imported one, and these are asked for all the time.
const { Open, Draining, Closed, HandedOver } = ConnectionState

/**
 * HTTP/1.1 with one client: bytes in, requests to the handler, replies in order into the batch. It serves one client at a
 * time, and goes back to the pool when nothing is on its way any longer: then every response has left and every body is
 * complete, so that none of those that handlers may still hold has anything more to say to it.
 *
 * `connection-state.ts` has the states, `docs/architecture.md` a request's way through here.
 */
export class Connection
  implements Flushable, RequestSink, PipelineOwner, BodySource, IntakeOwner, PatienceOwner
{
  isDirty = false
  readonly #server: ServerContext
  #client: Client | null = null
  readonly #batch: WriteBatch
  readonly #pipeline: Pipeline
  readonly #reader: RequestReader
  readonly #intake: Intake
  readonly #patience: Patience
  #state: ConnectionState = Open
  /** The last request, while more of it is on its way, or while it may take the connection over. */
  #exchange: Exchange | null = null
  /** When the last reply was made ready; see {@link Client.rest}. */
  #quietSince = 0

  constructor(server: ServerContext) {
    this.#server = server
    this.#batch = new WriteBatch(null, server.reactor)
    this.#pipeline = new Pipeline(this.#batch, server.reactor, this)
    const { limits, reactor, paths, parsers } = server
    this.#reader = new RequestReader(this, limits, paths, parsers, server.handlers.servesConnect)
    this.#intake = new Intake(server, this.#reader, this.#batch, this)
    this.#patience = new Patience(reactor, server.timeouts, server.lingerMs, this)
  }

  /** @internal From now on it is this client's, until nothing is on its way between them. */
  serve(client: Client): void {
    this.#client = this.#reader.peer = client
    this.#batch.transport = client.transport
  }

  get reactor(): Reactor {
    return this.#server.reactor
  }

  get transport(): Transport {
    return (this.#client as Client).transport
  }

  /** The server is closing. @returns whether nothing was owed, so that the connection ends now */
  closeWhenDone(): boolean {
    if (this.#state !== Open || !this.#isIdle()) return false
    this.#expectNoMore()
    return true
  }

  /** Whether replies may still be owed, or another protocol is spoken: it is neither idle nor lingering. */
  get isBusy(): boolean {
    return this.#state === HandedOver || this.#state === Draining || (this.#state === Open && !this.#isIdle())
  }

  /** The server's patience is over: what is still owed will never be answered. */
  abort(): void {
    this.#transition(ConnectionEvent.LastRequest) // what was read already is not dispatched any more
    this.transport.abort()
  }

  #isIdle(): boolean {
    return this.#pipeline.inFlight === 0 && !this.#intake.hasMore
  }

  // ---- what the client's transport tells ------------------------------------------------------------------------

  onBytes(bytes: Buffer, length: number): void {
    if (this.#state !== Open) return // nothing behind the last request is ever read as a request
    this.#intake.take(bytes, length)
  }

  onDrain(): void {
    this.#patience.unwatchWrites()
    this.#batch.drained()
    if (this.#exchange?.isTakingOver === true) this.#handOver()
    // As a task: Node drains in a microtask when the kernel takes all at once, and sockets would wait for ever.
    this.#pipeline.unblockLater()
    this.#finishWhenDone()
    this.#steer()
  }

  /** The client has half-closed. Unless that counts as leaving, it still gets all that it asked for (RFC 9112 §9.6). */
  onEnd(): void {
    if (this.#state === Open && this.#reader.openBody !== null) this.#cutShort('CAL_ERR_HTTP_BODY_INCOMPLETE')
    else if (this.#server.allowHalfOpen || this.#isIdle()) this.#expectNoMore()
    else this.abortConnection()
  }

  onClose(): void {
    const { inFlight } = this.#pipeline
    this.#transition(ConnectionEvent.TransportClosed)
    this.#intake.drop()
    this.#batch.clear()
    this.#patience.cancel()
    const gone = inFlight > 0 || this.#exchange !== null ? new CalandriaError('CAL_ERR_CLIENT_GONE') : null
    if (gone !== null) this.#pipeline.abort(gone)
    if (gone !== null) this.#endExchange(gone)
    this.#server.counters.aborted += inFlight
  }

  // ---- dispatching ------------------------------------------------------------------------------------------

  get isOpen(): boolean {
    return this.#state === Open
  }

  /** Back-pressure: too many in flight, too much held behind a slow one, or a peer that doesn't read. */
  mayDispatch(): boolean {
    if (this.#exchange !== null) return this.#state === Open && this.#exchange.wantsBytes
    return (
      this.#state === Open &&
      this.#batch.isWritable &&
      this.#pipeline.inFlight < this.#server.limits.inFlight &&
      this.#pipeline.heldBytes < BATCH_CAP
    )
  }

  /** The read is dispatched, or as much of it as may be: what it made ready leaves. */
  dispatchEnded(): void {
    if (this.#exchange !== null) this.#goOnWith(this.#exchange)
    if (this.#server.policy.leavesAtEndOfRead) this.#batch.flush()
    else if (!this.#batch.isEmpty) this.reactor.markDirty(this)
    this.#finishWhenDone()
    this.#steer(true)
    this.#restWhenQuiet()
  }

  /** The end of the turn: what was made ready since a read leaves. */
  flush(): void {
    this.#batch.flush()
    if (!this.#batch.isWritable) this.#steer() // full: it is watched from now on, and reads no more
    this.#restWhenQuiet()
  }

  /** Whether nothing is on its way, and nothing will come of what was. */
  #isQuiet(): boolean {
    if (this.#state !== Open || !this.#isIdle() || this.#exchange !== null) return false
    return !this.#intake.isPaused && this.#batch.isEmpty && this.#batch.isWritable
  }

  /** Goes back to the pool when nobody needs it. */
  #restWhenQuiet(): void {
    if (this.isDirty || !this.#isQuiet()) return
    const client = this.#client as Client
    this.#client = this.#reader.peer = this.#batch.transport = null
    this.#batch.replies = 0 // the end of a streamed reply counts, also where nothing was left to be written for it
    this.#patience.cancel()
    client.rest(this.#quietSince)
  }

  /** Whatever has happened, a read say: decides whether to read, and what is waited for. */
  #steer(isRead = false): void {
    if (this.#state === Closed || this.#state === HandedOver) return
    this.#intake.steer()
    const { reactor, pacer } = this.#server
    // Between reads, what the reactor holds for now may be long ago: it may have rested.
    const now = isRead ? Math.max(reactor.now, pacer.tick) : reactor.clock.now()
    if (!this.#batch.isWritable) this.#patience.watchWrites(now)
    if (this.#state !== Open) return
    this.#patience.awaitClient(this.#intake.isPaused, this.#exchange, this.#reader.partialHead, now)
    if (this.#pipeline.inFlight === 0) this.#quietSince = Math.ceil(now)
    if (!isRead && this.#isQuiet()) reactor.markDirty(this) // it rests at the end of the turn: whoever calls may go on
  }

  requestRead(request: Request): void {
    this.#dispatch(request, new Response(this.#pipeline, request))
  }

  requestBegun(request: Request, awaitsContinue: boolean): void {
    const response = new Response(this.#pipeline, request)
    if (request.isConnect) response.extras = new ResponseExtras() // it has rules of its own
    this.#exchange = new Exchange(request, response, this.reactor.now, awaitsContinue)
    this.#dispatch(request, response)
  }

  #dispatch(request: Request, response: Response): void {
    const server = this.#server
    const { pacer } = server
    const batch = this.#batch
    server.counters.requests++
    if (--(this.#client as Client).requestsLeft === 0) response.closes = true
    if (response.closes && this.#reader.openBody === null) this.#transition(ConnectionEvent.LastRequest)

    const expectedMs = pacer.expectedMs(request.head.path, batch.replies)
    if (!batch.isEmpty && server.policy.leavesBefore(expectedMs, pacer.tick - batch.openedAt)) batch.flush()
    this.#pipeline.begin(response)
    const repliesWaiting = batch.replies
    server.handlers.dispatch(request, response, this.transport)
    this.#pipeline.handlerEnded(response)
    pacer.afterHandler(request.head.path, repliesWaiting)
  }

  requestRefused(error: ErrorCode, request: Request | null): void {
    this.#server.counters.refused++
    this.reactor.instruments?.emitOf('requestRefused', this.transport, error)
    this.#transition(ConnectionEvent.LastRequest)
    const response = new Response(this.#pipeline, request)
    response.closes = true
    this.#pipeline.begin(response)
    sendError(response, error)
  }

  // ---- the body of the last request, and what may become of its connection -------------------------------------

  bodyWanted(): void {
    const exchange = this.#exchange
    if (exchange === null || this.#intake.isDispatching) return // the end of the read looks after it
    this.#goOnWith(exchange)
    if (!this.#batch.isEmpty) this.reactor.markDirty(this)
    this.#steer()
  }

  bodyRead(): void {
    const exchange = this.#exchange
    if (exchange === null) return
    if (exchange.response.closes) this.#transition(ConnectionEvent.LastRequest)
    if (exchange.isOver) this.#exchange = null
  }

  bodyRefused(code: ErrorCode): void {
    const exchange = this.#exchange
    if (exchange === null) return
    this.#server.counters.refused++
    this.#transition(ConnectionEvent.LastRequest)
    this.#exchange = null
    exchange.refuse(code)
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
    if (exchange.bytesDiscarded <= this.#server.limits.discardBytes) return
    exchange.response.closes = true // where it is yet to come
    this.#expectNoMore()
  }

  #endExchange(reason: Error): void {
    this.#exchange?.body.fail(reason)
    this.#exchange = null
  }

  becameFirst(response: Response): void {
    const exchange = this.#exchange
    if (exchange?.response !== response) return
    exchange.isTakingOver = response.state === ResponseState.TakingOver
    if (!this.#intake.isDispatching) this.bodyWanted()
  }

  /** Gives the connection to the handler, once nothing of ours waits to be written. */
  #handOver(): void {
    const exchange = this.#exchange as Exchange
    const { response, request } = exchange
    if (response.state === ResponseState.TakingOver) {
      this.#batch.appendText(switchingHead(request, response.headers, this.freshDateLine()))
      this.#pipeline.leftToHandler()
      this.#server.counters.responses++
    }
    this.#batch.flush()
    if (!this.#batch.isEmpty) return // onDrain comes back here
    this.#transition(ConnectionEvent.TakenOver)
    this.#exchange = null
    this.#patience.cancel()
    const head = this.#intake.drop() ?? Buffer.alloc(0)
    response.extras?.takeover?.resolve((this.#client as Client).handOver(head))
  }

  waitedTooLong(wait: Wait): void {
    if (wait === Wait.End) {
      this.#client?.letGo()
      return
    }
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
      if (!batch.isEmpty && batch.replies++ === 0) batch.openedAt = server.pacer.tick // not as an argument, which would box it
    }
    if (batch.isFull || (isReplyComplete && server.policy.leavesAfterReply)) batch.flush()
    if (!this.#intake.isDispatching) this.#outputReadyOutside(isReplyComplete)
  }

  /** What was made ready outside a read: no end of a read will flush it. */
  #outputReadyOutside(isReplyComplete: boolean): void {
    if (this.#exchange !== null) this.#goOnWith(this.#exchange)
    if (!this.#batch.isEmpty) this.reactor.markDirty(this)
    if (isReplyComplete) this.#finishWhenDone()
    // A reply that becomes first lets go of what it held; and a full transport is watched.
    if (isReplyComplete || this.#intake.isPaused || !this.#batch.isWritable) this.#steer()
  }

  isLast(response: Response): boolean {
    const exchange = this.#exchange
    const { limits, isClosing } = this.#server
    if (exchange?.response === response && exchange.endsConnection(limits.discardBytes)) return true
    return isClosing && response.next === null && !this.#intake.hasMore
  }

  /** What is behind it in the pipeline was asked for after a message that ends the connection: it gets no reply. */
  lastReplyLeft(): void {
    this.#server.counters.aborted += this.#pipeline.inFlight
    this.#pipeline.abort(new CalandriaError('CAL_ERR_CLIENT_GONE', 'an earlier reply closed the connection'))
    if (this.#exchange?.isReadOn !== true) this.#expectNoMore() // else its body's end is the connection's
  }

  abortConnection(): void {
    this.#batch.flush() // replies before the broken one are whole, and may yet arrive
    this.abort()
  }

  /** During a read it is true already; a reply from elsewhere may come long after the last look at the clock. */
  freshDateLine(): string {
    const { date, reactor } = this.#server
    if (!this.#intake.isDispatching) date.refresh(reactor.clock.now())
    return date.line
  }

  // ---- the end ----------------------------------------------------------------------------------------------

  #transition(event: ConnectionEvent): void {
    this.#state = nextConnectionState(this.#state, event)
  }

  #expectNoMore(): void {
    this.#transition(ConnectionEvent.LastRequest)
    this.#intake.drop()
    if (this.#state === Draining) this.#patience.waitFor(Wait.Nothing, null, 0) // lingering has its own time
    this.#endExchange(new CalandriaError('CAL_ERR_CLIENT_GONE', 'the connection has ended'))
    if (!this.#intake.isDispatching) {
      this.#finishWhenDone()
      this.#steer()
    }
  }

  /** After the last request, when every reply is with the transport: end our side, and linger. */
  #finishWhenDone(): void {
    if (this.#server.isClosing && this.#isIdle()) this.#transition(ConnectionEvent.LastRequest)
    if (this.#state !== Draining || this.#pipeline.inFlight > 0) return
    this.#batch.flush()
    if (!this.#batch.isEmpty) return // the peer doesn't read; onDrain comes back here
    this.#transition(ConnectionEvent.AllWritten)
    this.transport.end()
    this.#patience.unwatchWrites()
    this.#patience.waitFor(Wait.End, null, this.reactor.clock.now())
  }
}
