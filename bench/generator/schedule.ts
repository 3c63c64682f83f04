/** What a {@link Schedule} is made of. */
export interface ScheduleOptions {
  /** Requests per second, of all processes together. */
  readonly rate: number
  /** Requests that share one moment. */
  readonly burst: number
  /** The rate rises evenly from nothing over this time, in milliseconds. */
  readonly rampMs: number
  /** Which of the processes this is, from 0, and how many there are. */
  readonly process: number
  readonly processes: number
}

/**
 * When each request of an open loop is due: an absolute schedule, `t0 + n / rate`. Each moment is computed from its number
 * and from no other moment, so no delay ever shifts what comes after it, and nothing adds up.
 *
 * Processes take bursts in turn: together they keep the schedule of one.
 */
export class Schedule {
  readonly #ratePerMs: number
  readonly #burst: number
  readonly #rampMs: number
  /** Requests that are due within the ramp: the area of a triangle. */
  readonly #inRamp: number
  readonly #process: number
  readonly #processes: number

  constructor({ rate, burst, rampMs, process, processes }: ScheduleOptions) {
    this.#ratePerMs = rate / 1000
    this.#burst = burst
    this.#rampMs = rampMs
    this.#inRamp = (this.#ratePerMs * rampMs) / 2
    this.#process = process
    this.#processes = processes
  }

  /** @returns when the `n`-th request of this process is due, in milliseconds since the run's beginning; `n` from 0 */
  dueAt(n: number): number {
    const burst = Math.floor(n / this.#burst) * this.#processes + this.#process
    const number = burst * this.#burst
    // While the rate rises, rate·t²/(2·ramp) requests are due until t.
    if (number < this.#inRamp) return Math.sqrt((2 * number * this.#rampMs) / this.#ratePerMs)
    return this.#rampMs / 2 + number / this.#ratePerMs
  }

  /** @returns how many requests of this process are due before `ms` */
  dueBefore(ms: number): number {
    let low = 0
    let high = Math.ceil((Math.max(0, ms) * this.#ratePerMs) / this.#processes) + 2 * this.#burst
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.dueAt(middle) < ms) low = middle + 1
      else high = middle
    }
    return low
  }
}
