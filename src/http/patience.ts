import type { Transport } from '../io/transport.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Timer } from '../reactor/timer-wheel.js'
import type { Carry } from './carry.js'
import type { Exchange } from './exchange.js'
import type { Timeouts } from './limits.js'

/** What a connection waits for from its client. */
export enum Wait {
  /** Nothing: it is our turn, or nothing is on its way. */
  Nothing,
  Head,
  Body,
  /** The rest of a body that nobody reads. */
  Discard,
  /** The client's end, after ours; as long as what is queued for it goes on leaving. */
  End,
}

/** Who is told that it has waited long enough. */
export interface PatienceOwner {
  readonly transport: Transport
  /** What was waited for has not come in time. */
  waitedTooLong(wait: Wait): void
  /** The client reads nothing of what is queued for it. */
  readsNothing(): void
}

/**
 * How long a connection waits for its client while something is on its way (when nothing is, a `QuietLine` waits), with one timer on the wheel for all its time-outs. A deadline that moves
 * away costs a store: the timer looks when it fires, and goes on waiting. Only one that comes nearer arms it anew.
 */
export class Patience {
  readonly #reactor: Reactor
  readonly #timeouts: Timeouts
  readonly #lingerMs: number
  readonly #owner: PatienceOwner
  #wait = Wait.Nothing
  /** What exactly is waited for: another head, or another body, has its own time. */
  #subject: object | null = null
  #due = Infinity
  #writeDue = Infinity
  #timer: Timer | null = null
  #timerDue = Infinity
  #bytesUnsent = 0
  #bytesReceived = 0

  constructor(reactor: Reactor, timeouts: Timeouts, lingerMs: number, owner: PatienceOwner) {
    this.#reactor = reactor
    this.#timeouts = timeouts
    this.#lingerMs = lingerMs
    this.#owner = owner
  }

  /** Whatever has happened: says what is waited for from now on. */
  awaitClient(isPaused: boolean, exchange: Exchange | null, partialHead: Carry | null, now: number): void {
    if (isPaused) this.waitFor(Wait.Nothing, null, now)
    else if (exchange !== null) this.waitFor(exchange.awaits, exchange, now)
    else if (partialHead !== null) this.waitFor(Wait.Head, partialHead, now)
    else this.waitFor(Wait.Nothing, null, now)
  }

  /** @param subject see above; `null`: the time begins anew with each call */
  waitFor(wait: Wait, subject: object | null, now: number): void {
    if (wait === this.#wait && subject !== null && subject === this.#subject) return
    this.#wait = wait
    this.#subject = subject
    this.#due = now + this.#timeoutOf(wait)
    if (wait === Wait.Body) this.#due = Math.min(this.#due, this.#endOf(subject as Exchange))
    if (wait === Wait.End) this.#bytesUnsent = this.#owner.transport.bytesUnsent
    if (wait === Wait.Body) this.#bytesReceived = (subject as Exchange).body.bytesReceived
    if (this.#due < this.#timerDue) this.#arm()
  }

  /** The transport is full: from now on it must get less. */
  watchWrites(now: number): void {
    if (this.#writeDue !== Infinity) return
    this.#bytesUnsent = this.#owner.transport.bytesUnsent
    this.#writeDue = now + this.#timeouts.writeMs
    if (this.#writeDue < this.#timerDue) this.#arm()
  }

  /** The transport is empty, or its end is waited for anyway. */
  unwatchWrites(): void {
    this.#writeDue = Infinity
  }

  cancel(): void {
    this.#due = this.#writeDue = Infinity
    if (this.#timer === null) return
    this.#timerDue = Infinity
    this.#timer.cancel()
    this.#timer = null
  }

  #timeoutOf(wait: Wait): number {
    switch (wait) {
      case Wait.Nothing:
        return Infinity
      case Wait.Head:
        return this.#timeouts.headMs
      case Wait.Body:
        return this.#timeouts.bodyMs
      case Wait.Discard:
        return this.#timeouts.discardMs
      case Wait.End:
        return this.#lingerMs
    }
  }

  /** When a body must have come, however fast it comes. */
  #endOf({ startedAt }: Exchange): number {
    return startedAt + this.#timeouts.requestMs
  }

  /** Asks the clock: a reactor that has rested doesn't know how late it is. */
  #arm(): void {
    this.#timer?.cancel()
    this.#timerDue = Math.min(this.#due, this.#writeDue)
    const leftMs = this.#timerDue - this.#reactor.clock.now()
    this.#timer =
      leftMs === Infinity ? null : this.#reactor.groups.latency.delay(Math.max(leftMs, 0), look, this)
  }

  /** @internal The timer has fired. */
  look(): void {
    const { now } = this.#reactor
    this.#timer = null
    this.#timerDue = Infinity
    if (now >= this.#writeDue && !this.#takesWrites(now)) {
      this.#owner.readsNothing()
      return
    }
    if (now >= this.#due) this.#lookAtReads(now)
    if (this.#timerDue === Infinity && Math.min(this.#due, this.#writeDue) < Infinity) this.#arm()
  }

  /** Whether some of what was queued has left; then the rest is watched. */
  #takesWrites(now: number): boolean {
    this.#writeDue = Infinity
    const before = this.#bytesUnsent
    const unsent = this.#owner.transport.bytesUnsent
    if (unsent === before && unsent > 0) return false
    if (this.#owner.transport.bytesQueued > 0) this.watchWrites(now)
    return true
  }

  #lookAtReads(now: number): void {
    const wait = this.#wait
    this.#due = Infinity
    if (wait === Wait.Body && this.#bodyGoesOn(this.#subject as Exchange, now)) return
    if (wait === Wait.End && this.#takesMore(now)) return
    this.#wait = Wait.Nothing
    this.#owner.waitedTooLong(wait)
  }

  /** Whether enough of the body came in the window that ends now; then another one begins. */
  #bodyGoesOn(exchange: Exchange, now: number): boolean {
    const { bodyMs, bodyBytesPerSecond } = this.#timeouts
    const { bytesReceived } = exchange.body
    const end = this.#endOf(exchange)
    if (now >= end || bytesReceived - this.#bytesReceived < (bodyBytesPerSecond * bodyMs) / 1000) return false
    this.#bytesReceived = bytesReceived
    this.#due = Math.min(now + bodyMs, end)
    return true
  }

  /** Whether some of what is queued has left while the client's end was waited for; then it is waited for again. */
  #takesMore(now: number): boolean {
    const before = this.#bytesUnsent
    this.#bytesUnsent = this.#owner.transport.bytesUnsent
    const takesMore = this.#bytesUnsent > 0 && this.#bytesUnsent < before
    if (takesMore) this.#due = now + this.#lingerMs
    return takesMore
  }
}

/** One function for all connections: a closure each would cost an idle one 100 bytes. */
function look(patience: Patience): void {
  patience.look()
}
