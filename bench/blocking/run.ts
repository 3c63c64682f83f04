/** For how long each server holds its loop at its worst: `npm run bench:blocking`, see `bench/README.md`. */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { killChildren } from '../children.js'
import { Pinning } from '../pinning.js'
import { seededRandom, shuffled } from '../statistics/shuffled.js'
import { table } from '../report/text-table.js'
import type { Holds } from './hold-meter.js'
import { measure, measureControl } from './measure.js'
import {
  type CaseName,
  caseNames,
  CONTROL_MS,
  type SubjectName,
  subjectNames,
  worstCases,
} from './worst-case.js'

/** What the runtime promises, in milliseconds, and how much better than node:http it wants to be. */
const GOAL_MS = 1
const GOAL_RATIO = 5

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    cores: { type: 'string', default: '0,1' },
    node: { type: 'string', default: process.execPath },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    markdown: { type: 'boolean', default: false },
  },
})
const only = caseNames.filter((name) => values.only?.split(',').includes(name) ?? true)
const unknown = values.only?.split(',').filter((name) => !caseNames.some((known) => known === name)) ?? []
const rounds = Number(values.rounds)
const [serverCore = NaN, loadCore = NaN] = values.cores.split(',').map(Number)
if (unknown.length > 0 || !(rounds >= 1) || Number.isNaN(serverCore + loadCore)) {
  console.error(`--only takes ${caseNames.join(',')}; --rounds a number; --cores two`)
  process.exit(2)
}

const pinning = new Pinning([serverCore, loadCore])
const random = seededRandom(Number(values.seed))
console.log(
  `${cpus()[0]?.model.trim() ?? 'an unknown processor'}; ${pinning.description}; Node ${process.version}; ` +
    `${rounds} rounds; seed ${values.seed}; load average before ${loadavg()[0]!.toFixed(2)}\n`,
)

const results = new Map<string, Holds[]>()
const control: Holds[] = []
for (let round = 1; round <= rounds; round++) {
  control.push(await measureControl(values.node, pinning))
  for (const caseName of only) {
    for (const subject of shuffled(subjectNames, random)) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kround ${round}: ${caseName}, ${subject}`)
      const holds = await measure(caseName, subject, values.node, pinning)
      const key = `${caseName} ${subject}`
      results.set(key, [...(results.get(key) ?? []), holds])
    }
  }
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
console.log(`control: rounds of ${CONTROL_MS} ms that only count\n\n${holdsTable([['control', control]])}`)
for (const caseName of only) {
  const rows = subjectNames.map((subject) => [subject, holdsOf(caseName, subject)] as const)
  console.log(`${caseName}: ${worstCases[caseName].about}\n\n${holdsTable(rows)}`)
}
console.log(verdicts())

function holdsOf(caseName: CaseName, subject: SubjectName): readonly Holds[] {
  return results.get(`${caseName} ${subject}`) ?? []
}

/** Of the benchmark's rounds, that in which the machine has interfered least. */
function least(all: readonly Holds[], of: keyof Holds): number {
  return Math.min(...all.map((holds) => holds[of]))
}

function holdsTable(rows: readonly (readonly [string, readonly Holds[]])[]): string {
  const columns = {
    p50: 'p50',
    p99: 'p99',
    p999: 'p99.9',
    max: 'max',
    workP99: 'work p99',
    workP999: 'work p99.9',
    workMax: 'work max',
    gcMax: 'GC at most',
    wallMax: 'max by the wall',
    delayMax: 'timer late',
  } as const
  const names = Object.keys(columns) as (keyof typeof columns)[]
  const cells = rows.map(([name, all]) => [
    name,
    String(least(all, 'rounds')),
    ...names.map((column) => least(all, column).toFixed(2)),
  ])
  return table([['held, ms', 'rounds', ...Object.values(columns)], ...cells], 1, values.markdown)
}

function verdicts(): string {
  const machine = least(control, 'workP999')
  const measured = only.map((caseName) => {
    const ours = holdsOf(caseName, 'calandria')
    const theirs = holdsOf(caseName, 'node-http')
    return {
      name: caseName,
      ours: { work: least(ours, 'workP999'), max: least(ours, 'max') },
      theirs: { work: least(theirs, 'workMax'), max: least(theirs, 'max') },
    }
  })
  const worstOf = (of: 'ours' | 'theirs'): { work: number; max: number } => ({
    work: Math.max(...measured.map((one) => one[of].work)),
    max: Math.max(...measured.map((one) => one[of].max)),
  })
  const all = { name: 'the worst of all', ours: worstOf('ours'), theirs: worstOf('theirs') }
  const rows = [...measured, all].map(({ name, ours, theirs }) => {
    const ratio = theirs.work / ours.work
    return [
      name,
      `${ours.work.toFixed(2)} ms ${ours.work < GOAL_MS ? '(met)' : '(NOT met)'}`,
      `${theirs.work.toFixed(2)} ms, ${ratio.toFixed(1)} times ${ratio >= GOAL_RATIO ? '(met)' : '(NOT met)'}`,
      `${(theirs.max / ours.max).toFixed(1)} times`,
    ]
  })
  const titles = [
    'case',
    `p99.9 of calandria's work, goal ${GOAL_MS} ms`,
    `node:http's work at its worst, goal ${GOAL_RATIO} times as long`,
    'max to max, GC included',
  ]
  const doubt =
    machine < GOAL_MS
      ? ''
      : `\nThe machine itself holds an empty loop for ${machine.toFixed(2)} ms (p99.9).\n`
  return table([titles, ...rows], 1, values.markdown) + doubt
}
