import { Op, UNITS } from '../../io/recording/format.js'
import type { Clock } from '../../reactor/clock.js'
import type { ReplayScript } from './replay-script.js'

/** Shows what the recorded clock has shown, reading by reading. */
export class ReplayClock implements Clock {
  readonly #script: ReplayScript
  #isStarted = false
  #wallTime = 0

  constructor(script: ReplayScript) {
    this.#script = script
  }

  /** The first reading is the reactor's own, when it is made: the header has it. */
  now(): number {
    if (this.#isStarted) this.#script.take(Op.Clock, null, () => 'a look at the clock')
    this.#isStarted = true
    return this.#script.units / UNITS
  }

  /** For instruments: stands still between two readings. */
  peek(): number {
    return this.#script.units / UNITS
  }

  wallTime(): number {
    this.#wallTime += this.#script.take(Op.WallTime, null, () => 'a look at the wall clock')?.ms ?? 0
    return this.#wallTime
  }
}
