import { type ChartOption, draw, ink, line, soft } from './draw.js'

/** One subject's line; `null` where it has no point. */
export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly isInvalid: boolean
  readonly isOurs: boolean
}

export interface LineChart {
  readonly title: string
  /** What the points belong to, from left to right. */
  readonly categories: readonly string[]
  readonly lines: readonly Line[]
  readonly axisFormat: (value: number) => string
}

const dashes = ['solid', 'dashed', 'dotted'] as const
const colours = 8
const narrow = 480

/** On a logarithmic axis: equal distances are equal ratios. */
export function lineChart({ title, categories, lines, axisFormat }: LineChart, width: number): string {
  const isNarrow = width < narrow
  const columns = isNarrow ? 2 : 5
  const legendHeight = Math.ceil(lines.length / columns) * 22 + 8
  const option: ChartOption = {
    legend: {
      top: 0,
      left: 0,
      width: width - 40,
      itemWidth: 22,
      itemGap: 14,
      textStyle: { color: ink, fontSize: 12 },
      selectedMode: false,
    },
    grid: {
      left: 4,
      right: 20,
      top: legendHeight + 12,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'category',
      data: [...categories],
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: soft, fontSize: 11, interval: 0 },
    },
    yAxis: {
      type: 'log',
      logBase: 10,
      axisLabel: { color: soft, fontSize: 11, formatter: axisFormat },
      splitLine: { lineStyle: { color: line } },
    },
    series: lines.map(({ name, values, isInvalid, isOurs }, i) => ({
      type: 'line',
      name: isInvalid ? `✗ ${name}` : name,
      data: values.map((value) => value ?? '-'),
      color: isOurs ? 'var(--ours)' : `var(--line-${(i % colours) + 1})`,
      symbol: 'circle',
      symbolSize: 6,
      lineStyle: {
        width: isOurs ? 3 : 1.8,
        opacity: isInvalid ? 0.4 : 1,
        type: dashes[Math.floor(i / colours) % dashes.length]!,
      },
      itemStyle: { opacity: isInvalid ? 0.4 : 1 },
      silent: true,
    })),
  }
  return draw(option, { width, height: legendHeight + (isNarrow ? 300 : 340) }, title)
}
