import { BarChart, LineChart, type BarSeriesOption, type LineSeriesOption } from 'echarts/charts'
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
} from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from '../html.js'

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption
>

export interface Size {
  readonly width: number
  readonly height: number
}

/** Colours are names of custom properties, so that one picture serves in the light and in the dark. */
export const ink = 'var(--ink)'
export const soft = 'var(--soft)'
export const line = 'var(--line)'

/** @returns an SVG element, without scripts or styles of its own */
export function draw(option: ChartOption, size: Size, label: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({
      animation: false,
      textStyle: { color: ink, fontFamily: 'system-ui, sans-serif' },
      ...option,
    })
    return chart
      .renderToSVGString({ useViewBox: true })
      .replace(/<svg [^>]*viewBox="([^"]*)"[^>]*>/, (_all, viewBox: string) => {
        const box = `viewBox="${viewBox}" width="${size.width}" height="${size.height}"`
        return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" ${box}>`
      })
      .replace(/<style[^]*?<\/style>/g, '')
      .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
  } finally {
    chart.dispose()
  }
}
