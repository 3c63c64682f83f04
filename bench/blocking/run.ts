/** For how long each server holds its loop at its worst: `npm run bench:blocking`, see `bench/README.md`. */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { killChildren } from '../children.js'
import { Pinning } from '../pinning.js'
import { seededRandom, shuffled } from '../statistics/shuffled.js'
import { table } from '../report/text-table.js'
import type { Holds } from './hold-meter.js'
import { measure } from './measure.js'
import { type CaseName, caseNames, type SubjectName, subjectNames, worstCases } from './worst-case.js'

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
for (let round = 1; round <= rounds; round++) {
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
for (const caseName of only) console.log(report(caseName))
console.log(verdicts())

/** The median of the rounds. */
function median(caseName: CaseName, subject: SubjectName, of: keyof Holds): number {
  const sorted = (results.get(`${caseName} ${subject}`) ?? []).map((holds) => holds[of]).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? NaN
}

function report(caseName: CaseName): string {
  const ms = (value: number): string => value.toFixed(2)
  const columns: readonly (keyof Holds)[] = ['p50', 'p99', 'p999', 'max', 'gcMax', 'wallMax', 'delayMax']
  const rows = subjectNames.map((subject) => [
    subject,
    String(median(caseName, subject, 'rounds')),
    ...columns.map((column) => ms(median(caseName, subject, column))),
  ])
  const titles = [
    'held, ms',
    'rounds',
    'p50',
    'p99',
    'p99.9',
    'max',
    'GC at most',
    'max by the wall',
    'timer late',
  ]
  return `${caseName}: ${worstCases[caseName].about}\n\n${table([titles, ...rows], 1, values.markdown)}`
}

function verdicts(): string {
  const rows = only.map((caseName) => {
    const ours = median(caseName, 'calandria', 'p999')
    const theirs = median(caseName, 'node-http', 'max')
    const ratio = theirs / median(caseName, 'calandria', 'max')
    const isShort = ours < GOAL_MS
    return [
      caseName,
      `${ours.toFixed(2)} ms ${isShort ? '(met)' : '(NOT met)'}`,
      `${ratio.toFixed(1)} times ${ratio >= GOAL_RATIO ? '(met)' : '(NOT met)'}`,
    ]
  })
  const titles = [
    'case',
    `p99.9 of calandria, goal ${GOAL_MS} ms`,
    `its max shorter than node:http's, goal ${GOAL_RATIO} times`,
  ]
  return table([titles, ...rows], 1, values.markdown)
}
