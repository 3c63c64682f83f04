import { table } from '../report/text-table.js'

export interface Row {
  readonly input: string
  readonly way: string
  /** Of all rounds, in nanoseconds an operation. */
  readonly least: number
  readonly median: number
  /** Least to least of the plain way: below 1 is faster. */
  readonly toPlain: number
  /** Allocated on the heap by an operation, where that was measured. */
  readonly bytes?: number
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
  const hasBytes = rows.some(({ bytes }) => bytes !== undefined)
  const cells = rows.map(({ input, way, least, median, toPlain, bytes }, i) => [
    input === rows[i - 1]?.input ? '' : input,
    way,
    nanoseconds(least),
    nanoseconds(median),
    `${toPlain.toFixed(2)}×`,
    ...(hasBytes ? [aSecond(least), bytes?.toFixed(0) ?? ''] : []),
  ])
  const isMarkdown = format === 'markdown'
  const head = [
    'input',
    'way',
    `ns/${unit}`,
    'median',
    'to plain',
    ...(hasBytes ? ['at most/s', 'bytes'] : []),
  ]
  return `\n${isMarkdown ? '### ' : ''}${title}\n${isMarkdown ? '\n' : ''}${table([head, ...cells], 2, isMarkdown)}`
}

/** Operations, at the pace of the least round. */
function aSecond(leastNs: number): string {
  return `${(1000 / leastNs).toFixed(leastNs < 1000 ? 1 : 2)} M`
}

function nanoseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}
