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
  readonly better: 'less' | 'more'
  /** Whether very long bars are cut, so that the short ones can be told apart. */
  readonly isCut: boolean
}

/** Where bars are cut, one may be so many times as long as the shortest; longer ones end at the edge, with an arrow. */
const longestToShortest = 16
const barHeight = 22
const namedBarHeight = 37
const narrow = 480

/** From the best to the worst. */
export function barChart(chart: BarChart, width: number): string {
  const { title, parts, bars, axisFormat, better, isCut } = chart
  const sign = better === 'less' ? 1 : -1
  const sorted = [...bars].sort((a, b) => sign * (lengthOf(a) - lengthOf(b)))
  const lengths = sorted.map(lengthOf)
  const longest = Math.max(...lengths)
  const shortest = Math.min(...lengths.filter((length) => length > 0))
  const edge = isCut ? Math.min(shortest * longestToShortest, longest) : longest
  // on a phone there is no room beside the bars, and names stand above them
  const isNarrow = width < narrow
  const hasLegend = parts.length > 1
  const size: Size = {
    width,
    height: sorted.length * (isNarrow ? namedBarHeight : barHeight) + 34 + (hasLegend ? 28 : 0),
  }
  // nobody measures letters on the server, and fonts differ
  const nameRoom = isNarrow ? 6 : Math.max(...sorted.map((bar) => nameOf(bar).length)) * 7.2 + 12
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
    grid: { left: nameRoom, right: labelRoom, top: hasLegend ? 30 : 4, bottom: 24, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      max: edge,
      splitNumber: isNarrow ? 2 : 4,
      axisLabel: {
        color: soft,
        fontSize: 11,
        formatter: axisFormat,
        hideOverlap: true,
        showMaxLabel: false,
        alignMinLabel: 'left',
      },
      splitLine: { showMaxLine: false, lineStyle: { color: line } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: sorted.map(nameOf),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      z: 3,
      axisLabel: {
        fontSize: 12,
        interval: 0,
        ...(isNarrow
          ? { inside: true, margin: 0, verticalAlign: 'bottom' as const, padding: [0, 0, 10, 0] }
          : {}),
        color: (_name, index) => (sorted[index!]?.isOurs === true ? 'var(--ours)' : ink),
      },
    },
    series: parts.map((part, i) => series(part, i, parts.length, sorted, edge, isNarrow)),
  }
  return draw(option, size, `${title}: ${sorted.map(({ name, label }) => `${name} ${label}`).join(', ')}`)
}

function series(
  part: string,
  i: number,
  parts: number,
  sorted: readonly Bar[],
  edge: number,
  isNarrow: boolean,
): BarSeriesOption {
  return {
    type: 'bar',
    name: part,
    stack: 'all',
    ...(isNarrow ? { barWidth: 11, barCategoryGap: 0 } : { barWidth: '68%' }),
    color: parts === 1 ? 'var(--bar)' : `var(--part-${i + 1})`,
    silent: true,
    data: sorted.map((bar) => ({
      value: cut(bar, i, edge),
      itemStyle: {
        opacity: bar.isInvalid ? 0.35 : 1,
        ...(parts === 1 && bar.isOurs ? { color: 'var(--ours)' } : {}),
      },
      label: { opacity: bar.isInvalid ? 0.7 : 1 },
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

const nameOf = ({ name, isInvalid }: Bar): string => (isInvalid ? `✗ ${name}` : name)

const lengthOf = ({ values }: Bar): number => values.reduce((sum, value) => sum + value, 0)

function labelOf(bar: Bar, edge: number): string {
  return lengthOf(bar) > edge ? `› ${bar.label}` : bar.label
}

/** What of a part lies before the edge. */
function cut({ values }: Bar, part: number, edge: number): number {
  const before = values.slice(0, part).reduce((sum, value) => sum + value, 0)
  return Math.max(0, Math.min(values[part]!, edge - before))
}
