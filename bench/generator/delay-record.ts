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
   * Forgets everything.
   * @param windowMs what was before the last so many milliseconds was warm-up, and is not counted
   * @returns `NaN`s if there was none
   */
  take(windowMs: number): KnownDelay {
    const from = (this.#entries.at(-1)?.at ?? 0) - windowMs
    const delays = this.#entries.filter(({ at }) => at > from).map(({ delay }) => delay)
    this.#entries.length = 0
    delays.sort((a, b) => a - b)
    return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) }
  }
}

/** As HdrHistogram has it: the least value that so many are not above. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
