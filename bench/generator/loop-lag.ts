import type { Reactor, Timer } from 'calandria'
import { Histogram } from './histogram.js'

/** A moment every so many milliseconds at which the loop should have time. */
const EVERY_MS = 10

/**
 * How late the loop comes to what is due. Its moments are absolute too: a loop that was held for a second has missed a
 * hundred of them, and all hundred are counted.
 */
export class LoopLag {
  readonly lateness = new Histogram()
  readonly #reactor: Reactor
  #dueAt = 0
  #timer: Timer | null = null

  constructor(reactor: Reactor) {
    this.#reactor = reactor
  }

  start(): void {
    // On whole milliseconds, because the wheel's ticks are: anything else would measure the rounding.
    this.#dueAt = Math.ceil(this.#reactor.clock.now()) + EVERY_MS
    this.#arm()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #arm(): void {
    const now = this.#reactor.clock.now()
    this.#timer = this.#reactor.delay(Math.max(0, this.#dueAt - now), () => this.#look())
  }

  #look(): void {
    const now = this.#reactor.clock.now()
    for (; this.#dueAt <= now; this.#dueAt += EVERY_MS) this.lateness.add(now - this.#dueAt)
    this.#arm()
  }
}
