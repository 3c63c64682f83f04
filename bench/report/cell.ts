import { type Estimate } from '../statistics/bootstrap.js'
import { type MetricName, metricNames, metrics } from '../suite/metric.js'
import { type ScenarioRecord, type SubjectRecord } from '../suite/results.js'
import { type Figure, type Figures, type Summary } from '../suite/summary.js'

/** One number in a table: what is shown, and whether it is to be believed. */
export interface Cell {
  readonly value: string
  /** To the floor's, as `1.07×`; empty without a floor. */
  readonly ratio: string
  /** Where the median probably lies; empty where it isn't shown. */
  readonly interval: string
  /** Every round is in doubt. */
  readonly isInvalid: boolean
}

/** How a subject did in a scenario: numbers, or why there are none. */
export interface Row {
  readonly subject: SubjectRecord
  readonly figures: Figures
  /** Not installed, can't do it, failed: instead of numbers. */
  readonly instead: string | undefined
}

export function rowsOf(
  scenario: ScenarioRecord,
  subjects: readonly SubjectRecord[],
  summary: Summary,
): Row[] {
  return subjects.map((subject) => {
    const figures = summary.figures(scenario.name, subject.name)
    return { subject, figures, instead: insteadOf(scenario, subject, summary, figures) }
  })
}

function insteadOf(
  scenario: ScenarioRecord,
  subject: SubjectRecord,
  summary: Summary,
  figures: Figures,
): string | undefined {
  if (subject.version === null) return `not installed: ${subject.install}`
  if (!subject.acts.includes(scenario.act)) return `can't: ${subject.because}`
  const failure = summary.failure(scenario.name, subject.name)
  if (failure !== undefined) return `failed: ${failure.replace(/\s+/g, ' ').slice(0, 300)}`
  return Object.keys(figures).length === 0 ? 'not measured' : undefined
}

/** The metrics that at least one subject has. */
export const columnsOf = (rows: readonly Row[]): MetricName[] =>
  metricNames.filter((metric) => rows.some(({ figures }) => figures[metric] !== undefined))

export function cellOf(metric: MetricName, figure: Figure | undefined, summary: Summary): Cell {
  if (figure === undefined) return { value: 'n/a', ratio: '', interval: '', isInvalid: false }
  const { format, showsInterval, better, isMinor } = metrics[metric]
  const { value, values, toFloor, believed } = figure
  return {
    value: format(value),
    ratio: toFloor === undefined || better === 'none' || isMinor ? '' : `${toFloor.toFixed(2)}×`,
    interval: showsInterval && values.length > 1 ? intervalOf(summary.interval(figure), format) : '',
    isInvalid: believed === 0,
  }
}

const intervalOf = ({ low, high }: Estimate, format: (value: number) => string): string =>
  `[${format(low)}..${format(high)}]`
