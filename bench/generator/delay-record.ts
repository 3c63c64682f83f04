import { Histogram } from './histogram.js'

/** How long a server took from a request to its response, in milliseconds, by its own clock. */
export interface KnownDelay {
  readonly p50: number
  readonly p99: number
}

/** Every delay of a server of the calibration: what it meant to do is known, what it did has to be recorded. */
export class DelayRecord {
  readonly #entries: { readonly at: number; readonly delay: number }[] = []

  /** @param at in milliseconds, rising */
  add(at: number, delay: number): void {
    this.#entries.push({ at, delay })
  }

  /**
   * @param windowMs what was before the last so many milliseconds was warm-up, and is not counted
   * @returns zeros if there was nothing
   */
  latest(windowMs: number): KnownDelay {
    const from = (this.#entries.at(-1)?.at ?? 0) - windowMs
    const delays = new Histogram()
    for (const { at, delay } of this.#entries) if (at > from) delays.add(delay)
    return { p50: delays.percentile(50), p99: delays.percentile(99) }
  }
}
