import { parseArgs } from 'node:util'
import { type LoadName, loadNames } from '../loads/choose-load.js'
import { allSubjects, subjectGroups } from '../subjects/all-subjects.js'
import { serverAt, serverByCommand } from '../subjects/somebodys.js'
import { type Subject } from '../subjects/subject.js'
import { type Scenario } from './scenario.js'
import { groups, scenarios } from './scenarios.js'

export interface RunOptions {
  readonly scenarios: readonly Scenario[]
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Absent: wrk when it is installed, else our own generator. */
  readonly load: LoadName | undefined
  readonly cores: readonly [server: number, load: number]
  /** The Node that runs the subjects; the harness stays on the one that started it. */
  readonly node: string
  readonly seed: number
  readonly json: string | undefined
  readonly resume: string | undefined
  readonly html: string | undefined
  readonly markdown: boolean
  /** Whether our own generator must reproduce known delays before it is believed. */
  readonly calibrates: boolean
}

/** Something on the command line makes no sense. Ends the program with code 2. */
export class UsageError extends Error {}

const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name)

export const runUsage = `Usage: npm run bench -- [options]

  --only LIST       scenarios, or groups of them (default: classic; all: everything)
  --subjects LIST   subjects, or groups of them (default: default; all: everything)
  --subject-url URL       also a server that runs already, on this machine
  --subject-command LINE  also the server that this command starts: it listens on {port}, or on PORT
                          of its environment (both may be given several times)
  --rounds N        rounds per scenario; those with a process for each number do 3 at most (default: 5)
  --seconds N       seconds of load per subject and round (default: 3)
  --quick           3 rounds of 1 s
  --load NAME       ${loadNames.join(', ')} (default: wrk when it is installed)
  --calibrate       our own generator must first reproduce known delays (20 s); else what it
                    measures is INVALID
  --cores S,L       core of the server and core of the load (default: 0,1)
  --node PATH       Node.js that runs the subjects (default: the one that runs this)
  --seed N          seed of the subjects' order (default: a new one, printed)
  --json PATH       where the numbers go (default: bench/results/<date>.json)
  --resume PATH     continues the run that wrote this file
  --html PATH       also writes the report
  --markdown        print Markdown tables
  --help            print this

Other commands: npm run bench -- COMMAND
  compare A B [--markdown]     two files of results; ends with 1 when something got worse
  report RESULTS [--html PATH] the report: one HTML file
  tables RESULTS               all tables, as Markdown
  subjects                     who is installed, and how to install the others
  guard, lineage               see bench/README.md

Scenarios: ${names(scenarios).join(', ')}
  Groups:  ${groups.join(', ')}
Subjects:  ${names(allSubjects).join(', ')}
  Groups:  ${Object.keys(subjectGroups).join(', ')}
`

const quick = { rounds: 3, seconds: 1, warmUpSeconds: 0.5 }
const thorough = { rounds: 5, seconds: 3, warmUpSeconds: 1 }

/** @returns undefined when the reader only wants to see the usage. @throws UsageError */
export function readRunOptions(argv: readonly string[], defaultSeed?: number): RunOptions | undefined {
  const values = parse(argv)
  if (values.help === true) return undefined
  const length = values.quick === true ? quick : thorough
  return {
    scenarios: chosenScenarios(values.only ?? 'classic'),
    subjects: [
      ...chosenSubjects(values.subjects ?? 'default'),
      ...(values['subject-url'] ?? []).map((url) => serverAt(aUrl(url))),
      ...(values['subject-command'] ?? []).map(serverByCommand),
    ],
    rounds: whole('--rounds', values.rounds ?? String(length.rounds), 1, 1000),
    seconds: whole('--seconds', values.seconds ?? String(length.seconds), 1, 3600),
    warmUpSeconds: length.warmUpSeconds,
    load: values.load === undefined ? undefined : oneOf('--load', values.load, loadNames),
    cores: cores(values.cores ?? '0,1'),
    node: values.node ?? process.execPath,
    seed: whole('--seed', values.seed ?? String(defaultSeed ?? Date.now() % 1_000_000), 0, 0xffff_ffff),
    json: values.json,
    resume: values.resume,
    html: values.html,
    markdown: values.markdown === true,
    calibrates: values.calibrate === true,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string' },
        subjects: { type: 'string' },
        'subject-url': { type: 'string', multiple: true },
        'subject-command': { type: 'string', multiple: true },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        quick: { type: 'boolean' },
        load: { type: 'string' },
        cores: { type: 'string' },
        node: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        resume: { type: 'string' },
        html: { type: 'string' },
        markdown: { type: 'boolean' },
        calibrate: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function chosenScenarios(given: string): Scenario[] {
  const asked = listed(given)
  const known = [...names(scenarios), ...groups, 'all']
  for (const name of asked) oneOf('--only', name, known)
  return scenarios.filter(
    (scenario) =>
      asked.has('all') || asked.has(scenario.name) || scenario.groups.some((group) => asked.has(group)),
  )
}

function chosenSubjects(given: string): Subject[] {
  const asked = listed(given)
  const known = [...names(allSubjects), ...Object.keys(subjectGroups), 'none']
  for (const name of asked) oneOf('--subjects', name, known)
  const wanted = new Set([...asked].flatMap((name) => subjectGroups[name] ?? [name]))
  return allSubjects.filter(({ name }) => wanted.has(name))
}

const listed = (given: string): Set<string> => new Set(given.split(',').map((name) => name.trim()))

function oneOf<Name extends string>(option: string, given: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === given)
  if (found === undefined) throw new UsageError(`${option}: "${given}" is none of ${known.join(', ')}`)
  return found
}

function aUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol !== 'http:') throw new UsageError(`--subject-url: "${given}" is no http:// URL`)
  return url
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
