import { type MetricName } from '../../suite/metric.js'
import { type Results } from '../../suite/results.js'
import { type Summary } from '../../suite/summary.js'
import { isOurs, short } from './labels.js'
import { type Line, lineChart } from './lines.js'
import { type Picture, pictureOf } from './picture.js'

/** More lines than these make a picture that nobody reads. Who is drawn when there are more, in this order. */
const mostLines = 8
const preferred = [
  'calandria',
  'floor',
  'node-http',
  'bun-fetch',
  'bun-static',
  'deno',
  'nginx',
  'go-net-http',
  'uvloop',
  'fastify',
]

/** A point of a line: a metric in a scenario. */
interface Point {
  readonly category: string
  readonly scenario: string
  readonly metric: MetricName
}

export function depthPicture(results: Results, summary: Summary): Picture | undefined {
  const points = results.scenarios
    .filter(({ name }) => /^(single|pipelined|depth-\d+)$/.test(name))
    .sort((a, b) => a.depth - b.depth)
    .map(({ name, depth }): Point => ({
      category: String(depth),
      scenario: name,
      metric: 'requestsPerSecond',
    }))
  if (points.length < 3) return undefined
  return linePicture(results, summary, points, {
    name: 'throughput-by-depth',
    title: 'Throughput by pipelining depth',
    caption: 'Requests per second, by requests in one packet; 100 connections.',
  })
}

export function percentilePicture(results: Results, summary: Summary, name: string): Picture | undefined {
  const scenario = results.scenarios.find((one) => one.name === name)
  if (scenario === undefined) return undefined
  const points: Point[] = [
    { category: 'p50', scenario: name, metric: 'latencyP50Ms' },
    { category: 'p90', scenario: name, metric: 'latencyP90Ms' },
    { category: 'p99', scenario: name, metric: 'latencyP99Ms' },
    { category: 'p99.9', scenario: name, metric: 'latencyP999Ms' },
    { category: 'max', scenario: name, metric: 'latencyMaxMs' },
  ]
  return linePicture(results, summary, points, {
    name: `latency-${name}`,
    title: `Latency: ${scenario.about}`,
    caption: 'Milliseconds; on a schedule from the planned moment, else from the sending.',
  })
}

export function loadPicture(results: Results, summary: Summary): Picture | undefined {
  const points = results.scenarios
    .filter(({ name }) => name.startsWith('steady-'))
    .map(({ name }): Point => ({
      category: `${name.slice('steady-'.length)} %`,
      scenario: name,
      metric: 'latencyP99Ms',
    }))
  if (points.length < 2) return undefined
  return linePicture(results, summary, points, {
    name: 'latency-by-load',
    title: 'Latency against load',
    caption:
      'p99 in milliseconds from the planned moment, mixed requests at a constant rate: shares of what each subject can answer at most.',
  })
}

function linePicture(
  results: Results,
  summary: Summary,
  points: readonly Point[],
  described: Pick<Picture, 'name' | 'title' | 'caption'>,
): Picture | undefined {
  const all = results.subjects.flatMap(({ name }): Line[] => {
    const figures = points.map(({ scenario, metric }) => summary.figure(scenario, name, metric))
    if (figures.every((figure) => figure === undefined)) return []
    const isInvalid = figures.some((figure) => figure?.believed === 0)
    // nothing is at 0 on a logarithmic axis
    const values = figures.map((figure) => (figure === undefined ? null : Math.max(figure.value, 0.001)))
    return [{ name, values, isInvalid, isOurs: isOurs(name) }]
  })
  if (all.length === 0) return undefined
  const { drawn, left } = chosen(all)
  const rest = left.length === 0 ? '' : ` Only in the table: ${left.map(({ name }) => name).join(', ')}.`
  return pictureOf({ ...described, caption: described.caption + rest }, (width) =>
    lineChart(
      {
        title: described.title,
        categories: points.map(({ category }) => category),
        lines: drawn,
        axisFormat: short,
      },
      width,
    ),
  )
}

function chosen(all: readonly Line[]): { drawn: readonly Line[]; left: readonly Line[] } {
  if (all.length <= mostLines) return { drawn: all, left: [] }
  const rank = ({ name }: Line): number => {
    const place = preferred.indexOf(name)
    return place === -1 ? preferred.length : place
  }
  const ranked = [...all].sort((a, b) => rank(a) - rank(b))
  return { drawn: ranked.slice(0, mostLines), left: ranked.slice(mostLines) }
}
