import { metrics, type MetricName } from './metric.js'
import { type Summary } from './summary.js'

/** What Calandria promises: a metric's median, or its ratio to another subject's, stays within a limit. */
interface Goal {
  readonly scenario: string
  readonly metric: MetricName
  readonly comparedWith?: string
  readonly limit: number
  /** The limit itself is not good enough. */
  readonly strictly?: boolean
}

const goals: readonly Goal[] = [
  { scenario: 'pipelined', metric: 'cpuNs', comparedWith: 'floor', limit: 1.4 },
  { scenario: 'pipelined', metric: 'cpuNs', comparedWith: 'node-http', limit: 1 / 18 },
  { scenario: 'single', metric: 'cpuNs', comparedWith: 'floor', limit: 1.12 },
  { scenario: 'single', metric: 'cpuNs', comparedWith: 'node-http', limit: 0.55 },
  { scenario: 'browser', metric: 'cpuNs', comparedWith: 'floor', limit: 1.9 },
  { scenario: 'idle', metric: 'rssPerConnection', limit: 6 * 1024 },
  { scenario: 'idle', metric: 'rssPerConnection', comparedWith: 'node-http', limit: 0.65, strictly: true },
]

export interface Verdict {
  readonly scenario: string
  readonly goal: string
  readonly measured: string
  readonly verdict: 'met' | 'NOT met' | 'not measured'
}

export function judge(summary: Summary, measuredScenarios: readonly string[]): Verdict[] {
  return goals
    .filter((goal) => measuredScenarios.includes(goal.scenario))
    .map((goal) => {
      const value = measuredValue(summary, goal)
      const met = value !== undefined && (goal.strictly === true ? value < goal.limit : value <= goal.limit)
      return {
        scenario: goal.scenario,
        goal: wording(goal),
        measured: value === undefined ? 'n/a' : amount(goal, value),
        verdict: value === undefined ? 'not measured' : met ? 'met' : 'NOT met',
      }
    })
}

function measuredValue(summary: Summary, { scenario, metric, comparedWith }: Goal): number | undefined {
  const own = summary.figure(scenario, 'calandria', metric)?.value
  if (own === undefined || comparedWith === undefined) return own
  const other = summary.figure(scenario, comparedWith, metric)?.value
  return other === undefined ? undefined : own / other
}

function wording(goal: Goal): string {
  const bound = `${metrics[goal.metric].title} ${goal.strictly === true ? '<' : '≤'} ${amount(goal, goal.limit)}`
  return goal.comparedWith === undefined ? bound : `${bound} of ${goal.comparedWith}`
}

/** Small ratios read better as fractions: 1/18, not 0.056. */
function amount({ metric, comparedWith, limit }: Goal, value: number): string {
  if (comparedWith === undefined) return metrics[metric].format(value)
  return limit < 0.2 ? `1/${(1 / value).toFixed(1)}` : value.toFixed(2)
}
