import { performance } from 'node:perf_hooks' // the global of that name is a getter, which no reading is inlined through

/**
 * The only source of time in the core. Real servers take {@link monotonicClock}; tests and the simulation take
 * a {@link VirtualClock}, so that a run depends on nothing but its inputs.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. Fractions are meaningful. */
  now(): number
  /** Milliseconds since 1970-01-01T00:00:00Z, for Date headers only: it may jump. */
  wallTime(): number
  /** The time for those who only look on: a recording doesn't keep it. Where it is missing, {@link now} serves. */
  peek?(): number
}

/** The machine's clock. One reading costs about 40 ns, so hot loops read it once in a while, not each time. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
}

/** A clock that stands still until it is told to move. */
export class VirtualClock implements Clock {
  #now = 0
  readonly #epoch: number

  /** @param epoch wall time at `now() === 0`, in milliseconds; default 2000-01-01T00:00:00Z */
  constructor(epoch = 946_684_800_000) {
    this.#epoch = epoch
  }

  now(): number {
    return this.#now
  }

  wallTime(): number {
    return this.#epoch + Math.floor(this.#now)
  }

  /** Moves the clock forward by `ms` milliseconds. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time does not go back: ${ms} ms`)
    this.#now += ms
  }

  /** Moves the clock forward to `at`; a moment that has passed leaves it where it is. */
  advanceTo(at: number): void {
    if (at > this.#now) this.#now = at
  }
}
