import { median, quantileSorted } from 'simple-statistics'
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
  return estimate(median([...values]), seed, (random) => median(resampled(values, random)))
}

/**
 * The ratio of the medians, `above` over `below`, of two independent samples.
 * @param above at least one value
 * @param below at least one value, none of them 0
 */
export function ratioEstimate(above: readonly number[], below: readonly number[], seed: number): Estimate {
  return estimate(
    median([...above]) / median([...below]),
    seed,
    (random) => median(resampled(above, random)) / median(resampled(below, random)),
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
  const ratio = (some: readonly (readonly [number, number])[]): number =>
    median(some.map(([above]) => above)) / median(some.map(([, below]) => below))
  return estimate(ratio(pairs), seed, (random) => ratio(resampled(pairs, random)))
}

function estimate(value: number, seed: number, draw: (random: () => number) => number): Estimate {
  const random = seededRandom(seed)
  const drawn = Float64Array.from({ length: RESAMPLES }, () => draw(random)).sort()
  const tail = (1 - CONFIDENCE) / 2
  const sorted = [...drawn]
  return { value, low: quantileSorted(sorted, tail), high: quantileSorted(sorted, 1 - tail) }
}

function resampled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items.map(() => items[Math.floor(random() * items.length)]!)
}
