import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { guard } from './guard/guard.js'
import { lineage } from './lineage/lineage.js'
import { compare } from './report/comparison.js'
import { comparisonTable } from './report/comparison-table.js'
import { page } from './report/page.js'
import { goalTable, scenarioTable } from './report/scenario-table.js'
import { table } from './report/text-table.js'
import { judge } from './suite/goals.js'
import { readRunOptions, runUsage, UsageError } from './suite/options.js'
import { readResults, type Results } from './suite/results.js'
import { runSuite } from './suite/run-suite.js'
import { Summary } from './suite/summary.js'
import { allSubjects } from './subjects/all-subjects.js'

/** What `npm run bench -- NAME` does; it gives the program's exit code. Without a name it is `run`. */
export const commands = {
  compare: compareResults,
  guard: (argv) => guard(argv, print, progress),
  lineage: (argv) => lineage(argv, print, progress),
  run,
  report,
  subjects,
  tables,
} as const satisfies Readonly<Record<string, (argv: readonly string[]) => Promise<number>>>
export type Command = keyof typeof commands

async function run(argv: readonly string[]): Promise<number> {
  const options = readRunOptions(argv)
  if (options === undefined) {
    print(runUsage)
    return 0
  }
  const { markdown } = options
  const command = ['npm run bench --', ...argv].join(' ')
  const file = await runSuite(options, command, {
    begun: ({ environment }) =>
      print(table([['environment', ''], ...Object.entries(environment)], 2, markdown)),
    measured: (scenario, results) => print(scenarioTable(scenario, results, markdown)),
    progress,
  })
  print(goals(file.results, markdown))
  print(`\nAll numbers: ${file.path}\n`)
  if (options.html !== undefined) writeReport(options.html, file.results)
  return 0
}

async function report(argv: readonly string[]): Promise<number> {
  const { html, results } = resultsGiven('report', argv)
  writeReport(html ?? results.replace(/(\.json)?$/, '.html'), readResults(results))
  return Promise.resolve(0)
}

/** Ends with 1 when something got worse. */
async function compareResults(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { markdown: { type: 'boolean' } },
  })
  const [first, second, ...more] = positionals
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UsageError('compare: name two files of results')
  }
  const [before, after] = [readResults(first), readResults(second)]
  const differences = compare(before, after)
  print(comparisonTable(before, after, differences, values.markdown === true))
  return Promise.resolve(differences.some(({ verdict }) => verdict === 'worse') ? 1 : 0)
}

async function tables(argv: readonly string[]): Promise<number> {
  const results = readResults(resultsGiven('tables', argv).results)
  print(table([['environment', ''], ...Object.entries(results.environment)], 2, true))
  for (const scenario of results.scenarios) print(scenarioTable(scenario, results, true))
  print(goals(results, true))
  return Promise.resolve(0)
}

async function subjects(): Promise<number> {
  const rows = allSubjects.map((subject) => {
    const { name, about, install } = subject
    const found = subject.version(process.execPath)
    return [name, found ?? 'not installed', found === undefined ? install : about]
  })
  print(table([['subject', 'version', ''], ...rows], 3, false))
  return Promise.resolve(0)
}

function goals({ measurements, scenarios, plan }: Results, markdown: boolean): string {
  const verdicts = judge(
    new Summary(measurements, plan.seed),
    scenarios.map(({ name }) => name),
  )
  return verdicts.length === 0 ? '' : goalTable(verdicts, markdown)
}

function resultsGiven(command: string, argv: readonly string[]): { results: string; html?: string } {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { html: { type: 'string' } },
  })
  const [results, ...more] = positionals
  if (results === undefined || more.length > 0) throw new UsageError(`${command}: name one file of results`)
  return { results, ...values }
}

function writeReport(path: string, results: Results): void {
  writeFileSync(path, page(results))
  print(`\nThe report: ${path}\n`)
}

/** Rewrites one line of the terminal; nothing of it goes into a file. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function print(text: string): void {
  process.stdout.write(text)
}
