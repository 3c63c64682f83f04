/** Everything that is measured. A scenario yields some of these for each subject and round. */
export const metricNames = [
  'requestsPerSecond',
  'cpuNs',
  'userNs',
  'kernelNs',
  'responsesPerWrite',
  'serverBusy',
  'rssPerConnection',
] as const
export type MetricName = (typeof metricNames)[number]

export interface Metric {
  readonly title: string
  readonly format: (value: number) => string
  /** Whether the table shows the least and the greatest round too. */
  readonly showsSpread: boolean
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(2)} KB`

export const metrics: Readonly<Record<MetricName, Metric>> = {
  requestsPerSecond: { title: 'requests/s', format: whole, showsSpread: false },
  cpuNs: { title: 'CPU ns/request', format: whole, showsSpread: true },
  userNs: { title: 'user ns', format: whole, showsSpread: false },
  kernelNs: { title: 'kernel ns', format: whole, showsSpread: false },
  responsesPerWrite: { title: 'responses/write', format: (value) => value.toFixed(2), showsSpread: false },
  serverBusy: { title: 'server busy', format: (value) => `${Math.round(value * 100)} %`, showsSpread: false },
  rssPerConnection: { title: 'RSS/connection', format: kilobytes, showsSpread: true },
}
