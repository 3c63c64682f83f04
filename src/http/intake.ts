import type { Transport } from '../io/transport.js'
import type { WriteBatch } from '../io/write-batch.js'
import { Backlog } from './backlog.js'
import type { RequestReader } from './request-reader.js'
import type { ServerContext } from './server-context.js'

/** What an intake needs of its connection. */
export interface IntakeOwner {
  /** Where the bytes come from. */
  readonly transport: Transport
  /** Whether bytes that come in may still be requests, or parts of one. */
  readonly isOpen: boolean
  /** Back-pressure: whether the next piece of input may be dispatched. */
  mayDispatch(): boolean
  /** A read is dispatched, or as much of it as may be. */
  dispatchEnded(): void
}

/** Bytes of a read from which on it counts as dear: libuv may have 32 of them from one connection in one poll. */
const LARGE_READ = 32 * 1024

/**
 * The way in: what a read has brought goes to the reader piece by piece, until it is through, the time slice is used
 * up or the connection may take no more. What is left waits in a backlog, and the transport is paused meanwhile.
 */
export class Intake {
  /** A read is being dispatched: its end flushes, so nobody else need. */
  isDispatching = false
  isPaused = false
  readonly #server: ServerContext
  readonly #reader: RequestReader
  readonly #batch: WriteBatch
  readonly #owner: IntakeOwner
  #backlog: Backlog | null = null
  #isDispatchPosted = false

  constructor(server: ServerContext, reader: RequestReader, batch: WriteBatch, owner: IntakeOwner) {
    this.#server = server
    this.#reader = reader
    this.#batch = batch
    this.#owner = owner
  }

  /** Whether more has been received than was dispatched. */
  get hasMore(): boolean {
    const { hasMore, isMidRequest } = this.#reader
    return this.#backlog !== null || isMidRequest || (this.isDispatching && hasMore)
  }

  /** A read: `bytes` are lent. */
  take(bytes: Buffer, length: number): void {
    const { reactor, pacer } = this.#server
    pacer.begin(reactor.now)
    const stopped = reactor.poll.isOver(reactor.now)
      ? this.#hurryThrough(bytes, length)
      : this.#dispatchFrom(bytes, 0, length)
    if (stopped < length) this.#backlog = new Backlog(bytes.subarray(stopped, length))
    this.#owner.dispatchEnded()
    if (length >= LARGE_READ || pacer.tick - reactor.now >= reactor.poll.dearMs) reactor.entryWasDear()
  }

  /**
   * Those before it in the same poll have used up the slice: what is known to be cheap is still dispatched, a little of it, and
   * the rest waits for its turn. Else hundreds of sockets that are readable together would hold up everybody behind them.
   * @returns where it stopped
   */
  #hurryThrough(bytes: Buffer, length: number): number {
    const reader = this.#reader
    if (reader.isMidRequest) {
      this.#server.counters.slicesUsedUp++
      return 0
    }
    reader.isHurried = true
    const stopped = this.#dispatchFrom(bytes, 0, length)
    reader.isHurried = false
    return stopped
  }

  /** Forgets what was not dispatched. @returns it */
  drop(): Buffer | null {
    const rest = this.#backlog?.copy() ?? null
    this.#backlog = null
    this.#reader.forget()
    return rest
  }

  /** The one place that decides whether to read, so that no wake-up can be lost between two (node#3332). */
  steer(): void {
    const { isOpen } = this.#owner
    const mayDispatch = this.#owner.mayDispatch()
    if (this.#backlog !== null && mayDispatch && !this.#isDispatchPosted) {
      this.#isDispatchPosted = true
      this.#server.reactor.groups.latency.post(() => this.#dispatchBacklog())
    }
    // After the last request reading goes on: what comes in is discarded, and the client's end is seen.
    const mustPause = isOpen && (this.#backlog !== null || !mayDispatch)
    if (mustPause === this.isPaused) return
    this.isPaused = mustPause
    if (mustPause) this.#owner.transport.pause()
    else this.#owner.transport.resume()
  }

  /** Dispatches what is in `bytes[from, limit)`. @returns where it had to stop; `limit` when it need not go on */
  #dispatchFrom(bytes: Buffer, from: number, limit: number): number {
    const { pacer, date, reactor, counters } = this.#server
    const reader = this.#reader
    const owner = this.#owner
    const { instruments } = reactor
    const requestsBefore = counters.requests
    instruments?.emitOf('parseBatchStarted', owner.transport, limit - from)
    this.isDispatching = true
    date.refresh(pacer.tick)
    reader.begin(bytes, limit)
    let at = from
    while (at < limit && owner.mayDispatch()) {
      const next = reader.step(at)
      const isCut =
        next === at ||
        pacer.tick >= (reader.isHurried ? reactor.now + reactor.poll.hurriedMs : reactor.sliceEnd)
      at = next
      if (isCut) {
        if (at < limit) counters.slicesUsedUp++
        break
      }
    }
    reader.end()
    pacer.end(this.#batch.replies)
    this.isDispatching = false
    instruments?.emitOf('parseBatchEnded', owner.transport, counters.requests - requestsBefore, at - from)
    return owner.isOpen ? at : limit
  }

  /** As a task: goes on with what an earlier read left. */
  #dispatchBacklog(): void {
    this.#isDispatchPosted = false
    const backlog = this.#backlog
    if (backlog === null) return
    this.#server.pacer.begin(this.#server.reactor.clock.now()) // other tasks have run in this turn
    this.#backlog = null // while it is dispatched, the reader knows whether more stands behind a request
    backlog.from = this.#dispatchFrom(backlog.bytes, backlog.from, backlog.limit)
    if (backlog.from < backlog.limit) this.#backlog = backlog
    this.#owner.dispatchEnded()
  }
}
