import type { Invalidity, LatencySummary, ProcessReport, ScheduleKept } from './load-result.js'

/** From this share of its core on, what a generator sees may be its own queue. */
const MOST_BUSY = 0.95
/** Delays of our own below these never matter: they are those of timers. In milliseconds. */
const HARMLESS_LAG_MS = 5
const HARMLESS_LATENESS_MS = 2
/** Above them they matter when they are more than this share of what was measured. */
const HARMLESS_SHARE = 0.1

/** What a run looked like from inside the generators. */
export interface Symptoms {
  readonly answered: number
  readonly processes: readonly ProcessReport[]
  readonly schedule: ScheduleKept | null
  readonly fromPlan: Pick<LatencySummary, 'p99'>
  readonly fromSend: Pick<LatencySummary, 'p99' | 'count'>
  /** Processes that ended before their result was there. */
  readonly lost: number
}

/**
 * Whether the generator was the bottleneck: then the numbers are its own, and not the server's. The limits are stated in
 * `docs/load-generator.md`.
 */
export function doubts(symptoms: Symptoms): Invalidity[] {
  const { answered, processes, schedule, fromPlan, fromSend, lost } = symptoms
  const reasons: Invalidity[] = []
  if (lost > 0) reasons.push({ code: 'GENERATOR_LOST', message: `${lost} generator processes ended early` })
  if (answered === 0) reasons.push({ code: 'NO_RESPONSES', message: 'not one good response came' })

  const busiest = Math.max(0, ...processes.map(({ busy }) => busy))
  if (busiest >= MOST_BUSY)
    reasons.push({
      code: 'GENERATOR_CPU',
      message: `the generator used ${percent(busiest)} of its core: the rate may be its own limit; more --processes, or fewer requests`,
    })

  const lag = Math.max(0, ...processes.map((process) => process.lag.p99))
  if (fromSend.count > 0 && lag > HARMLESS_LAG_MS && lag > HARMLESS_SHARE * fromSend.p99)
    reasons.push({
      code: 'GENERATOR_LAG',
      message: `the generator's loop was held for ${ms(lag)} (p99), with latencies of ${ms(fromSend.p99)}: is the machine shared, or the core?`,
    })

  const lateness = schedule?.generatorLateness.p99 ?? 0
  if (lateness > HARMLESS_LATENESS_MS && lateness > HARMLESS_SHARE * fromPlan.p99)
    reasons.push({
      code: 'GENERATOR_LATE',
      message: `the generator sent ${ms(lateness)} behind its own plan (p99), with latencies of ${ms(fromPlan.p99)}`,
    })
  return reasons
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}
