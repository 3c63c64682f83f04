import { checkAnswers } from './answer-check.js'
import { IdleConnections } from './idle-connections.js'
import { type Load } from './load.js'
import { type MetricName } from './metric.js'
import { type Pinning } from './pinning.js'
import { batchOf, type Scenario, type ScenarioName } from './scenario.js'
import { shuffled } from './shuffled.js'
import { SubjectProcess, type SubjectName } from './subject-process.js'

export interface Bench {
  readonly subjects: readonly SubjectName[]
  readonly rounds: number
  readonly seconds: number
  readonly node: string
  readonly pinning: Pinning
  readonly load: Load
  readonly random: () => number
  readonly progress: (text: string) => void
}

export interface Measurement {
  readonly scenario: ScenarioName
  readonly subject: SubjectName
  readonly round: number
  readonly answerBytes: number
  readonly nodeVersion: string
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>
}

const warmUpSeconds = 1
const warmUpConnections = 100
/** Memory barely differs from round to round, and each of these rounds takes a fresh process. */
const mostIdleRounds = 3

export function measure(bench: Bench, scenario: Scenario): Promise<Measurement[]> {
  return scenario.name === 'idle' ? measureIdle(bench, scenario) : measureLoad(bench, scenario)
}

/**
 * A scenario starts its subjects anew, so that what the compiler learnt from another one doesn't count, and
 * keeps all of them running through its rounds: a server that nobody asks costs nothing, a cold one lies.
 */
async function measureLoad(bench: Bench, scenario: Scenario): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  const running: { subject: SubjectProcess; answerBytes: number }[] = []
  try {
    for (const name of bench.subjects) {
      const subject = await SubjectProcess.start(name, bench.node, bench.pinning)
      const answerBytes = await checkAnswers(subject, scenario.request(subject.port, 0))
      running.push({ subject, answerBytes })
      await loadOnce(bench, scenario, subject, answerBytes, warmUpSeconds)
    }
    for (let round = 1; round <= bench.rounds; round++) {
      for (const { subject, answerBytes } of shuffled(running, bench.random)) {
        bench.progress(`${scenario.name}: round ${round} of ${bench.rounds}, ${subject.name}`)
        const metrics = await loadOnce(bench, scenario, subject, answerBytes, bench.seconds)
        measurements.push({ ...describe(scenario, subject, round, answerBytes), metrics })
      }
    }
  } finally {
    await Promise.all(running.map(({ subject }) => subject.stop()))
  }
  return measurements
}

/**
 * The window opens before the load connects and closes after it left: the server rests on both sides of it.
 * What the load left unread at its end was work, too, and isn't counted: at most connections x depth requests,
 * which makes node:http look 1 % worse than it is in a window of 3 s, and fast servers by less.
 */
async function loadOnce(
  bench: Bench,
  scenario: Scenario,
  subject: SubjectProcess,
  answerBytes: number,
  seconds: number,
): Promise<Measurement['metrics']> {
  const { connections, depth } = scenario
  const before = await subject.report('now')
  const writesBefore = subject.writes()
  const volume = await bench.load.run({
    port: subject.port,
    batch: batchOf(scenario, subject.port),
    answerBytes,
    depth,
    connections,
    seconds,
  })
  const writesAfter = subject.writes()
  const after = await subject.report('now')

  const userNs = ((after.userUs - before.userUs) * 1000) / volume.requests
  const kernelNs = ((after.kernelUs - before.kernelUs) * 1000) / volume.requests
  return {
    requestsPerSecond: volume.requests / volume.seconds,
    cpuNs: userNs + kernelNs,
    userNs,
    kernelNs,
    // connecting and the unread rest lie outside the load's own seconds, so that it can exceed them by a little
    serverBusy: Math.min(1, ((userNs + kernelNs) * volume.requests) / (volume.seconds * 1e9)),
    ...(writesBefore !== undefined && writesAfter !== undefined
      ? { responsesPerWrite: volume.requests / (writesAfter - writesBefore) }
      : {}),
  }
}

/** A fresh process for every number: a heap that has grown once hides what the next connections cost. */
async function measureIdle(bench: Bench, scenario: Scenario): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  const rounds = Math.min(bench.rounds, mostIdleRounds)
  for (let round = 1; round <= rounds; round++) {
    for (const name of shuffled(bench.subjects, bench.random)) {
      bench.progress(`${scenario.name}: round ${round} of ${rounds}, ${name}`)
      const subject = await SubjectProcess.start(name, bench.node, bench.pinning)
      try {
        const answerBytes = await checkAnswers(subject, scenario.request(subject.port, 0))
        const rssPerConnection = await restingMemory(scenario, subject, answerBytes)
        measurements.push({
          ...describe(scenario, subject, round, answerBytes),
          metrics: { rssPerConnection },
        })
      } finally {
        await subject.stop()
      }
    }
  }
  return measurements
}

async function restingMemory(
  scenario: Scenario,
  subject: SubjectProcess,
  answerBytes: number,
): Promise<number> {
  const request = scenario.request(subject.port, 0)
  const connections = new IdleConnections()
  // so that code and caches that exist once aren't counted as the connections' own
  await connections.open(warmUpConnections, subject.port, request, answerBytes)
  await connections.close()
  const before = await subject.report('after gc')
  try {
    await connections.open(scenario.connections, subject.port, request, answerBytes)
    const after = await subject.report('after gc')
    const { stillOpen } = connections
    if (stillOpen !== scenario.connections) {
      throw new Error(
        `subject ${subject.name} kept only ${stillOpen} of ${scenario.connections} idle connections`,
      )
    }
    return (after.rssBytes - before.rssBytes) / scenario.connections
  } finally {
    await connections.close()
  }
}

function describe(scenario: Scenario, subject: SubjectProcess, round: number, answerBytes: number) {
  const { name, nodeVersion } = subject
  return { scenario: scenario.name, subject: name, round, answerBytes, nodeVersion }
}
