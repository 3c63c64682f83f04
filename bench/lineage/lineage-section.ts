import { table } from '../report/text-table.js'
import { type Picture } from '../report/charts/picture.js'
import { escaped } from '../report/scenario-table.js'
import { doubtsByKind } from '../report/doubts.js'
import { doubtMeanings } from '../suite/doubt.js'
import { type MetricName, metrics } from '../suite/metric.js'
import { type Results, type SubjectRecord } from '../suite/results.js'
import { type Figure, Summary } from '../suite/summary.js'

/** A column of the table of the whole lineage. */
interface Column {
  readonly scenario: string
  readonly metric: MetricName
  readonly title: string
}

const columns: readonly Column[] = [
  { scenario: 'pipelined', metric: 'requestsPerSecond', title: '24 deep, requests/s' },
  { scenario: 'pipelined', metric: 'cpuNs', title: '24 deep, CPU ns' },
  { scenario: 'browser', metric: 'cpuNs', title: "browser's head, CPU ns" },
  { scenario: 'single', metric: 'requestsPerSecond', title: 'one at a time, requests/s' },
  { scenario: 'single', metric: 'cpuNs', title: 'one at a time, CPU ns' },
  { scenario: 'pipelined', metric: 'responsesPerWrite', title: 'replies/write' },
  { scenario: 'held', metric: 'heldMs', title: 'ready replies held' },
  { scenario: 'challenge', metric: 'latencyP99Ms', title: 'challenge, p99' },
  { scenario: 'challenge', metric: 'cpuNs', title: 'challenge, CPU ns' },
  { scenario: 'idle', metric: 'rssPerConnection', title: 'RSS/connection' },
  { scenario: 'start', metric: 'rssAtRest', title: 'RSS at rest' },
  { scenario: 'start', metric: 'startupMs', title: 'start-up' },
]

/** What stands in `docs/benchmarks.md`: environment, table, wins and losses, charts, doubts. */
export function lineageSection(results: Results, pictures: readonly Picture[], directory: string): string {
  const { environment, plan, measurements } = results
  const summary = new Summary(measurements, plan.seed)
  const shown = columns.filter(({ scenario }) => results.scenarios.some(({ name }) => name === scenario))
  return [
    table([['environment', ''], ...Object.entries(environment).map((pair) => pair.map(escaped))], 2, true),
    lineageTable(results, summary, shown),
    'In parentheses the ratio to the floor. ~~Crossed out~~: INVALID, not to be believed. n/a: the last table says why.\n',
    '**Wins and losses of Calandria**\n',
    winsAndLosses(results, summary, shown),
    ...pictures.map(
      ({ name, title, caption }) =>
        `**${escaped(title)}.** ${escaped(caption)}\n\n![${escaped(title)}](${directory}/${name}.svg)\n`,
    ),
    '**Who is who**\n',
    whoIsWho(results, summary),
    doubts(results, summary),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function lineageTable({ subjects }: Results, summary: Summary, shown: readonly Column[]): string {
  const rows = subjects.map(({ name }) => [
    name === 'calandria' ? `**${name}**` : escaped(name),
    ...shown.map(({ scenario, metric }) => {
      const figure = summary.figure(scenario, name, metric)
      if (figure === undefined) return 'n/a'
      return valueOf(metric, figure, figure.toFloor === undefined ? '' : ` (${figure.toFloor.toFixed(2)}×)`)
    }),
  ])
  return table([['subject', ...shown.map(({ title }) => title)], ...rows], 1, true)
}

/** Crossed out when no round of it can be believed. */
function valueOf(metric: MetricName, { value, believed }: Figure, behind = ''): string {
  const said = metrics[metric].format(value) + behind
  return believed === 0 ? `~~${said}~~` : said
}

/** Less than this is no difference. */
const margin = 0.02

/**
 * For each column: who is better, beyond the confidence interval of the ratio and 2 %. The floor is a measure and no
 * rival.
 */
function winsAndLosses({ subjects }: Results, summary: Summary, shown: readonly Column[]): string {
  const rows = shown.flatMap(({ scenario, metric, title }): string[][] => {
    const own = summary.figure(scenario, 'calandria', metric)
    if (own === undefined) return []
    const rivals = subjects.filter(({ name }) => name !== 'calandria' && !name.startsWith('floor'))
    const measured = rivals.flatMap(({ name }) => {
      const figure = summary.figure(scenario, name, metric)
      return figure === undefined ? [] : [{ name, figure }]
    })
    const isLess = metrics[metric].better === 'less'
    const better = measured.filter(({ name }) => {
      const ratio = summary.ratio(scenario, metric, name, 'calandria')
      return ratio !== undefined && (isLess ? ratio.high < 1 - margin : ratio.low > 1 + margin)
    })
    const names = better
      .sort((a, b) => (isLess ? a.figure.value - b.figure.value : b.figure.value - a.figure.value))
      .map(({ name, figure }) => `${escaped(name)} (${valueOf(metric, figure)})`)
    return [[title, valueOf(metric, own), `${better.length + 1} of ${measured.length + 1}`, names.join(', ')]]
  })
  return table([['', 'Calandria', 'place', 'better'], ...rows], 4, true)
}

function whoIsWho({ subjects, scenarios }: Results, summary: Summary): string {
  const rows = subjects.map((subject) => {
    const failures = scenarios.flatMap(({ name }) => {
      const failure = summary.failure(name, subject.name)
      return failure === undefined ? [] : [`${name} failed: ${failure.replace(/\s+/g, ' ').slice(0, 160)}`]
    })
    return [
      escaped(subject.name),
      subject.version ?? '**not installed**',
      escaped([describe(subject), ...failures].join('. ')),
    ]
  })
  return table([['subject', 'version', ''], ...rows], 3, true)
}

function describe({ about, version, install, because }: SubjectRecord): string {
  const parts = [about]
  if (because !== '') parts.push(`It can't do everything: ${because}`)
  if (version === null) parts.push(`To install it: ${install}`)
  return parts.join('. ')
}

function doubts({ scenarios, subjects }: Results, summary: Summary): string {
  const names = subjects.map(({ name }) => name)
  const lines = scenarios.flatMap(({ name }) =>
    [...doubtsByKind(name, names, summary)].map(
      ([code, whom]) => `- INVALID in *${name}*, ${doubtMeanings[code]}: ${escaped(whom)}`,
    ),
  )
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
