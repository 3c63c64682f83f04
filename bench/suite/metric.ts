/** Everything that is measured. A scenario yields some of these for each subject and round. */
export const metricNames = [
  'requestsPerSecond',
  'cpuNs',
  'userNs',
  'kernelNs',
  'latencyP50Ms',
  'latencyP90Ms',
  'latencyP99Ms',
  'latencyP999Ms',
  'latencyMaxMs',
  'responsesPerWrite',
  'responsesPerRead',
  'serverBusy',
  'loadBusy',
  'longestHoldMs',
  'heldMs',
  'heldWorstMs',
  'neighbourMs',
  'rssPerConnection',
  'rssUnderLoad',
  'rssAtRest',
  'startupMs',
] as const
export type MetricName = (typeof metricNames)[number]

export interface Metric {
  readonly title: string
  readonly format: (value: number) => string
  /** Which way is good; `none` for what only tells how a number came about. */
  readonly better: 'less' | 'more' | 'none'
  /** Whether tables show its confidence interval. */
  readonly showsInterval: boolean
  /** Left out of tables made of text, which have little room. */
  readonly isMinor: boolean
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const two = (value: number) => value.toFixed(2)
const percent = (value: number) => `${Math.round(value * 100)} %`
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(2)} KB`
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`
const milliseconds = (ms: number) => (ms < 10 ? `${ms.toFixed(2)} ms` : `${whole(ms)} ms`)

const less = { better: 'less', showsInterval: false, isMinor: false } as const
const more = { better: 'more', showsInterval: false, isMinor: false } as const
const none = { better: 'none', showsInterval: false, isMinor: false } as const

export const metrics: Readonly<Record<MetricName, Metric>> = {
  requestsPerSecond: { ...more, title: 'requests/s', format: whole },
  cpuNs: { ...less, title: 'CPU ns/request', format: whole, showsInterval: true },
  userNs: { ...less, title: 'user ns', format: whole },
  kernelNs: { ...less, title: 'kernel ns', format: whole },
  latencyP50Ms: { ...less, title: 'p50', format: milliseconds },
  latencyP90Ms: { ...less, title: 'p90', format: milliseconds, isMinor: true },
  latencyP99Ms: { ...less, title: 'p99', format: milliseconds, showsInterval: true },
  latencyP999Ms: { ...less, title: 'p99.9', format: milliseconds, isMinor: true },
  latencyMaxMs: { ...less, title: 'max', format: milliseconds, isMinor: true },
  responsesPerWrite: { ...more, title: 'responses/write', format: two },
  responsesPerRead: { ...more, title: 'responses/read', format: two, isMinor: true },
  serverBusy: { ...none, title: 'server busy', format: percent },
  loadBusy: { ...none, title: 'load busy', format: percent, isMinor: true },
  longestHoldMs: { ...less, title: 'longest loop hold', format: milliseconds, isMinor: true },
  heldMs: { ...less, title: 'ready replies held', format: milliseconds, showsInterval: true },
  heldWorstMs: { ...less, title: 'held, worst', format: milliseconds },
  neighbourMs: { ...less, title: 'neighbour waits', format: milliseconds },
  rssPerConnection: { ...less, title: 'RSS/connection', format: kilobytes, showsInterval: true },
  rssUnderLoad: { ...less, title: 'RSS', format: megabytes, isMinor: true },
  rssAtRest: { ...less, title: 'RSS at rest', format: megabytes, showsInterval: true },
  startupMs: { ...less, title: 'start-up', format: milliseconds, showsInterval: true },
}

export type Metrics = Readonly<Partial<Record<MetricName, number>>>
