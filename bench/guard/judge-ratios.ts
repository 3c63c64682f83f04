import { type Estimate } from '../statistics/bootstrap.js'
import { metrics } from '../suite/metric.js'
import { type Baseline } from './baseline.js'
import { type GuardedRatio, keyOf, type MeasuredRatio } from './guarded-ratios.js'

/** Worse by less than this is nobody's fault: compilers have moods, and machines. */
const tolerance = 1.05

export interface RatioVerdict extends GuardedRatio {
  readonly before: Estimate
  /** Undefined: it was not measured. */
  readonly now: Estimate | undefined
  /** How many times worse it is; below 1: better. */
  readonly worsening: number | undefined
  readonly verdict: 'holds' | 'WORSE' | 'not to be judged'
}

/**
 * A ratio is worse when its confidence interval lies beyond the baseline's on the bad side, and it is more than 5 % worse
 * than the baseline's value. Of nine ratios one or two leave the baseline's interval by chance alone. What can't be believed is not judged, and is no pass either.
 */
export function judgeRatios(baseline: Baseline, measured: readonly MeasuredRatio[]): RatioVerdict[] {
  return baseline.ratios.map((before) => {
    const now = measured.find((one) => keyOf(one) === keyOf(before))
    const { scenario, metric, against } = before
    const named = { scenario, metric, against, before, now }
    if (now === undefined) return { ...named, worsening: undefined, verdict: 'not to be judged' }
    const isLess = metrics[metric].better === 'less'
    const worsening = isLess ? now.value / before.value : before.value / now.value
    const hasLeft = isLess ? now.low > before.high : now.high < before.low
    const judged = hasLeft && worsening > tolerance ? 'WORSE' : 'holds'
    return { ...named, worsening, verdict: now.isBelieved ? judged : 'not to be judged' }
  })
}
