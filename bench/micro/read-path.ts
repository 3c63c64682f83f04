/**
 * Reading accepted sockets into one shared buffer (`onread`) against `'data'` events: the server in a process of its
 * own, loaded as the benchmark loads it. What is compared is the server's CPU time a request, kernel included.
 */
import { checkAnswers } from '../answer-check.js'
import { killChildren } from '../children.js'
import { chooseLoad } from '../load.js'
import { Pinning } from '../pinning.js'
import { batchOf, scenarios, type Scenario } from '../scenario.js'
import { SubjectProcess } from '../subject-process.js'
import { print, summarize, type Row } from './report.js'

const PATHS = ['data', 'onread'] as const
const ROUNDS = 4
const SECONDS = 1

const pinning = new Pinning([0, 1])
const load = chooseLoad(undefined, pinning)

interface Running {
  readonly subject: SubjectProcess
  readonly answerBytes: number
}

async function start(path: (typeof PATHS)[number], scenario: Scenario): Promise<Running> {
  process.env['CALANDRIA_READ_PATH'] = path // the child inherits it
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
    for (const path of PATHS) running.push(await start(path, scenario))
    const rounds = PATHS.map(() => new Float64Array(ROUNDS))
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, server] of running.entries()) {
        const cpuNs = await loadOnce(server, scenario)
        if (round >= 0) rounds[i]![round] = cpuNs // the first warms up
      }
    }
    return summarize(`${scenario.depth} a read`, ["'data' events", 'onread'], rounds)
  } finally {
    await Promise.all(running.map(({ subject }) => subject.stop()))
  }
}

process.on('exit', killChildren)
const rows = [...(await measure(scenarios.single)), ...(await measure(scenarios.pipelined))]
print({ title: `Read path: CPU of the server (${pinning.description}; ${load.name})`, unit: 'request', rows })
