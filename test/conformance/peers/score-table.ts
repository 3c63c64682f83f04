import { nameOf, TABLE } from '../table.js'
import type { Score } from './play.js'

const rowsOf = (topic: string): number => TABLE[topic]?.length ?? 0

/** Scores and differences as Markdown. @param missing servers that could not be run, and why */
export function scoreTable(
  scores: readonly Score[],
  missing: ReadonlyMap<string, string>,
  date: string,
): string {
  const columns = scores.map(({ name, version }) => `${name} ${version.replace(/^v/, '')}`)
  const topics = Object.keys(TABLE)
  const rows = topics.map((topic) => [topic, rowsOf(topic), ...scores.map((score) => passedOf(score, topic))])
  const all = topics.reduce((sum, topic) => sum + rowsOf(topic), 0)
  const totals = scores.map((score) => topics.reduce((sum, topic) => sum + passedOf(score, topic), 0))
  return [
    `Played on ${date}, Node ${process.versions.node}, ${process.platform} ${process.arch}.`,
    '',
    line(['topic', 'rows', ...columns]),
    line(['---', '---:', ...columns.map(() => '---:')]),
    ...rows.map(line),
    line(['**total**', all, ...totals.map((total) => `**${total}** (${percent(total, all)})`)]),
    '',
    ...[...missing].map(([name, why]) => `${name} could not be run: ${why}.\n`),
    ...scores.flatMap(differencesOf),
  ].join('\n')
}

function passedOf({ differences }: Score, topic: string): number {
  return rowsOf(topic) - (differences.get(topic)?.length ?? 0)
}

function differencesOf({ name, differences }: Score): string[] {
  const topics = [...differences].filter(([, ofTopic]) => ofTopic.length > 0)
  if (topics.length === 0) return []
  const count = topics.reduce((sum, [, ofTopic]) => sum + ofTopic.length, 0)
  return [
    `### ${name}: ${count} differences`,
    '',
    ...topics.flatMap(([topic, ofTopic]) => [
      `**${topic}**`,
      '',
      ...ofTopic.map(({ row, what }) => `- ${escaped(nameOf(row))}. *${escaped(what)}*`),
      '',
    ]),
  ]
}

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
/** Rounded down: nobody gets 100 % who doesn't have it. */
const percent = (part: number, all: number): string =>
  `${(Math.floor((part / all) * 1000) / 10).toFixed(1)} %`
const escaped = (text: string): string => text.replace(/[*_<>|`\\[\]]/g, '\\$&')
