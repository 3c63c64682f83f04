import type { Reactor } from './reactor.js'

/** Looks at the clock in a slice, if nothing changes: that often it is asked whether the slice is over. */
const LOOKS_PER_SLICE = 8
/** Calls between two looks at most: a loop that becomes slower must be noticed. */
const MOST_CALLS = 1 << 16

/**
 * Answers "is the time slice over?" for every iteration of a loop, and looks at the clock (about 40 ns) only now and
 * then. It learns how long a call's iteration takes, and looks about eight times a slice.
 *
 * Every slice begins with a look at each call; from one look to the next the distance doubles at most. So a loop whose
 * iterations become `n` times slower in the middle of a slice overruns it by `n` eighths of a slice at most.
 */
export class SliceGauge {
  #callsLeft = 1
  #distance = 1
  #lookedAt = 0
  /** Which slice that was; slices are told apart by their ends. */
  #sliceEnd = -1

  /** Whether the slice of `reactor` at hand is used up, as far as is known. */
  isOver(reactor: Reactor): boolean {
    if (--this.#callsLeft > 0 && reactor.sliceEnd === this.#sliceEnd) return false
    return this.#look(reactor)
  }

  #look(reactor: Reactor): boolean {
    const now = reactor.clock.now()
    const { sliceEnd, timeSliceMs } = reactor
    if (sliceEnd === this.#sliceEnd) {
      const perCall = (now - this.#lookedAt) / this.#distance
      const wanted = Math.floor(timeSliceMs / LOOKS_PER_SLICE / perCall) // Infinity when no time has passed
      this.#distance = Math.max(1, Math.min(wanted, this.#distance * 2, MOST_CALLS))
    } else {
      this.#sliceEnd = sliceEnd
      this.#distance = 1
    }
    this.#lookedAt = now
    const isOver = now >= sliceEnd
    this.#callsLeft = isOver ? 1 : this.#distance // once over, every call says so
    if (isOver) this.#distance = 1
    return isOver
  }
}
