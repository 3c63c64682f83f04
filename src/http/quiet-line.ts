import type { Reactor } from '../reactor/reactor.js'
import type { Timer } from '../reactor/timer-wheel.js'
import { seeOff } from './see-off.js'

/** Who may stand in a {@link QuietLine}. Its fields belong to the line. */
export interface Quiet {
  /** Neighbours in the line; itself where it stands in none. */
  previousQuiet: Quiet
  nextQuiet: Quiet
  /** Since when nothing has been on its way. Whole milliseconds of the clock: V8 would box a fraction. */
  quietSince: number
  /** It has been quiet for too long. It has left the line. */
  quietTooLong(): void
}

/**
 * Those who may all be quiet for the same time, in the order in which they fell quiet. So the first in the line is the
 * first whose time is over, and one timer is enough for 10,000 of them. Coming and going is O(1).
 *
 * The line is a ring, closed by the line itself: whoever leaves need not know which line it stands in.
 *
 * ```
 *   ┌─▶ line ⇄ quiet longest ⇄ … ⇄ quiet since just now ◀─┐
 *   └──────────────────────────────────────────────────────┘
 * ```
 */
export class QuietLine implements Quiet {
  previousQuiet: Quiet = this
  nextQuiet: Quiet = this
  quietSince = 0
  readonly #reactor: Reactor
  readonly #patienceMs: number
  readonly #gone: () => number
  #timer: Timer | null = null
  #isTelling = false

  /**
   * @param patienceMs how long each may be quiet; `Infinity`: for ever
   * @param gone how many have gone for good until now: who was told goes, and while many are about to, others wait with it
   */
  constructor(reactor: Reactor, patienceMs: number, gone: () => number) {
    this.#reactor = reactor
    this.#patienceMs = patienceMs
    this.#gone = gone
  }

  /**
   * Takes in at the end of the line who has been quiet since `now`, a whole number. Where those before it have been for less
   * (by a turn at most), it is told when they are.
   */
  join(one: Quiet, now: number): void {
    const last = this.previousQuiet
    one.quietSince = now
    one.previousQuiet = last
    one.nextQuiet = this
    last.nextQuiet = one
    this.previousQuiet = one
    if (this.#timer === null && !this.#isTelling) this.#arm()
  }

  /** Stops looking; also when some are left in the line. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  quietTooLong(): void {
    // the line itself waits for nobody
  }

  /** A timer that was armed for one who has left since finds nothing, and is armed for the first who is there. */
  #arm(): void {
    const first = this.nextQuiet
    if (first === this || this.#patienceMs === Infinity) return
    const leftMs = first.quietSince + this.#patienceMs - this.#reactor.clock.now()
    this.#timer = this.#reactor.groups.latency.delay(Math.max(leftMs, 0), look, this)
  }

  /** @internal Thousands may be due together, and each costs more than to be told: it closes, and its client ends. */
  run(): void {
    this.stop()
    if (!this.#isFirstDue()) {
      this.#arm()
      return
    }
    this.#isTelling = true
    const tell = (one: Quiet): void => one.quietTooLong()
    seeOff(this.#reactor, this.#takeDue(), tell, this.#gone, () => {
      this.#isTelling = false
      this.#arm()
    })
  }

  #isFirstDue(): boolean {
    const first = this.nextQuiet
    return first !== this && first.quietSince + this.#patienceMs <= this.#reactor.now
  }

  *#takeDue(): Generator<Quiet> {
    while (this.#isFirstDue()) {
      const first = this.nextQuiet
      leaveLine(first)
      yield first
    }
  }
}

/** Takes `one` out of the line it stands in, if it stands in one. */
export function leaveLine(one: Quiet): void {
  const { previousQuiet, nextQuiet } = one
  previousQuiet.nextQuiet = nextQuiet
  nextQuiet.previousQuiet = previousQuiet
  one.previousQuiet = one.nextQuiet = one
}

/** One function for all lines. */
function look(line: QuietLine): void {
  line.run()
}
