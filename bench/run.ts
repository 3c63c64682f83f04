import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killChildren } from './children.js'
import { describeEnvironment, type Environment } from './environment.js'
import { judge, type Verdict } from './goals.js'
import { chooseLoad } from './load.js'
import { measure, type Bench, type Measurement } from './measure.js'
import { readOptions, usage, UsageError, type Options } from './options.js'
import { Pinning } from './pinning.js'
import { goalReport, scenarioReport } from './report.js'
import { scenarios } from './scenario.js'
import { seededRandom } from './shuffled.js'
import { Summary } from './summary.js'
import { table } from './table.js'

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) print(usage)
  else await run(options)
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usage}`)
    process.exitCode = 2
  } else {
    throw error
  }
}

async function run(options: Options): Promise<void> {
  const pinning = new Pinning(options.cores)
  const load = chooseLoad(options.load, pinning)
  const environment = describeEnvironment(options, load, pinning, versionOfNode(options.node))
  print(table([['environment', ''], ...Object.entries(environment)], 2, options.markdown))

  const { subjects, rounds, seconds, node, seed, markdown } = options
  const random = seededRandom(seed)
  const bench: Bench = { subjects, rounds, seconds, node, pinning, load, random, progress }
  const measurements: Measurement[] = []
  for (const name of options.only) {
    measurements.push(...(await measure(bench, scenarios[name])))
    progress('')
    print(scenarioReport(scenarios[name], subjects, new Summary(measurements), markdown))
  }

  const verdicts = judge(new Summary(measurements), options.only)
  print(goalReport(verdicts, markdown))
  print(lengthWarning(measurements))
  print(`\nAll numbers: ${writeJson(options, environment, measurements, verdicts)}\n`)
}

function versionOfNode(node: string): string {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (status !== 0) throw new UsageError(`--node: "${node}" doesn't run`)
  return stdout.trim()
}

/** The floor's answer is written by hand; it must not fall behind Calandria's unnoticed. */
function lengthWarning(measurements: readonly Measurement[]): string {
  const bytesOf = (subject: string) => measurements.find((one) => one.subject === subject)?.answerBytes
  const [floor, calandria] = [bytesOf('floor'), bytesOf('calandria')]
  if (floor === undefined || calandria === undefined || floor === calandria) return ''
  return `\nUnfair: an answer has ${floor} bytes at the floor and ${calandria} at calandria.\n`
}

function writeJson(
  options: Options,
  environment: Environment,
  measurements: readonly Measurement[],
  verdicts: readonly Verdict[],
): string {
  const summary = new Summary(measurements)
  const medians = options.only.map((scenario) => ({
    scenario,
    subjects: options.subjects.map((subject) => ({ subject, ...summary.figures(scenario, subject) })),
  }))
  const fileName = `${new Date().toISOString().replaceAll(':', '-')}.json`
  const root = fileURLToPath(new URL('../../', import.meta.url)) // as seen from build/bench
  const path = options.json === undefined ? resolve(root, 'bench/results', fileName) : resolve(options.json)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify({ environment, goals: verdicts, medians, measurements }, null, 2)}\n`)
  return path
}

/** Rewrites one line of the terminal; nothing of it goes into a file. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function print(text: string): void {
  process.stdout.write(text)
}
