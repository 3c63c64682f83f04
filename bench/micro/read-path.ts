/**
 * Reading accepted sockets into one shared buffer (`onread`) against `'data'` events: the server in a process of its
 * own, loaded as the benchmark loads it. What is compared is the server's CPU time a request, kernel included.
 */
import { killChildren } from '../children.js'
import { Loads } from '../loads/choose-load.js'
import { type Attack } from '../loads/load.js'
import { Pinning } from '../pinning.js'
import { calandria } from '../subjects/calandria.js'
import { usedBetween } from '../suite/process-usage.js'
import { RunningSubject } from '../suite/running-subject.js'
import { type Scenario } from '../suite/scenario.js'
import { scenarioNamed } from '../suite/scenarios.js'
import { print, summarize, type Row } from './report.js'

const PATHS = ['data', 'onread'] as const
const ROUNDS = 4
const SECONDS = 1
const CONNECTIONS = 100

const pinning = new Pinning([0, 1])
const loads = new Loads(undefined, pinning)

async function start(path: (typeof PATHS)[number], { act, asks }: Scenario): Promise<RunningSubject> {
  process.env['CALANDRIA_READ_PATH'] = path // the child inherits it
  return RunningSubject.start(calandria, { act, asks, node: process.execPath, pinning })
}

/** @returns CPU time of the server, in nanoseconds a request */
async function loadOnce(running: RunningSubject): Promise<number> {
  const { place, asks } = running
  const attack: Attack = {
    place,
    asks,
    depth: asks.length,
    checked: await running.check(),
    connections: CONNECTIONS,
    seconds: SECONDS,
    reconnects: false,
    requestsPerSecond: undefined,
  }
  const before = running.usage()
  const { requests } = await loads.for(attack).run(attack)
  const after = running.usage()
  if (before === undefined || after === undefined) throw new Error('CPU time is read in /proc: Linux only')
  const { userNs, kernelNs } = usedBetween(before, after)
  return (userNs + kernelNs) / requests
}

async function measure(scenario: Scenario): Promise<Row[]> {
  const running: RunningSubject[] = []
  try {
    for (const path of PATHS) running.push(await start(path, scenario))
    const rounds = PATHS.map(() => new Float64Array(ROUNDS))
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, subject] of running.entries()) {
        const cpuNs = await loadOnce(subject)
        if (round >= 0) rounds[i]![round] = cpuNs // the first warms up
      }
    }
    return summarize(`${scenario.asks.length} a read`, ["'data' events", 'onread'], rounds)
  } finally {
    await Promise.all(running.map((subject) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows = [...(await measure(scenarioNamed('single'))), ...(await measure(scenarioNamed('pipelined')))]
print({
  title: `Read path: CPU of the server (${pinning.description}; ${loads.name})`,
  unit: 'request',
  rows,
})
