import { type Attack, type Volume } from '../loads/load.js'
import { type Subject } from '../subjects/subject.js'
import { type Checked } from './answer-check.js'
import { type Bench, failed, stamp } from './bench.js'
import { countedByKernel, countWhile } from './call-counts.js'
import { type Doubt } from './doubt.js'
import { type Metrics } from './metric.js'
import { RunningSubject } from './running-subject.js'
import { type LoadScenario } from './scenario.js'
import { seededRandom, seedFor, shuffled } from '../statistics/shuffled.js'
import { type Used, Window } from './window.js'

/** Below this the server waited for the load, and its requests/s is the load's. */
const saturated = 0.9
const traceSeconds = 1

interface Contestant {
  readonly running: RunningSubject
  readonly checked: Checked
  /** On a schedule that is a share of what it can do. */
  readonly requestsPerSecond: number | undefined
  isOut: boolean
}

/**
 * A scenario starts its subjects anew, so that what the compiler learnt from another one doesn't count, and
 * keeps all of them running through its rounds: a server that nobody asks costs nothing, a cold one lies.
 */
export async function measureLoad(bench: Bench, scenario: LoadScenario): Promise<void> {
  const contestants: Contestant[] = []
  try {
    for (const subject of bench.subjects) {
      const round = pendingRounds(bench, scenario, subject)[0]
      if (round === undefined) continue
      bench.progress(`${scenario.name}: starting ${subject.name}`)
      try {
        contestants.push(await enter(bench, scenario, subject))
      } catch (error) {
        bench.record(failed(scenario, subject, round, error))
      }
    }
    for (let round = 1; round <= bench.rounds; round++) {
      const random = seededRandom(seedFor(bench.seed, scenario.name, round))
      for (const contestant of shuffled(contestants, random)) {
        bench.progress(`${scenario.name}: round ${round} of ${bench.rounds}, ${contestant.running.name}`)
        await play(bench, scenario, contestant, round, () => measureOnce(bench, scenario, contestant))
      }
    }
    for (const contestant of contestants) {
      if (!bench.canTrace || contestant.running.subject.reports === true) continue
      bench.progress(`${scenario.name}: system calls of ${contestant.running.name}`)
      await play(bench, scenario, contestant, 0, () => countCalls(bench, scenario, contestant))
    }
  } finally {
    await Promise.all(contestants.map(({ running }) => running.stop()))
  }
}

/** System calls of programs of ours are counted in every round; round 0 counts those of the others. */
function pendingRounds(bench: Bench, { name }: LoadScenario, subject: Subject): number[] {
  return Array.from({ length: bench.rounds }, (_, i) => i + 1).filter(
    (round) => !bench.isDone({ scenario: name, subject: subject.name, round }),
  )
}

async function enter(bench: Bench, scenario: LoadScenario, subject: Subject): Promise<Contestant> {
  const { act, asks, pace } = scenario
  const running = await RunningSubject.start(subject, { ...bench, act, asks })
  try {
    const contestant = { running, checked: await running.check(), isOut: false }
    const unpaced = { ...contestant, requestsPerSecond: undefined }
    const attack = async (seconds: number): Promise<Volume> =>
      (await readyAttack(bench, scenario, unpaced, seconds))()
    const warmUp = await attack(bench.warmUpSeconds)
    if (pace === undefined) return unpaced
    if ('requestsPerSecond' in pace) return { ...contestant, ...pace }
    // what it does when it is warm, and one request at a time, as it will be asked
    const best = await attack(Math.max(1, bench.seconds))
    const most = Math.max(best.requests / best.seconds, warmUp.requests / warmUp.seconds)
    return { ...contestant, requestsPerSecond: Math.max(1, Math.round(most * pace.share)) }
  } catch (error) {
    await running.stop()
    throw error
  }
}

/** Measures, records, and looks whether it still answers as it did. Who fails once is out. */
async function play(
  bench: Bench,
  scenario: LoadScenario,
  contestant: Contestant,
  round: number,
  measure: () => Promise<{ metrics: Metrics; doubts: readonly Doubt[] }>,
): Promise<void> {
  const { running } = contestant
  const key = { scenario: scenario.name, subject: running.name, round }
  if (contestant.isOut || bench.isDone(key)) return
  try {
    const measured = await measure()
    running.assertAlive()
    await running.check()
    bench.record({ ...stamp(key.scenario, key.subject, round), ...measured })
  } catch (error) {
    contestant.isOut = true
    bench.record(failed(scenario, running.subject, round, error))
  }
}

/** Resolves when the load can begin. */
async function readyAttack(
  bench: Bench,
  scenario: LoadScenario,
  { running, checked, requestsPerSecond }: Contestant,
  seconds: number,
): Promise<() => Promise<Volume>> {
  const { place, asks } = running
  const { connections } = scenario
  const reconnects = scenario.reconnects === true
  const depth = scenario.pace === undefined ? asks.length : 1
  const order: Attack = { place, asks, depth, checked, connections, seconds, reconnects, requestsPerSecond }
  const load = bench.loads.for(order)
  await load.prepare?.()
  return () => load.run(order)
}

/**
 * The window opens before the load connects and closes after it left: the server rests on both sides of it.
 * What the load left unread at its end was work, too, and isn't counted: at most connections x depth requests,
 * which makes node:http look 1 % worse than it is in a window of 3 s, and fast servers by less.
 */
async function measureOnce(
  bench: Bench,
  scenario: LoadScenario,
  contestant: Contestant,
): Promise<{ metrics: Metrics; doubts: Doubt[] }> {
  const { running } = contestant
  const pid = running.subject.reports === true ? running.pid : undefined
  const seconds = Math.max(bench.seconds, scenario.leastSeconds ?? 0)
  const attack = await readyAttack(bench, scenario, contestant, seconds)
  await running.ask('longest hold') // forgets what was before
  const callsBefore = pid === undefined ? undefined : countedByKernel(pid)
  const window = new Window(running, bench.pinning)
  const volume = await attack()
  const used = window.close()
  const callsAfter = pid === undefined ? undefined : countedByKernel(pid)
  const hold = await running.ask('longest hold')
  const metrics: Metrics = {
    ...throughput(volume),
    ...costs(volume, used),
    ...(callsBefore === undefined || callsAfter === undefined
      ? {}
      : perCall(volume, callsAfter.reads - callsBefore.reads, callsAfter.writes - callsBefore.writes)),
    ...(hold?.longestHoldMs === undefined ? {} : { longestHoldMs: hold.longestHoldMs }),
  }
  return { metrics, doubts: [...used.doubts, ...doubtsAbout(volume, metrics, scenario, used)] }
}

async function countCalls(
  bench: Bench,
  scenario: LoadScenario,
  contestant: Contestant,
): Promise<{ metrics: Metrics; doubts: Doubt[] }> {
  const { pid } = contestant.running
  if (pid === undefined) return { metrics: {}, doubts: [] }
  const attack = await readyAttack(bench, scenario, contestant, traceSeconds)
  let volume: Volume | undefined
  const { reads, writes } = await countWhile(pid, async () => {
    volume = await attack()
  })
  return { metrics: perCall(volume!, reads, writes), doubts: [] }
}

function perCall({ requests }: Volume, reads: number, writes: number): Metrics {
  return { responsesPerRead: requests / reads, responsesPerWrite: requests / writes }
}

function throughput({ requests, seconds, latencies }: Volume): Metrics {
  return {
    requestsPerSecond: requests / seconds,
    ...(latencies === undefined
      ? {}
      : {
          latencyP50Ms: latencies.p50Ms,
          latencyP90Ms: latencies.p90Ms,
          latencyP99Ms: latencies.p99Ms,
          latencyP999Ms: latencies.p999Ms,
          latencyMaxMs: latencies.maxMs,
        }),
  }
}

function costs({ requests, seconds }: Volume, { userNs, kernelNs, rssBytes, loadSeconds }: Used): Metrics {
  return {
    ...(userNs === undefined || kernelNs === undefined || requests === 0
      ? {}
      : {
          cpuNs: (userNs + kernelNs) / requests,
          userNs: userNs / requests,
          kernelNs: kernelNs / requests,
          // connecting and the unread rest lie outside the load's own seconds, so that it can exceed them by a little
          serverBusy: Math.min(1, (userNs + kernelNs) / (seconds * 1e9)),
        }),
    ...(rssBytes === undefined ? {} : { rssUnderLoad: rssBytes }),
    ...(loadSeconds === undefined ? {} : { loadBusy: loadSeconds / seconds }),
  }
}

function doubtsAbout(
  { faults, misgivings }: Volume,
  { serverBusy }: Metrics,
  { pace }: LoadScenario,
  used: Used,
): Doubt[] {
  const doubts: Doubt[] = []
  if (faults.length > 0) doubts.push({ code: 'WRONG_ANSWERS', text: faults.join(', '), spoils: 'all' })
  if (misgivings.length > 0) doubts.push({ code: 'GENERATOR', text: misgivings.join('; '), spoils: 'all' })
  // a core that others used, too, tells nothing about who waited for whom
  const isJudged = pace === undefined && used.doubts.length === 0
  if (isJudged && serverBusy !== undefined && serverBusy < saturated) {
    doubts.push({
      code: 'LOAD_BOUND',
      text: `busy for ${Math.round(serverBusy * 100)} % of the time`,
      spoils: ['requestsPerSecond'],
    })
  }
  return doubts
}
