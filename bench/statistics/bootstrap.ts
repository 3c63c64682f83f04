import { quantileSorted } from 'simple-statistics'
import { seededRandom } from './shuffled.js'

/** A median, and where it probably lies. */
export interface Estimate {
  readonly value: number
  /** The 95 % confidence interval, by the percentile bootstrap (Efron 1979). */
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2000
const CONFIDENCE = 0.95

/** @param values at least one */
export function medianEstimate(values: readonly number[], seed: number): Estimate {
  const sample = new Resample(values)
  return estimate(medianOf(values), seed, (random) => sample.median(random))
}

/**
 * The ratio of the medians, `above` over `below`, of two independent samples.
 * @param above at least one value
 * @param below at least one value, none of them 0
 */
export function ratioEstimate(above: readonly number[], below: readonly number[], seed: number): Estimate {
  const [over, under] = [new Resample(above), new Resample(below)]
  return estimate(
    medianOf(above) / medianOf(below),
    seed,
    (random) => over.median(random) / under.median(random),
  )
}

/**
 * The ratio of the medians of two samples of which the i-th values were taken one after the other: whole pairs are
 * drawn, so that what disturbed both of a pair doesn't count as a difference.
 */
export function pairedRatioEstimate(
  pairs: readonly (readonly [above: number, below: number])[],
  seed: number,
): Estimate {
  const [above, below] = [pairs.map(([over]) => over), pairs.map(([, under]) => under)]
  const drawn = [new Float64Array(pairs.length), new Float64Array(pairs.length)] as const
  return estimate(medianOf(above) / medianOf(below), seed, (random) => {
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[Math.floor(random() * pairs.length)]!
      drawn[0][i] = pair[0]
      drawn[1][i] = pair[1]
    }
    return medianSorted(drawn[0].sort()) / medianSorted(drawn[1].sort())
  })
}

export const medianOf = (values: readonly number[]): number => medianSorted(Float64Array.from(values).sort())

function medianSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** One array for all that is drawn from a sample: a report has thousands of intervals. */
class Resample {
  readonly #values: readonly number[]
  readonly #drawn: Float64Array

  constructor(values: readonly number[]) {
    this.#values = values
    this.#drawn = new Float64Array(values.length)
  }

  median(random: () => number): number {
    const [values, drawn] = [this.#values, this.#drawn]
    for (let i = 0; i < drawn.length; i++) drawn[i] = values[Math.floor(random() * values.length)]!
    return medianSorted(drawn.sort())
  }
}

function estimate(value: number, seed: number, draw: (random: () => number) => number): Estimate {
  const random = seededRandom(seed)
  const sorted = [...Float64Array.from({ length: RESAMPLES }, () => draw(random)).sort()]
  const tail = (1 - CONFIDENCE) / 2
  return { value, low: quantileSorted(sorted, tail), high: quantileSorted(sorted, 1 - tail) }
}
