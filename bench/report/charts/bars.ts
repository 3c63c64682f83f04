import { type BarSeriesOption } from 'echarts/charts'
import { type ChartOption, draw, ink, line, type Size, soft } from './draw.js'

/** One subject's bar. */
export interface Bar {
  readonly name: string
  /** One value for each part; they are stacked. */
  readonly values: readonly number[]
  /** Stands behind the bar. */
  readonly label: string
  readonly isInvalid: boolean
  readonly isOurs: boolean
}

export interface BarChart {
  readonly title: string
  /** Names of the parts; one part has no legend. */
  readonly parts: readonly string[]
  readonly bars: readonly Bar[]
  readonly axisFormat: (value: number) => string
}

/** A bar may be so many times as long as the shortest; longer ones end at the edge, with an arrow. */
const longestToShortest = 16
const barHeight = 22
const narrow = 480

/** From the shortest to the longest. */
export function barChart({ title, parts, bars, axisFormat }: BarChart, width: number): string {
  const sorted = [...bars].sort((a, b) => lengthOf(a) - lengthOf(b))
  const least = lengthOf(sorted.find((bar) => lengthOf(bar) > 0) ?? sorted[0]!)
  const edge = Math.min(least * longestToShortest, Math.max(...sorted.map(lengthOf)))
  const hasLegend = parts.length > 1
  const size: Size = { width, height: sorted.length * barHeight + 34 + (hasLegend ? 28 : 0) }
  const labelRoom = Math.max(...sorted.map(({ label }) => label.length)) * 6.6 + 18
  const option: ChartOption = {
    ...(hasLegend
      ? {
          legend: {
            top: 0,
            left: 0,
            icon: 'rect',
            itemWidth: 12,
            itemHeight: 12,
            textStyle: { color: ink },
            selectedMode: false,
          },
        }
      : {}),
    grid: {
      left: 4,
      right: labelRoom,
      top: hasLegend ? 30 : 4,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'value',
      max: edge,
      splitNumber: width < narrow ? 2 : 4,
      axisLabel: { color: soft, fontSize: 11, formatter: axisFormat, hideOverlap: true, showMaxLabel: false },
      splitLine: { lineStyle: { color: line } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: sorted.map(({ name, isInvalid }) => (isInvalid ? `✗ ${name}` : name)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: {
        fontSize: 12,
        interval: 0,
        color: (_name, index) => (sorted[index!]?.isOurs === true ? 'var(--ours)' : ink),
      },
    },
    series: parts.map((part, i) => series(part, i, parts.length, sorted, edge)),
  }
  return draw(option, size, `${title}: ${sorted.map(({ name, label }) => `${name} ${label}`).join(', ')}`)
}

function series(
  part: string,
  i: number,
  parts: number,
  sorted: readonly Bar[],
  edge: number,
): BarSeriesOption {
  return {
    type: 'bar',
    name: part,
    stack: 'all',
    barWidth: '68%',
    color: parts === 1 ? 'var(--bar)' : `var(--part-${i + 1})`,
    silent: true,
    data: sorted.map((bar) => ({
      value: cut(bar, i, edge),
      itemStyle: {
        opacity: bar.isInvalid ? 0.35 : 1,
        ...(parts === 1 && bar.isOurs ? { color: 'var(--ours)' } : {}),
      },
    })),
    label: {
      show: i === parts - 1,
      position: 'right',
      color: ink,
      fontSize: 11,
      formatter: ({ dataIndex }) => labelOf(sorted[dataIndex]!, edge),
    },
  }
}

const lengthOf = ({ values }: Bar): number => values.reduce((sum, value) => sum + value, 0)

function labelOf(bar: Bar, edge: number): string {
  return lengthOf(bar) > edge ? `› ${bar.label}` : bar.label
}

/** What of a part lies before the edge. */
function cut({ values }: Bar, part: number, edge: number): number {
  const before = values.slice(0, part).reduce((sum, value) => sum + value, 0)
  return Math.max(0, Math.min(values[part]!, edge - before))
}
