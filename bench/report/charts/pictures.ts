import { type MetricName, metrics } from '../../suite/metric.js'
import { type Results, type ScenarioRecord } from '../../suite/results.js'
import { type Figure, Summary } from '../../suite/summary.js'
import { type Bar, barChart } from './bars.js'
import { isOurs, short } from './labels.js'
import { depthPicture, loadPicture, percentilePicture } from './line-pictures.js'
import { type Picture, pictureOf } from './picture.js'

const cut = 'A bar with › is longer than the chart.'

/** What the axes count in, where it isn't the metric's own unit. */
const units: Readonly<Partial<Record<MetricName, { readonly size: number; readonly name: string }>>> = {
  rssPerConnection: { size: 1024, name: ' KB' },
  rssAtRest: { size: 2 ** 20, name: ' MB' },
  heldMs: { size: 1, name: ' ms' },
  startupMs: { size: 1, name: ' ms' },
}

/** All charts that these results have numbers for. */
export function picturesOf(results: Results): Picture[] {
  const summary = new Summary(results.measurements, results.plan.seed)
  const found = [
    ...['pipelined', 'single', 'browser'].map((name) => cpuPicture(results, summary, name)),
    depthPicture(results, summary),
    barPicture(results, summary, 'pipelined', 'requestsPerSecond', 'Requests per second, pipelined', ''),
    barPicture(
      results,
      summary,
      'pipelined',
      'responsesPerWrite',
      'Responses per write',
      '24 requests come in one packet; how many replies leave in one system call?',
    ),
    ...['challenge', 'single'].map((name) => percentilePicture(results, summary, name)),
    loadPicture(results, summary),
    barPicture(
      results,
      summary,
      'held',
      'heldMs',
      'How long ready replies are held',
      'Eight fast requests, one that blocks for 20 ms and eight fast ones in one packet: the time until the first eight are answered.',
    ),
    barPicture(
      results,
      summary,
      'idle',
      'rssPerConnection',
      'Memory per connection',
      'What the resident memory of the process grows by, a connection. Kernel memory is in nobody’s RSS.',
    ),
    barPicture(results, summary, 'start', 'rssAtRest', 'Memory at rest', 'After one request.'),
    barPicture(results, summary, 'start', 'startupMs', 'Start-up', 'From the command to the first answer.'),
  ]
  return found.filter((picture) => picture !== undefined)
}

function cpuPicture(results: Results, summary: Summary, name: string): Picture | undefined {
  const scenario = scenarioOf(results, name)
  const bars = barsOf(results, summary, name, 'cpuNs', ({ userNs, kernelNs }) =>
    userNs === undefined || kernelNs === undefined ? undefined : [userNs.value, kernelNs.value],
  )
  if (scenario === undefined || bars.length === 0) return undefined
  const title = `CPU time per request: ${scenario.about}`
  return pictureOf(
    { name: `cpu-${name}`, title, caption: `Nanoseconds of the server process. ${cut}` },
    (width) =>
      barChart(
        { title, parts: ['user', 'kernel'], bars, axisFormat: short, better: 'less', isCut: true },
        width,
      ),
  )
}

function barPicture(
  results: Results,
  summary: Summary,
  name: string,
  metric: MetricName,
  title: string,
  caption: string,
): Picture | undefined {
  const unit = units[metric] ?? { size: 1, name: '' }
  const bars = barsOf(results, summary, name, metric, (figures) => {
    const figure = figures[metric]
    return figure === undefined ? undefined : [figure.value / unit.size]
  })
  if (bars.length === 0) return undefined
  const axisFormat = (value: number): string => `${short(value)}${unit.name}`
  const { better } = metrics[metric]
  const direction = better === 'more' ? 'more' : 'less'
  return pictureOf({ name: `${name}-${metric}`, title, caption }, (width) =>
    barChart({ title, parts: [''], bars, axisFormat, better: direction, isCut: false }, width),
  )
}

function barsOf(
  { subjects }: Results,
  summary: Summary,
  scenario: string,
  metric: MetricName,
  valuesOf: (figures: ReturnType<Summary['figures']>) => readonly number[] | undefined,
): Bar[] {
  return subjects.flatMap(({ name }): Bar[] => {
    const figures = summary.figures(scenario, name)
    const values = valuesOf(figures)
    const figure = figures[metric]
    if (values === undefined || figure === undefined) return []
    return [
      {
        name,
        values,
        label: labelOf(metric, figure),
        isInvalid: figure.believed === 0,
        isOurs: isOurs(name),
      },
    ]
  })
}

function labelOf(metric: MetricName, { value, toFloor }: Figure): string {
  const ratio = toFloor === undefined ? '' : ` · ${toFloor.toFixed(2)}×`
  return metrics[metric].format(value) + ratio
}

const scenarioOf = ({ scenarios }: Results, name: string): ScenarioRecord | undefined =>
  scenarios.find((scenario) => scenario.name === name)
