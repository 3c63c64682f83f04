import { doubts } from './self-doubt.js'
import { Histogram, type HistogramData } from './histogram.js'
import { summarize } from './latency-summary.js'
import {
  CONNECTION_ERRORS,
  LOAD_RESULT_VERSION,
  type LoadResult,
  type LoadSettings,
  type ProcessReport,
  REQUEST_ERRORS,
  type ScheduleKept,
  type TimelineSecond,
} from './load-result.js'
import type { Measurement } from './measurement.js'
import { version } from './version.js'

const MOST_EXAMPLES = 10

export interface Findings {
  readonly settings: LoadSettings
  readonly startedAt: Date
  /** One a process. */
  readonly measurements: readonly Measurement[]
  /** Processes that ended before their measurement was there. */
  readonly lost: number
}

/** Merges what the processes of a run have found, and doubts it. */
export function conclude({ settings, startedAt, measurements, lost }: Findings): LoadResult {
  const records = measurements.map((one) => one.records)
  const used = (name: keyof Measurement['used']): number => sum(measurements.map((one) => one.used[name]))
  const connections = (name: keyof Measurement['connections']): number =>
    sum(measurements.map((one) => one.connections[name]))
  const seconds = Math.max(0, ...measurements.map(({ windowMs }) => windowMs)) / 1000
  const answered = sum(records.map((one) => one.answered))
  const sent = sum(records.map((one) => one.sent))
  const requests = sumByName(
    REQUEST_ERRORS,
    records.map((one) => one.requestErrors),
  )
  const arrived = sum(records.map((one) => one.arrived))
  const fromPlan = summarize(merge(records.map((one) => one.fromPlan)))
  const fromSend = summarize(merge(records.map((one) => one.fromSend)))
  const processes = measurements.map((one, i) => processReport(one, settings.cores, i))
  const schedule = scheduleKept(measurements)
  const reasons = doubts({ answered, processes, schedule, fromPlan, fromSend, lost })
  return {
    version: LOAD_RESULT_VERSION,
    generator: { name: 'calandria-bench', version: version(), node: process.version },
    startedAt: startedAt.toISOString(),
    settings,
    validity: { valid: reasons.length === 0, reasons },
    interrupted: measurements.some(({ isInterrupted }) => isInterrupted),
    seconds,
    counts: {
      planned: sum(measurements.map(({ planned }) => planned)),
      sent,
      answered,
      failed: sum(Object.values(requests)),
    },
    responsesPerSecond: seconds === 0 ? 0 : arrived / seconds,
    errors: {
      requests,
      connections: sumByName(
        CONNECTION_ERRORS,
        records.map((one) => one.connectionErrors),
      ),
      examples: records.flatMap(({ examples }) => examples).slice(0, MOST_EXAMPLES),
    },
    latency: { fromPlan, fromSend },
    depth: {
      asked: settings.depth,
      mean: ratio(sum(records.map(({ depthSum }) => depthSum)), sent),
      max: Math.max(0, ...records.map(({ deepest }) => deepest)),
      requestsPerWrite: ratio(sent, sum(records.map(({ writes }) => writes))),
      responsesPerRead: ratio(used('responses'), used('reads')),
    },
    schedule,
    connections: {
      asked: connections('asked'),
      open: connections('open'),
      opened: connections('opened'),
      closedByServer: connections('closedByServer'),
    },
    io: {
      reads: used('reads'),
      writes: used('writes'),
      bytesRead: used('bytesRead'),
      bytesWritten: used('bytesWritten'),
    },
    verification: { byComparison: used('byComparison'), byParser: used('byParser') },
    processes,
    timeline: timelineOf(measurements),
  }
}

function processReport(one: Measurement, cores: readonly number[] | null, index: number): ProcessReport {
  const { userMs, kernelMs, idleMs, residentBytes } = one.used
  return {
    pid: one.pid,
    core: cores === null || cores.length === 0 ? null : (cores[index % cores.length] as number),
    connections: one.connections.asked,
    userMs,
    kernelMs,
    busy: ratio(Math.max(0, userMs + kernelMs - idleMs), one.windowMs),
    lag: summarize(merge([one.lag])),
    residentBytes,
  }
}

function scheduleKept(measurements: readonly Measurement[]): ScheduleKept | null {
  const schedules = measurements.flatMap(({ schedule }) => schedule ?? [])
  if (schedules.length === 0) return null
  return {
    lateByGenerator: sum(schedules.map((one) => one.lateByGenerator)),
    lateByServer: sum(schedules.map((one) => one.lateByServer)),
    generatorLateness: summarize(merge(schedules.map((one) => one.lateness))),
  }
}

function timelineOf(measurements: readonly Measurement[]): TimelineSecond[] {
  const length = Math.max(0, ...measurements.map((one) => one.records.seconds.length))
  return Array.from({ length }, (_, i) => {
    const parts = measurements.flatMap((one) => one.records.seconds[i] ?? [])
    const latencies = merge(parts.map((part) => part.latencies))
    return {
      responses: latencies.count,
      errors: sum(parts.map((part) => part.errors)),
      p50: latencies.percentile(50),
      p99: latencies.percentile(99),
      max: latencies.max,
    }
  })
}

export function merge(parts: readonly HistogramData[]): Histogram {
  const whole = new Histogram()
  for (const part of parts) whole.merge(part)
  return whole
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function sumByName<Name extends string>(
  names: readonly Name[],
  parts: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, sum(parts.map((part) => part[name]))])) as Record<
    Name,
    number
  >
}
