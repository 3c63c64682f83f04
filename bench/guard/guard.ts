import { parseArgs } from 'node:util'
import { table } from '../report/text-table.js'
import { metrics } from '../suite/metric.js'
import { readRunOptions, type RunOptions, UsageError } from '../suite/options.js'
import { runSuite } from '../suite/run-suite.js'
import { baselinePath, readBaseline, writeBaseline } from './baseline.js'
import { guardedScenarios, guardedSubjects, ratiosIn } from './guarded-ratios.js'
import { judgeRatios, type RatioVerdict } from './judge-ratios.js'

/** More rounds than usual, and shorter ones: an interval gets narrow by their number. */
const rounds = 9
const seconds = 2

export const guardUsage = `Usage: npm run bench:guard -- [--update] [--baseline PATH] [--quick] [options of bench]

Measures ${guardedSubjects.join(', ')} in one interleaved run and compares Calandria's ratios to the others with
bench/baseline.json. Ends with 0 when all hold, with 1 when one got worse, with 3 when one can't be judged.
`

/** @returns the program's exit code */
export async function guard(
  argv: readonly string[],
  print: (text: string) => void,
  progress: (text: string) => void,
): Promise<number> {
  const { update, baseline = baselinePath, help, rest } = ownOptions(argv)
  if (help) {
    print(guardUsage)
    return 0
  }
  const before = update ? undefined : readBaseline(baseline) // a bad file is better found before the minutes of measuring
  const file = await runSuite(runOptions(rest), ['npm run bench:guard --', ...argv].join(' '), {
    begun: () => undefined,
    measured: () => undefined,
    progress,
  })
  const measured = ratiosIn(file.results)
  if (before === undefined) {
    const doubtful = measured.filter(({ isBelieved }) => !isBelieved)
    if (doubtful.length > 0) {
      print(`NOT written: ${doubtful.length} ratios are INVALID. See npm run bench -- tables ${file.path}\n`)
      return 3
    }
    writeBaseline(baseline, file.results.environment, measured)
    print(`Written: ${baseline}\n`)
    return 0
  }
  const verdicts = judgeRatios(before, measured)
  print(verdictTable(verdicts))
  for (const name of ['cpu', 'node of the subjects']) {
    const [then, now] = [before.environment[name], file.results.environment[name]]
    if (then !== now)
      print(`The baseline's ${name} was ${then ?? 'unknown'}, and this is ${now ?? 'unknown'}.\n`)
  }
  print(`\nAll numbers: ${file.path}\n`)
  return exitCode(verdicts)
}

export function exitCode(verdicts: readonly RatioVerdict[]): number {
  if (verdicts.some(({ verdict }) => verdict === 'WORSE')) return 1
  return verdicts.every(({ verdict }) => verdict === 'holds') ? 0 : 3
}

function runOptions(argv: readonly string[]): RunOptions {
  const given = new Set(argv.map((argument) => argument.split('=')[0]))
  const options = readRunOptions([
    ...(given.has('--only') ? [] : ['--only', guardedScenarios.join(',')]),
    ...(given.has('--rounds') || given.has('--quick') ? [] : ['--rounds', String(rounds)]),
    ...(given.has('--seconds') || given.has('--quick') ? [] : ['--seconds', String(seconds)]),
    '--subjects',
    guardedSubjects.join(','),
    ...argv,
  ])
  if (options === undefined) throw new UsageError('guard: --help stands alone')
  return options
}

function ownOptions(argv: readonly string[]): {
  update: boolean
  help: boolean
  baseline: string | undefined
  rest: string[]
} {
  const { values, tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: { update: { type: 'boolean' }, baseline: { type: 'string' }, help: { type: 'boolean' } },
  })
  const own = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option' || !['update', 'baseline', 'help'].includes(token.name)) continue
    own.add(token.index)
    if (token.name === 'baseline' && !token.inlineValue) own.add(token.index + 1)
  }
  const { baseline } = values
  return {
    update: values.update === true,
    help: values.help === true,
    baseline: typeof baseline === 'string' ? baseline : undefined,
    rest: argv.filter((_, i) => !own.has(i)),
  }
}

function verdictTable(verdicts: readonly RatioVerdict[]): string {
  const rows = verdicts.map(({ scenario, metric, against, before, now, worsening, verdict }) => [
    scenario,
    `${metrics[metric].title} / ${against}`,
    verdict,
    `${number(before.value)} [${number(before.low)}..${number(before.high)}]`,
    now === undefined ? '' : `${number(now.value)} [${number(now.low)}..${number(now.high)}]`,
    worsening === undefined ? '' : `${worsening > 1 ? '+' : ''}${((worsening - 1) * 100).toFixed(1)} %`,
  ])
  return table([['scenario', 'ratio', 'verdict', 'baseline', 'now', 'worse by'], ...rows], 3, false)
}

const number = (value: number): string => value.toFixed(value < 0.1 ? 4 : 3)
