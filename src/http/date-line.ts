import type { Clock } from '../reactor/clock.js'

/** The `Date` line (RFC 9110 §6.6.1), made anew once a second. */
export class DateLine {
  line = ''
  readonly #clock: Clock
  /** Reading of the monotonic clock from which on the line is stale. */
  #staleAt = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param now a reading of the clock: take the one at hand, a look at the clock is dearer than all of this */
  refresh(now: number): void {
    if (now < this.#staleAt) return
    const wallTime = this.#clock.wallTime()
    // ECMA-262 gives toUTCString() the very form of RFC 9110 §5.6.7. No time is read here, only written.
    // eslint-disable-next-line no-restricted-globals
    this.line = `Date: ${new Date(wallTime).toUTCString()}\r\n`
    this.#staleAt = now + (1000 - (wallTime % 1000))
  }
}
