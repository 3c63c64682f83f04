/**
 * Reading accepted sockets into one shared buffer (`onread`) against `'data'` events, and writing past Node's `Writable`
 * (`direct`) against its streams: the server in a process of its own, loaded as the benchmark loads it. What is compared
 * is the server's CPU time a request, kernel included.
 */
import { checkAnswers } from '../answer-check.js'
import { killChildren } from '../children.js'
import { chooseLoad } from '../load.js'
import { Pinning } from '../pinning.js'
import { batchOf, scenarios, type Scenario } from '../scenario.js'
import { SubjectProcess } from '../subject-process.js'
import { print, summarize, type Row } from './report.js'

/** The first uses nothing but what Node documents. */
const WAYS = [
  { readPath: 'data', writePath: 'stream' },
  { readPath: 'onread', writePath: 'stream' },
  { readPath: 'onread', writePath: 'direct' },
] as const
const ROUNDS = 5
const SECONDS = 1

const pinning = new Pinning([0, 1])
const load = chooseLoad(undefined, pinning)

interface Running {
  readonly subject: SubjectProcess
  readonly answerBytes: number
}

async function start({ readPath, writePath }: (typeof WAYS)[number], scenario: Scenario): Promise<Running> {
  process.env['CALANDRIA_READ_PATH'] = readPath // the child inherits them
  process.env['CALANDRIA_WRITE_PATH'] = writePath
  const subject = await SubjectProcess.start('calandria', process.execPath, pinning)
  return { subject, answerBytes: await checkAnswers(subject, scenario.request(subject.port, 0)) }
}

/** @returns CPU time of the server, in nanoseconds a request */
async function loadOnce({ subject, answerBytes }: Running, scenario: Scenario): Promise<number> {
  const { connections, depth } = scenario
  const { port } = subject
  const batch = batchOf(scenario, port)
  const before = await subject.report('now')
  const { requests } = await load.run({ port, batch, answerBytes, depth, connections, seconds: SECONDS })
  const after = await subject.report('now')
  return ((after.userUs - before.userUs + after.kernelUs - before.kernelUs) * 1000) / requests
}

async function measure(scenario: Scenario): Promise<Row[]> {
  const running: Running[] = []
  try {
    for (const way of WAYS) running.push(await start(way, scenario))
    const rounds = WAYS.map(() => new Float64Array(ROUNDS))
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, server] of running.entries()) {
        const cpuNs = await loadOnce(server, scenario)
        if (round >= 0) rounds[i]![round] = cpuNs // the first warms up
      }
    }
    const names = WAYS.map(({ readPath, writePath }) => `${readPath}, ${writePath}`)
    return summarize(`${scenario.depth} a read`, names, rounds)
  } finally {
    await Promise.all(running.map(({ subject }) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows = [...(await measure(scenarios.single)), ...(await measure(scenarios.pipelined))]
print({
  title: `Read and write paths: CPU of the server (${pinning.description}; ${load.name})`,
  unit: 'request',
  rows,
})
