import { performance } from 'node:perf_hooks'
import { print, summarize, type Row } from './report.js'

/** One way of doing it. */
export interface Way {
  readonly name: string
  /** Does it `operations` times. @returns a number that must be the same for all ways, every time */
  readonly run: () => number
}

/** Several ways of doing the same with the same input. The first is the plain one. */
export interface Case {
  readonly input: string
  readonly operations: number
  readonly ways: readonly Way[]
}

const WARM_UP_MS = 200
const ROUND_MS = 3
const ROUNDS = 100

/**
 * Measures the cases, and prints them: as a table, as Markdown (`--markdown`) or as JSON (`--json`).
 *
 * The ways take turns in many short rounds of one process, each round in another order, so that what disturbs the
 * machine disturbs all of them. The least of the rounds is the one that was disturbed least.
 */
export function compare(title: string, unit: string, cases: readonly Case[]): void {
  print({ title, unit, rows: cases.flatMap(measure) })
}

function measure({ input, operations, ways }: Case): Row[] {
  const expected = ways[0]!.run()
  const repeats = ways.map((way) => warmUp(way, expected))
  const rounds = ways.map(() => new Float64Array(ROUNDS))
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (round + turn) % ways.length
      rounds[i]![round] = timed(ways[i]!, repeats[i]!, expected) / (repeats[i]! * operations)
    }
  }
  return summarize(
    input,
    ways.map((way) => way.name),
    rounds,
  )
}

/** Until the compiler has done its work. @returns how many runs make a round */
function warmUp(way: Way, expected: number): number {
  let runs = 0
  let elapsedNs = 0
  for (let count = 1; elapsedNs < WARM_UP_MS * 1e6; count *= 2) {
    elapsedNs += timed(way, count, expected)
    runs += count
  }
  return Math.max(1, Math.round((runs * ROUND_MS * 1e6) / elapsedNs))
}

/** Comparing every result checks it, and keeps the compiler from dropping the work. */
function timed(way: Way, repeats: number, expected: number): number {
  const start = performance.now()
  for (let i = 0; i < repeats; i++) {
    const result = way.run()
    if (result !== expected) throw new Error(`${way.name}: ${result} in place of ${expected}`)
  }
  return (performance.now() - start) * 1e6
}

/** Takes bytes as a socket does: a write copies them into one place, and flattens the text first. */
export const sink = Buffer.alloc(256 * 1024)

/** A number that tells one text from another, cheap enough to be made after every run. */
export function fingerprint(length: number): number {
  return (length << 8) | (sink[length >> 1]! ^ sink[length - 3]!)
}
