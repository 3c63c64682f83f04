import { table } from '../report/text-table.js'

export interface Row {
  readonly input: string
  readonly way: string
  /** Of all rounds, in nanoseconds an operation. */
  readonly least: number
  readonly median: number
  /** Least to least of the plain way: below 1 is faster. */
  readonly toPlain: number
}

export interface Result {
  readonly title: string
  /** What one operation is. */
  readonly unit: string
  readonly rows: readonly Row[]
}

export type Format = 'table' | 'markdown' | 'json'

export function chosenFormat(argv: readonly string[] = process.argv): Format {
  if (argv.includes('--json')) return 'json'
  return argv.includes('--markdown') ? 'markdown' : 'table'
}

/** Prints as the command line asks; JSON goes out as one line a result. */
export function print(result: Result, format: Format = chosenFormat()): void {
  process.stdout.write(format === 'json' ? `${JSON.stringify(result)}\n` : asTable(result, format))
}

/** @param rounds of each way, in nanoseconds an operation; the first way is the plain one */
export function summarize(input: string, names: readonly string[], rounds: readonly Float64Array[]): Row[] {
  const plain = Math.min(...rounds[0]!)
  return rounds.map((values, i) => {
    const sorted = Float64Array.from(values).sort()
    const least = sorted[0]!
    return { input, way: names[i]!, least, median: sorted[sorted.length >> 1]!, toPlain: least / plain }
  })
}

function asTable({ title, unit, rows }: Result, format: Format): string {
  const cells = rows.map(({ input, way, least, median, toPlain }, i) => [
    input === rows[i - 1]?.input ? '' : input,
    way,
    nanoseconds(least),
    nanoseconds(median),
    `${toPlain.toFixed(2)}×`,
  ])
  const isMarkdown = format === 'markdown'
  const head = ['input', 'way', `ns/${unit}`, 'median', 'to plain']
  return `\n${isMarkdown ? '### ' : ''}${title}\n${isMarkdown ? '\n' : ''}${table([head, ...cells], 2, isMarkdown)}`
}

function nanoseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}
