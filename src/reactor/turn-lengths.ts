import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

const NANOSECONDS = 1e6

/** How long turns took, in milliseconds. */
export interface TurnLengths {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** A histogram of the lengths of a reactor's turns, to three digits. */
export class TurnHistogram {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: 3 })

  record(ms: number): void {
    this.#histogram.record(Math.max(Math.round(ms * NANOSECONDS), 1)) // it takes no 0
  }

  get lengths(): TurnLengths {
    const histogram = this.#histogram
    const at = (percentile: number): number => histogram.percentile(percentile) / NANOSECONDS
    return Object.freeze({
      count: histogram.count,
      p50: at(50),
      p99: at(99),
      p999: at(99.9),
      max: histogram.max / NANOSECONDS,
    })
  }
}
