import { type Estimate, ratioEstimate } from '../statistics/bootstrap.js'
import { mannWhitney } from '../statistics/mann-whitney.js'
import { type MetricName, metricNames, metrics } from '../suite/metric.js'
import { type Results } from '../suite/results.js'
import { Summary } from '../suite/summary.js'

/** Below this probability of being chance, a difference counts as one. */
const significance = 0.05

export interface Difference {
  readonly scenario: string
  readonly subject: string
  readonly metric: MetricName
  /** What is compared: plain numbers, or their ratios to the floor of the same round. */
  readonly basis: 'plain' | 'to the floor'
  readonly before: number
  readonly after: number
  /** After over before. */
  readonly ratio: Estimate
  /** Of a difference like this one by chance: Mann and Whitney's U, two-sided. */
  readonly p: number
  readonly verdict: 'better' | 'worse' | 'no difference' | 'INVALID'
}

/**
 * What two runs have in common, compared. They were made at different times, so where both have measured the floor, it is
 * the ratios to the floor that are compared: what the machine did to all of them cancels out.
 */
export function compare(before: Results, after: Results): Difference[] {
  const seed = before.plan.seed
  const [a, b] = [new Summary(before.measurements, seed), new Summary(after.measurements, after.plan.seed)]
  const common = <Named extends { readonly name: string }>(
    some: readonly Named[],
    others: readonly Named[],
  ) => some.map(({ name }) => name).filter((name) => others.some((other) => other.name === name))
  return common(before.scenarios, after.scenarios).flatMap((scenario) =>
    common(before.subjects, after.subjects).flatMap((subject) =>
      metricNames.flatMap((metric) => difference(a, b, { scenario, subject, metric }, seed)),
    ),
  )
}

function difference(
  a: Summary,
  b: Summary,
  of: Pick<Difference, 'scenario' | 'subject' | 'metric'>,
  seed: number,
): Difference[] {
  const { scenario, subject, metric } = of
  const { better, isMinor } = metrics[metric]
  const [first, second] = [a.figure(scenario, subject, metric), b.figure(scenario, subject, metric)]
  if (better === 'none' || isMinor || first === undefined || second === undefined) return []
  const isRelative = subject !== 'floor' && first.toFloor !== undefined && second.toFloor !== undefined
  const before = a.values(scenario, subject, metric, isRelative)
  const after = b.values(scenario, subject, metric, isRelative)
  if (before.length === 0 || after.length === 0 || before.includes(0)) return []
  const ratio = ratioEstimate(after, before, seed)
  const p = mannWhitney(before, after)
  const isInvalid = first.believed === 0 || second.believed === 0
  return [
    {
      ...of,
      basis: isRelative ? 'to the floor' : 'plain',
      before: first.value,
      after: second.value,
      ratio,
      p,
      verdict: isInvalid ? 'INVALID' : verdictOn(ratio, p, better),
    },
  ]
}

/** A difference must be unlikely by chance, and its confidence interval must not hold 1. */
function verdictOn(
  { value, low, high }: Estimate,
  p: number,
  better: 'less' | 'more',
): Difference['verdict'] {
  if (p >= significance || (low <= 1 && high >= 1)) return 'no difference'
  return value < 1 === (better === 'less') ? 'better' : 'worse'
}
