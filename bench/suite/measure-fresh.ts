import { type Subject } from '../subjects/subject.js'
import { type Bench, failed, stamp } from './bench.js'
import { ForeignWatch } from './foreign-watch.js'
import { type Measurement } from './measurement.js'
import { type MetricName, type Metrics } from './metric.js'
import { RunningSubject } from './running-subject.js'
import { type Scenario } from './scenario.js'
import { seededRandom, seedFor, shuffled } from '../statistics/shuffled.js'

/** These numbers barely differ from round to round, and each takes a process of its own. */
const mostRounds = 3

/** What others on the cores would disturb. They take no memory from anybody. */
const timed: readonly MetricName[] = ['startupMs', 'heldMs', 'heldWorstMs', 'neighbourMs']

/**
 * A fresh process for every number: a heap that has grown once hides what the next connections cost, and a process
 * starts only once.
 */
export async function measureFresh(
  bench: Bench,
  scenario: Scenario,
  measureOne: (running: RunningSubject) => Promise<Metrics>,
): Promise<void> {
  const rounds = Math.min(bench.rounds, mostRounds)
  const out = new Set<Subject>()
  for (let round = 1; round <= rounds; round++) {
    const random = seededRandom(seedFor(bench.seed, scenario.name, round))
    for (const subject of shuffled(bench.subjects, random)) {
      if (out.has(subject)) continue
      if (bench.isDone({ scenario: scenario.name, subject: subject.name, round })) continue
      bench.progress(`${scenario.name}: round ${round} of ${rounds}, ${subject.name}`)
      try {
        const measured = await withFresh(bench, scenario, subject, measureOne)
        bench.record({ ...stamp(scenario.name, subject.name, round), ...measured })
      } catch (error) {
        out.add(subject)
        bench.record(failed(scenario, subject, round, error))
      }
    }
  }
}

async function withFresh(
  bench: Bench,
  { act, asks }: Scenario,
  subject: Subject,
  measureOne: (running: RunningSubject) => Promise<Metrics>,
): Promise<Pick<Measurement, 'metrics' | 'doubts'>> {
  const watch = new ForeignWatch(bench.pinning)
  const running = await RunningSubject.start(subject, { ...bench, act, asks })
  try {
    const metrics = await measureOne(running)
    const usage = running.usage()
    const doubts = watch.doubts(usage === undefined ? undefined : usage.cpuNs / 1e9)
    const spoils = timed.filter((metric) => metrics[metric] !== undefined)
    return { metrics, doubts: spoils.length === 0 ? [] : doubts.map((doubt) => ({ ...doubt, spoils })) }
  } finally {
    await running.stop()
  }
}
