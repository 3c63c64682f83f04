import { fileURLToPath } from 'node:url'
import { outputOf } from '../children.js'
import { measureAllocation, NO_COLLECTION } from './allocation.js'
import { print, summarize, type Row } from './report.js'

/** One way of doing it. */
export interface AsyncWay {
  readonly name: string
  /** Does it so many times. @returns a number that must be the same for all ways */
  readonly run: (operations: number) => Promise<number>
}

/** Several ways of doing the same; the first is bare Node. */
export interface AsyncCase {
  readonly input: string
  /** How many a run takes together. */
  readonly operations: number
  readonly ways: readonly AsyncWay[]
}

const ROUNDS = 60
const WARM_UP_ROUNDS = 20
const ALLOCATION = '--allocation'

/**
 * Measures the cases of a program, and prints them: time an operation, operations a second, and bytes allocated an
 * operation. The bytes come from a second process of the same program, whose young generation is so large that nothing is
 * collected: see `allocation.ts`.
 *
 * @param program `import.meta.url`
 */
export async function compareAsync(
  program: string,
  title: string,
  cases: readonly AsyncCase[],
): Promise<void> {
  if (process.argv.includes(ALLOCATION)) {
    process.stdout.write(JSON.stringify(await allocations(cases)))
    return
  }
  const rows: Row[] = []
  for (const one of cases) rows.push(...(await measure(one)))
  const command = [...NO_COLLECTION, fileURLToPath(program), ALLOCATION]
  const bytes = JSON.parse(await outputOf(process.execPath, command)) as number[]
  print({ title, unit: 'operation', rows: rows.map((row, i) => ({ ...row, bytes: bytes[i]! })) })
}

/** Of all ways of all cases, in their order. */
async function allocations(cases: readonly AsyncCase[]): Promise<number[]> {
  const all: number[] = []
  for (const { operations, ways } of cases) {
    for (const way of ways) all.push(await measureAllocation(() => checked(way, operations), operations))
  }
  return all
}

/** The ways take turns, each round in another order. */
async function measure({ input, operations, ways }: AsyncCase): Promise<Row[]> {
  const rounds = ways.map(() => new Float64Array(ROUNDS))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (Math.abs(round) + turn) % ways.length
      const start = performance.now()
      await checked(ways[i]!, operations)
      const elapsedNs = (performance.now() - start) * 1e6
      if (round >= 0) rounds[i]![round] = elapsedNs / operations
    }
  }
  return summarize(
    input,
    ways.map(({ name }) => name),
    rounds,
  )
}

async function checked(way: AsyncWay, operations: number): Promise<void> {
  const result = await way.run(operations)
  if (result !== operations) throw new Error(`${way.name}: ${result} in place of ${operations}`)
}
