import { type Verdict } from './goals.js'
import { metricNames, metrics, type MetricName } from './metric.js'
import { type Scenario } from './scenario.js'
import { type SubjectName } from './subject-process.js'
import { type Figure, type Summary } from './summary.js'
import { table } from './table.js'

/** Below this the server waited for the load, and its requests/s is the load's. */
const saturated = 0.9

export function scenarioReport(
  scenario: Scenario,
  subjects: readonly SubjectName[],
  summary: Summary,
  markdown: boolean,
): string {
  const all = subjects.map((subject) => ({ subject, figures: summary.figures(scenario.name, subject) }))
  const columns = metricNames.filter((metric) =>
    metric === 'responsesPerWrite' && scenario.name !== 'idle'
      ? true // n/a is an answer here
      : all.some(({ figures }) => figures[metric] !== undefined),
  )
  const rows = [
    ['subject', ...columns.map((metric) => metrics[metric].title)],
    ...all.map(({ subject, figures }) => [
      subject,
      ...columns.map((metric) => cell(metric, figures[metric])),
    ]),
  ]
  const title = `${scenario.name}: ${scenario.about}; ${scenario.connections.toLocaleString('en-US')} connections`
  const waiting = all.filter(({ figures }) => (figures.serverBusy?.median ?? 1) < saturated)
  const doubt =
    waiting.length === 0
      ? ''
      : `\nThe load was the bottleneck for ${waiting.map(({ subject }) => subject).join(', ')}: ` +
        'not their best requests/s. CPU per request holds.\n'
  return `\n${heading(title, markdown)}\n${table(rows, 1, markdown)}${doubt}`
}

export function goalReport(verdicts: readonly Verdict[], markdown: boolean): string {
  const rows = [
    ['scenario', 'goal for calandria', 'measured', 'verdict'],
    ...verdicts.map(({ scenario, goal, measured, verdict }) => [scenario, goal, measured, verdict]),
  ]
  return `\n${heading('goals', markdown)}\n${table(rows, 4, markdown)}`
}

/** Median, ratio to the floor, and where it matters the least and the greatest round. */
function cell(metric: MetricName, figure: Figure | undefined): string {
  if (figure === undefined) return 'n/a'
  const { format, showsSpread } = metrics[metric]
  const ratio =
    figure.toFloor === undefined || metric === 'serverBusy' ? '' : ` (${figure.toFloor.toFixed(2)}×)`
  const spread = showsSpread ? ` [${format(figure.min)}..${format(figure.max)}]` : ''
  return format(figure.median) + ratio + spread
}

function heading(text: string, markdown: boolean): string {
  return markdown ? `### ${text}\n` : text
}
