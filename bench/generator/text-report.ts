import type { ErrorCounts, LatencySummary, LoadResult } from './load-result.js'

const PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max'] as const
const HEADINGS = {
  p50: 'p50',
  p75: 'p75',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
  p9999: 'p99.99',
  max: 'max',
}

/** A result for people. */
export function textReport(result: LoadResult): string {
  const { settings, validity, counts, latency, depth, schedule, connections, processes, seconds } = result
  const loop =
    settings.rate === null ? 'closed loop' : `open loop, ${count(settings.rate)} requests/s planned`
  const lines = [
    `${settings.url}  ${count(settings.connections)} connections, ${settings.depth} deep, ${loop}, ${seconds.toFixed(1)} s`,
    '',
    ...(result.interrupted ? ['Ended early: these are the results so far.', ''] : []),
    ...validity.reasons.map(({ code, message }) => `INVALID (${code}): ${message}`),
    ...(validity.valid ? [] : ['']),
    `${count(result.responsesPerSecond)} responses/s; ${count(counts.answered)} of ${count(counts.planned)} requests answered well, ${count(counts.failed)} failed`,
    '',
    `latency, ms${PERCENTILES.map((name) => HEADINGS[name].padStart(10)).join('')}`,
    `  from plan${latencyCells(latency.fromPlan)}`,
    `  from send${latencyCells(latency.fromSend)}`,
    '',
    `depth       ${depth.mean.toFixed(1)} in flight on a connection (mean), ${depth.max} at most; ${depth.requestsPerWrite.toFixed(1)} requests a write, ${depth.responsesPerRead.toFixed(1)} responses a read`,
  ]
  if (schedule !== null)
    lines.push(
      `schedule    ${count(schedule.lateByServer)} sent late because no connection was free, ${count(schedule.lateByGenerator)} through the generator's fault (p99 ${schedule.generatorLateness.p99.toFixed(2)} ms)`,
    )
  lines.push(
    `connections ${count(connections.open)} of ${count(connections.asked)} open at the end, ${count(connections.opened)} opened, ${count(connections.closedByServer)} closed by the server at rest`,
    ...processes.map(
      ({ busy, lag, userMs, kernelMs }, i) =>
        `generator ${i + 1} busy ${Math.round(busy * 100)} % of a core (user ${(userMs / 1000).toFixed(2)} s, kernel ${(kernelMs / 1000).toFixed(2)} s), loop lag p99 ${lag.p99.toFixed(2)} ms, max ${lag.max.toFixed(1)} ms`,
    ),
    ...errorLines(result.errors),
  )
  return `${lines.join('\n')}\n`
}

/** Several runs with one thing changed, a line each. */
export function sweepReport(results: readonly LoadResult[]): string {
  const rows = results.map(({ settings, depth, responsesPerSecond, latency, counts, validity }) =>
    [
      String(settings.depth),
      depth.mean.toFixed(1),
      count(responsesPerSecond),
      ms(latency.fromPlan.p50),
      ms(latency.fromPlan.p99),
      count(counts.failed),
    ]
      .map((cell) => cell.padStart(12))
      .join('')
      .concat(validity.valid ? '' : `  INVALID (${validity.reasons.map(({ code }) => code).join(', ')})`),
  )
  const heading = ['depth', 'reached', 'responses/s', 'p50 ms', 'p99 ms', 'failed']
  return `${[heading.map((cell) => cell.padStart(12)).join(''), ...rows].join('\n')}\n`
}

function latencyCells(summary: LatencySummary): string {
  return PERCENTILES.map((name) => ms(summary[name]).padStart(10)).join('')
}

function errorLines({ requests, connections, examples }: ErrorCounts): string[] {
  const counted = [
    ...Object.entries(requests).map(([tag, n]) => ({ what: `requests: ${tag}`, n })),
    ...Object.entries(connections).map(([tag, n]) => ({ what: `connections: ${tag}`, n })),
  ].filter(({ n }) => n > 0)
  if (counted.length === 0) return []
  return [
    '',
    'errors',
    ...counted.map(({ what, n }) => `  ${what.padEnd(24)}${count(n).padStart(12)}`),
    ...examples.map(({ tag, at, message }) => `  at ${at.toFixed(2)} s, ${tag}: ${message}`),
  ]
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function ms(value: number): string {
  return value.toFixed(value < 100 ? 3 : 1)
}
