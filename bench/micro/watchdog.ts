/**
 * What the stall watchdog costs while nothing stalls: the server in a process of its own, with and without it, loaded as the
 * benchmark loads it. What is compared is the CPU time of the whole process: the watching thread's looks are in it, and so
 * are the beats. The two take turns, a second each.
 *
 * The goal is 1 %, and loads of a second differ by more than that. So the same is asked of servers at rest: there is nothing
 * but the watchdog's own work then, which goes on by the clock, load or no load. By the millisecond, 1 % is 10,000 ns.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { checkAnswers } from '../answer-check.js'
import { killChildren } from '../children.js'
import { chooseLoad } from '../load.js'
import { Pinning } from '../pinning.js'
import { batchOf, scenarios, type Scenario } from '../scenario.js'
import { SubjectProcess } from '../subject-process.js'
import { print, summarize, type Row } from './report.js'

const SUBJECTS = ['calandria', 'calandria-watched'] as const
const WAYS = ['without', 'with a watchdog']
const SECONDS = 1
const REST_MS = 1000

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, json: { type: 'boolean' }, markdown: { type: 'boolean' } },
})
const roundsAsked = Number(values.rounds ?? 4)

const pinning = new Pinning([0, 1])
const load = chooseLoad(undefined, pinning)

interface Running {
  readonly subject: SubjectProcess
  readonly answerBytes: number
}

async function start(name: (typeof SUBJECTS)[number], scenario: Scenario): Promise<Running> {
  const subject = await SubjectProcess.start(name, process.execPath, pinning)
  return { subject, answerBytes: await checkAnswers(subject, scenario.request(subject.port, 0)) }
}

/** @returns CPU time of the server during `work`, in nanoseconds */
async function cpuNsOf<T>(
  subject: SubjectProcess,
  work: () => Promise<T>,
): Promise<{ ns: number; result: T }> {
  const before = await subject.report('now')
  const result = await work()
  const after = await subject.report('now')
  return { ns: (after.userUs - before.userUs + after.kernelUs - before.kernelUs) * 1000, result }
}

async function nsARequest({ subject, answerBytes }: Running, scenario: Scenario): Promise<number> {
  const { connections, depth } = scenario
  const { port } = subject
  const attack = { port, batch: batchOf(scenario, port), answerBytes, depth, connections, seconds: SECONDS }
  const { ns, result } = await cpuNsOf(subject, () => load.run(attack))
  return ns / result.requests
}

async function nsAMillisecond({ subject }: Running): Promise<number> {
  return (await cpuNsOf(subject, () => sleep(REST_MS))).ns / REST_MS
}

async function measure(
  input: string,
  scenario: Scenario,
  once: (running: Running) => Promise<number>,
): Promise<Row[]> {
  const running: Running[] = []
  try {
    for (const name of SUBJECTS) running.push(await start(name, scenario))
    const rounds = SUBJECTS.map(() => new Float64Array(roundsAsked))
    for (let round = -1; round < roundsAsked; round++) {
      for (let turn = 0; turn < SUBJECTS.length; turn++) {
        const i = (Math.abs(round) + turn) % SUBJECTS.length
        const ns = await once(running[i]!)
        if (round >= 0) rounds[i]![round] = ns // the first warms up
      }
    }
    return summarize(input, WAYS, rounds)
  } finally {
    await Promise.all(running.map(({ subject }) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows: Row[] = []
for (const scenario of [scenarios.single, scenarios.pipelined]) {
  const input = `a request, ${scenario.depth} a read`
  rows.push(...(await measure(input, scenario, (running) => nsARequest(running, scenario))))
}
rows.push(...(await measure('a millisecond at rest', scenarios.single, nsAMillisecond)))
print({
  title: `Stall watchdog: CPU of the server (${pinning.description}; ${load.name})`,
  unit: 'unit',
  rows,
})
