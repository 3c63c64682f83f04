import { DELAY_MS, STALL_MS, STALL_PERIOD_MS, TOLERANCE } from './calibration-delays.js'
import type { KnownDelay } from './delay-record.js'
import type { LatencySummary, LoadResult } from './load-result.js'

/** One known number, and what was measured instead. */
export interface CalibrationCheck {
  readonly name: string
  readonly expected: number
  readonly measured: number
  /** Within 2 %. */
  readonly passed: boolean
}

/**
 * A closed or an open loop against a server that answers after 100 ms. It can't answer the slowest of a hundred exactly then:
 * what it did, by its own clock, is what has to be found.
 */
export function delayChecks(
  name: string,
  { latency, responsesPerSecond, settings }: LoadResult,
  known: KnownDelay,
): CalibrationCheck[] {
  const rate = settings.rate ?? (settings.connections * settings.depth * 1000) / DELAY_MS
  return [
    check(`${name}: p50 of the server, ms`, DELAY_MS, known.p50),
    check(`${name}: p50 from plan, ms`, DELAY_MS, latency.fromPlan.p50),
    check(`${name}: p99 from plan, ms`, known.p99, latency.fromPlan.p99),
    check(`${name}: p50 from send, ms`, DELAY_MS, latency.fromSend.p50),
    check(`${name}: responses/s`, rate, responsesPerSecond),
  ]
}

/**
 * An open loop over one period of a server that stands still for a second out of ten. A tenth of all requests is planned
 * within the stall, evenly; those wait from a second down to nothing. So the percentiles are known.
 */
export function stallChecks({ latency }: LoadResult): CalibrationCheck[] {
  const known = (percent: number): number => STALL_MS - ((100 - percent) / 100) * STALL_PERIOD_MS
  const { fromPlan } = latency
  const at = (name: string, percent: number, key: keyof LatencySummary): CalibrationCheck =>
    check(`stall: ${name} from plan, ms`, known(percent), fromPlan[key] as number)
  return [at('p95', 95, 'p95'), at('p99', 99, 'p99'), at('p99.9', 99.9, 'p999')]
}

function check(name: string, expected: number, measured: number): CalibrationCheck {
  return { name, expected, measured, passed: Math.abs(measured - expected) <= expected * TOLERANCE }
}
