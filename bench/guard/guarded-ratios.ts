import { type Estimate } from '../statistics/bootstrap.js'
import { type MetricName } from '../suite/metric.js'
import { type Results } from '../suite/results.js'
import { Summary } from '../suite/summary.js'

/** Calandria's number over that of another subject in the same rounds. */
export interface GuardedRatio {
  readonly scenario: string
  readonly metric: MetricName
  readonly against: string
}

export interface MeasuredRatio extends GuardedRatio, Estimate {
  /** Both subjects had rounds that can be believed. */
  readonly isBelieved: boolean
}

export const guardedScenarios = ['pipelined', 'single', 'browser', 'idle'] as const
export const guardedSubjects = ['floor', 'node-http', 'calandria'] as const

export const guardedRatios: readonly GuardedRatio[] = [
  ...['pipelined', 'single', 'browser'].flatMap((scenario): GuardedRatio[] => [
    { scenario, metric: 'cpuNs', against: 'floor' },
    { scenario, metric: 'cpuNs', against: 'node-http' },
  ]),
  { scenario: 'pipelined', metric: 'responsesPerWrite', against: 'floor' },
  { scenario: 'idle', metric: 'rssPerConnection', against: 'floor' },
  { scenario: 'idle', metric: 'rssPerConnection', against: 'node-http' },
]

export const keyOf = ({ scenario, metric, against }: GuardedRatio): string =>
  `${scenario} ${metric} / ${against}`

/** Those of the guarded ratios that these results have. */
export function ratiosIn({ measurements, plan }: Results): MeasuredRatio[] {
  const summary = new Summary(measurements, plan.seed)
  return guardedRatios.flatMap((guarded) => {
    const { scenario, metric, against } = guarded
    const estimate = summary.ratio(scenario, metric, 'calandria', against)
    if (estimate === undefined) return []
    const believed = ['calandria', against].map(
      (subject) => summary.figure(scenario, subject, metric)?.believed ?? 0,
    )
    return [{ ...guarded, ...estimate, isBelieved: believed.every((rounds) => rounds > 0) }]
  })
}
