/**
 * Reading accepted sockets into one shared buffer (`onread`) against `'data'` events, and writing past Node's `Writable`
 * (`direct`) against its streams: the server in a process of its own, loaded as the benchmark loads it. What is compared
 * is the server's CPU time a request, kernel included.
 */
import { killChildren } from '../children.js'
import { Loads } from '../loads/choose-load.js'
import { Pinning } from '../pinning.js'
import { calandria } from '../subjects/calandria.js'
import { RunningSubject } from '../suite/running-subject.js'
import { type Scenario } from '../suite/scenario.js'
import { scenarioNamed } from '../suite/scenarios.js'
import { print, summarize, type Row } from './report.js'
import { cpuNsARequest } from './server-cpu.js'

/** The first uses nothing but what Node documents. */
const WAYS = [
  { readPath: 'data', writePath: 'stream' },
  { readPath: 'onread', writePath: 'stream' },
  { readPath: 'onread', writePath: 'direct' },
] as const
const ROUNDS = 5

const pinning = new Pinning([0, 1])
const loads = new Loads(undefined, pinning)

async function start(
  { readPath, writePath }: (typeof WAYS)[number],
  { act, asks }: Scenario,
): Promise<RunningSubject> {
  process.env['CALANDRIA_READ_PATH'] = readPath // the child inherits them
  process.env['CALANDRIA_WRITE_PATH'] = writePath
  return RunningSubject.start(calandria, { act, asks, node: process.execPath, pinning })
}

async function measure(scenario: Scenario): Promise<Row[]> {
  const running: RunningSubject[] = []
  try {
    for (const way of WAYS) running.push(await start(way, scenario))
    const rounds = WAYS.map(() => new Float64Array(ROUNDS))
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, subject] of running.entries()) {
        const cpuNs = await cpuNsARequest(subject, loads)
        if (round >= 0) rounds[i]![round] = cpuNs // the first warms up
      }
    }
    const names = WAYS.map(({ readPath, writePath }) => `${readPath}, ${writePath}`)
    return summarize(`${scenario.asks.length} a read`, names, rounds)
  } finally {
    await Promise.all(running.map((subject) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows = [...(await measure(scenarioNamed('single'))), ...(await measure(scenarioNamed('pipelined')))]
print({
  title: `Read and write paths: CPU of the server (${pinning.description}; ${loads.name})`,
  unit: 'request',
  rows,
})
