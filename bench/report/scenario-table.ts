import { type Verdict } from '../suite/goals.js'
import { type Results, type ScenarioRecord } from '../suite/results.js'
import { doubtMeanings } from '../suite/doubt.js'
import { metrics } from '../suite/metric.js'
import { Summary } from '../suite/summary.js'
import { type Cell, cellOf, columnsOf, rowsOf } from './cell.js'
import { doubtsByKind } from './doubts.js'
import { table } from './text-table.js'

/** The table of one scenario, for a terminal or as Markdown, and below it what is in doubt. */
export function scenarioTable(
  scenario: ScenarioRecord,
  { subjects, measurements, plan }: Results,
  markdown: boolean,
): string {
  const summary = new Summary(measurements, plan.seed)
  const rows = rowsOf(scenario, subjects, summary)
  const columns = columnsOf(rows).filter((metric) => !metrics[metric].isMinor)
  const measured = rows.filter(({ instead }) => instead === undefined)
  const others = rows.filter(({ instead }) => instead !== undefined)
  const lines = [
    ['subject', ...columns.map((metric) => metrics[metric].title)],
    ...measured.map(({ subject, figures }) => [
      subject.name,
      ...columns.map((metric) => asText(cellOf(metric, figures[metric], summary), markdown)),
    ]),
  ]
  const names = subjects.map(({ name }) => name)
  const notes = [
    ...others.map(({ subject, instead }) => `${subject.name}: ${instead ?? ''}`),
    ...[...doubtsByKind(scenario.name, names, summary)].map(
      ([code, whom]) => `INVALID, ${doubtMeanings[code]}: ${whom}`,
    ),
  ]
  const foot = notes.map((note) => (markdown ? `- ${escaped(note)}\n` : `${note}\n`)).join('')
  const title = heading(`${scenario.name}: ${scenario.about}${connectionsOf(scenario)}`, markdown)
  return `\n${title}\n${measured.length === 0 ? '' : table(lines, 1, markdown)}${foot === '' ? '' : `\n${foot}`}`
}

function connectionsOf({ connections, about }: ScenarioRecord): string {
  if (connections === 0 || about.includes('connections')) return ''
  return `; ${connections.toLocaleString('en-US')} connections`
}

export function goalTable(verdicts: readonly Verdict[], markdown: boolean): string {
  const rows = [
    ['scenario', 'goal for calandria', 'measured', 'verdict'],
    ...verdicts.map(({ scenario, goal, measured, verdict }) => [scenario, goal, measured, verdict]),
  ]
  return `\n${heading('goals', markdown)}\n${table(rows, 4, markdown)}`
}

/** What isn't to be believed is crossed out, or stands in tildes where nothing can be. */
function asText({ value, ratio, interval, isInvalid }: Cell, markdown: boolean): string {
  const said = [value, ratio === '' ? '' : `(${ratio})`, interval].filter((part) => part !== '').join(' ')
  if (!isInvalid) return said
  return markdown ? `~~${said}~~` : `~${said}~`
}

const heading = (text: string, markdown: boolean): string => (markdown ? `#### ${escaped(text)}\n` : text)

/** Names and errors come from outside: none of them may become Markdown, or HTML. */
export const escaped = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')
