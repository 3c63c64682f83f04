import type { Clock } from '../../reactor/clock.js'
import { UNITS } from './format.js'

/** Who keeps the readings. */
export interface ClockKeeper {
  /** @param units since the last reading */
  clockRead(units: number): void
  wallTimeRead(ms: number): void
}

/**
 * A clock whose every reading is kept. It is read as often as without a recording; readings are whole units (about a
 * microsecond), so that the replay's are the same to the bit.
 */
export class RecordingClock implements Clock {
  readonly #clock: Clock
  readonly #keeper: ClockKeeper
  #units: number

  constructor(clock: Clock, keeper: ClockKeeper) {
    this.#clock = clock
    this.#keeper = keeper
    this.#units = Math.floor(clock.now() * UNITS)
  }

  /** The last reading. */
  get units(): number {
    return this.#units
  }

  now(): number {
    const passed = Math.floor(this.#clock.now() * UNITS) - this.#units
    if (passed > 0) {
      this.#units += passed
      this.#keeper.clockRead(passed)
    } else {
      this.#keeper.clockRead(0)
    }
    return this.#units / UNITS
  }

  /** Instruments come and go, and a replay has others. */
  peek(): number {
    return Math.max(this.#clock.now(), this.#units / UNITS)
  }

  wallTime(): number {
    const ms = Math.floor(this.#clock.wallTime())
    this.#keeper.wallTimeRead(ms)
    return ms
  }
}
