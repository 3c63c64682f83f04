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
import { killChildren } from '../children.js'
import { Loads } from '../loads/choose-load.js'
import { Pinning } from '../pinning.js'
import { calandria, calandriaWatched } from '../subjects/calandria.js'
import { RunningSubject } from '../suite/running-subject.js'
import { type Scenario } from '../suite/scenario.js'
import { scenarioNamed } from '../suite/scenarios.js'
import { print, summarize, type Row } from './report.js'
import { cpuNsARequest, cpuNsOf } from './server-cpu.js'

const SUBJECTS = [calandria, calandriaWatched] as const
const WAYS = ['without', 'with a watchdog']
const REST_MS = 1000

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, json: { type: 'boolean' }, markdown: { type: 'boolean' } },
})
const roundsAsked = Number(values.rounds ?? 4)

const pinning = new Pinning([0, 1])
const loads = new Loads(undefined, pinning)

async function nsAMillisecond(running: RunningSubject): Promise<number> {
  return (await cpuNsOf(running, () => sleep(REST_MS))).ns / REST_MS
}

async function measure(
  input: string,
  { act, asks }: Scenario,
  once: (running: RunningSubject) => Promise<number>,
): Promise<Row[]> {
  const running: RunningSubject[] = []
  try {
    for (const subject of SUBJECTS)
      running.push(await RunningSubject.start(subject, { act, asks, node: process.execPath, pinning }))
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
    await Promise.all(running.map((subject) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows: Row[] = []
for (const scenario of [scenarioNamed('single'), scenarioNamed('pipelined')]) {
  const input = `a request, ${scenario.asks.length} a read`
  rows.push(...(await measure(input, scenario, (running) => cpuNsARequest(running, loads))))
}
rows.push(...(await measure('a millisecond at rest', scenarioNamed('single'), nsAMillisecond)))
print({
  title: `Stall watchdog: CPU of the server (${pinning.description}; ${loads.name})`,
  unit: 'unit',
  rows,
})
