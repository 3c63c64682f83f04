import { parseArgs } from 'node:util'
import { scenarioNames, type ScenarioName } from './scenario.js'
import { defaultSubjects, subjectNames, type SubjectName } from './subject-process.js'

export const loadNames = ['wrk', 'own'] as const
export type LoadName = (typeof loadNames)[number]

export interface Options {
  readonly only: readonly ScenarioName[]
  readonly subjects: readonly SubjectName[]
  readonly rounds: number
  readonly seconds: number
  /** Absent: wrk when it is installed, else our own client. */
  readonly load: LoadName | undefined
  readonly cores: readonly [server: number, load: number]
  /** The Node that runs the subjects; the harness and our own client stay on the one that started them. */
  readonly node: string
  readonly seed: number
  readonly json: string | undefined
  readonly markdown: boolean
}

/** Something on the command line makes no sense. Ends the program with code 2. */
export class UsageError extends Error {}

export const usage = `Usage: npm run bench -- [options]

  --only LIST       scenarios: ${scenarioNames.join(',')} (default: all)
  --subjects LIST   subjects: ${subjectNames.join(',')}
                    (default: ${defaultSubjects.join(',')})
  --rounds N        rounds per scenario; idle does 3 at most (default: 5)
  --seconds N       seconds of load per subject and round (default: 3)
  --load NAME       ${loadNames.join(' or ')} (default: wrk when it is installed)
  --cores S,L       core of the server and core of the load (default: 0,1)
  --node PATH       Node.js that runs the subjects (default: the one that runs this)
  --seed N          seed of the subjects' order (default: a new one, printed)
  --json PATH       where the numbers go (default: bench/results/<date>.json)
  --markdown        print Markdown tables
  --help            print this
`

/** @returns undefined when the reader only wants to see the usage. */
export function readOptions(argv: readonly string[]): Options | undefined {
  const values = parse(argv)
  if (values.help === true) return undefined
  return {
    only: list('--only', values.only, scenarioNames, scenarioNames),
    subjects: list('--subjects', values.subjects, subjectNames, defaultSubjects),
    rounds: whole('--rounds', values.rounds ?? '5', 1, 1000),
    seconds: whole('--seconds', values.seconds ?? '3', 1, 3600),
    load: values.load === undefined ? undefined : list('--load', values.load, loadNames, [])[0],
    cores: cores(values.cores ?? '0,1'),
    node: values.node ?? process.execPath,
    seed: whole('--seed', values.seed ?? String(Date.now() % 1_000_000), 0, 0xffff_ffff),
    json: values.json,
    markdown: values.markdown === true,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string' },
        subjects: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        load: { type: 'string' },
        cores: { type: 'string' },
        node: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        markdown: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function list<Name extends string>(
  option: string,
  given: string | undefined,
  known: readonly Name[],
  fallback: readonly Name[],
): readonly Name[] {
  if (given === undefined) return fallback
  const asked = new Set(given.split(',').map((name) => name.trim()))
  for (const name of asked) {
    if (!known.some((one) => one === name)) {
      throw new UsageError(`${option}: "${name}" is none of ${known.join(', ')}`)
    }
  }
  return known.filter((name) => asked.has(name))
}

function whole(option: string, given: string, least: number, most: number): number {
  const number = /^\d+$/.test(given) ? Number(given) : NaN
  if (!(number >= least && number <= most)) {
    throw new UsageError(`${option}: "${given}" is not a whole number from ${least} to ${most}`)
  }
  return number
}

function cores(given: string): readonly [number, number] {
  const [server = '', load = '', ...more] = given.split(',')
  if (more.length > 0) throw new UsageError(`--cores: "${given}" is not a pair such as 0,1`)
  return [whole('--cores', server, 0, 4095), whole('--cores', load, 0, 4095)]
}
