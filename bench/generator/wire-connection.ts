import type { Reactor, Timer, Transport, TransportListener } from 'calandria'
import type { RequestError } from './load-result.js'
import type { Recorder } from './recorder.js'
import type { RequestSequence } from './request-sequence.js'
import { type ResponseContext, ResponseStream } from './response-stream.js'

/** How long a server that has said `Connection: close` may take to do so. */
const LINGER_MS = 100

/** What the connections of a generator share. */
export interface ConnectionContext extends ResponseContext {
  readonly reactor: Reactor
  readonly recorder: Recorder
  readonly sequence: RequestSequence
  readonly depth: number
  /** `null`: any number. */
  readonly requestsPerConnection: number | null
  readonly keeper: ConnectionKeeper
}

/** Who looks after the connections. */
export interface ConnectionKeeper {
  /** Responses have come, or it was opened: it may have room for requests. */
  roomOn(connection: WireConnection, now: number): void
  /** The transport is gone; open another one, unless the run is over. */
  lost(connection: WireConnection): void
  /** The server has closed it while nothing was in flight. */
  closedByServer(): void
}

/** A transport that was let go has nothing more to say to anybody. */
const DEAF: TransportListener = {
  onBytes: () => undefined,
  onDrain: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
}

/**
 * One connection's place in the load: it sends requests, takes the responses, and when its transport is gone it waits for
 * the next one. Whatever happens, each request in flight has exactly one outcome.
 */
export class WireConnection implements TransportListener {
  readonly index: number
  /** Since when nothing is in flight, on this transport or the one before: a closed loop's planned time. */
  freeSince = 0
  /** Belongs to the open loop: whether this stands in its line of those that have room. */
  isInLine = false
  readonly #context: ConnectionContext
  readonly #stream: ResponseStream
  #transport: Transport | null = null
  /** On this transport. */
  #sent = 0
  #linger: Timer | null = null

  constructor(context: ConnectionContext, index: number) {
    this.#context = context
    this.index = index
    this.#stream = new ResponseStream(context, index)
  }

  get isOpen(): boolean {
    return this.#transport !== null
  }

  get inFlight(): number {
    return this.#context.inFlight.count(this.index)
  }

  /** How many requests may be sent now. */
  get room(): number {
    if (this.#transport === null || this.#linger !== null) return 0
    const { depth, requestsPerConnection } = this.#context
    const free = depth - this.inFlight
    return requestsPerConnection === null ? free : Math.min(free, requestsPerConnection - this.#sent)
  }

  opened(transport: Transport): void {
    this.#transport = transport
    this.#sent = 0
    transport.attach(this)
  }

  /** Sends the next `count` requests of the sequence in one write; they were planned at these times. */
  send(count: number, plannedAt: Float64Array, now: number): void {
    const { inFlight, sequence, recorder } = this.#context
    const transport = this.#transport as Transport
    const depth = this.inFlight + count
    for (let i = 0; i < count; i++) {
      const planned = plannedAt[i] as number
      const request = sequence.peek(i)
      inFlight.push(this.index, planned, now, request)
      this.#stream.sent(request)
      recorder.sent(planned, depth)
    }
    recorder.wrote(plannedAt[0] as number)
    this.#sent += count
    const bytes = sequence.take(count)
    if (Buffer.isBuffer(bytes)) transport.write(bytes)
    else transport.writeAll(bytes)
  }

  onBytes(bytes: Buffer, length: number): void {
    const { reactor, keeper, requestsPerConnection, recorder } = this.#context
    const { now } = reactor
    const fault = this.#stream.accept(bytes, length, now)
    if (fault !== null) {
      if (fault === 'malformed') this.#failOldest('malformed', now, 'the bytes are no HTTP/1.1 response')
      else recorder.connectionFailed('unexpected', now, () => 'the server said more than it was asked for')
      this.#letGo('abort', 'closed', now)
      return
    }
    if (this.inFlight === 0) this.freeSince = now
    if (this.#stream.isOver) {
      this.#linger ??= reactor.delay(LINGER_MS, () => this.#letGo('close', 'closed', reactor.now))
      return
    }
    if (this.#sent === requestsPerConnection && this.inFlight === 0) this.#letGo('close', 'closed', now)
    else keeper.roomOn(this, now)
  }

  onDrain(): void {
    // what may be in flight is bounded by the depth: there is nothing to hold back
  }

  onEnd(): void {
    this.#ended('closed', this.#context.reactor.now)
  }

  onClose(error: Error | null): void {
    const { recorder, reactor } = this.#context
    const { now } = reactor
    if (error !== null) recorder.connectionFailed('reset', now, () => error.message)
    this.#ended(error === null ? 'closed' : 'reset', now)
  }

  /** The oldest request has waited too long. */
  timedOut(now: number): void {
    this.#failOldest('timeout', now, 'no answer came in time')
    this.#letGo('abort', 'closed', now)
  }

  /** The run is over, and is not waited for any longer. */
  giveUp(how: 'close' | 'abort', now: number): void {
    this.#letGo(how, 'unanswered', now)
  }

  #ended(tag: 'closed' | 'reset', now: number): void {
    const isIdle = this.inFlight === 0 && !this.#stream.isOver
    const isCutShort = this.#stream.end(now)
    if (isCutShort && tag === 'closed')
      this.#failOldest('cut-short', now, 'the connection ended in the middle of a response')
    if (isIdle) this.#context.keeper.closedByServer()
    this.#letGo('close', tag, now)
  }

  #failOldest(tag: RequestError, now: number, words: string): void {
    if (this.inFlight > 0) this.#context.inFlight.failed(this.index, tag, now, () => words)
  }

  /** Whatever is in flight fails with `tag`. */
  #letGo(how: 'close' | 'abort', tag: RequestError, now: number): void {
    const transport = this.#transport
    if (transport === null) return
    this.#transport = null
    this.#linger?.cancel()
    this.#linger = null
    while (this.inFlight > 0) this.#failOldest(tag, now, WORDS[tag] ?? tag)
    this.#stream.reset()
    transport.attach(DEAF)
    transport[how]()
    this.freeSince = now
    this.#context.keeper.lost(this)
  }
}

const WORDS: Partial<Record<RequestError, string>> = {
  closed: 'the connection was closed before the answer came',
  reset: 'the connection was reset before the answer came',
  unanswered: 'in flight when the run was given up',
}
