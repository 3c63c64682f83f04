import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { escapeHtml } from '../../bench/report/html.js'
import { page } from '../../bench/report/page.js'
import { allSubjects } from '../../bench/subjects/all-subjects.js'
import { metricNames } from '../../bench/suite/metric.js'
import { scenarios } from '../../bench/suite/scenarios.js'
import { whyWithout } from '../clients/programs.js'
import { foreignLoad, measurement, resultsOf } from './results-of.js'

const run = promisify(execFile)
const reason = whyWithout('chromium', ['chromium', '--version'])

/** Everything that there can be in a report, long names and long failures included. */
function everything(): string {
  const subjects = [
    ...allSubjects.map(({ name }) => name),
    'somebody/s-server-with-a-name-that-never-ends-at-all',
  ]
  const measurements = scenarios.flatMap(({ name }, i) =>
    subjects.map((subject, j) => {
      const metrics = Object.fromEntries(metricNames.map((metric) => [metric, (j + 1) * 10 ** (i % 6)]))
      const found = measurement(name, subject, 1, metrics, j % 5 === 0 ? [foreignLoad] : [])
      return j % 11 === 10 ? { ...found, metrics: {}, failure: 'it ended (1): '.repeat(30) } : found
    }),
  )
  return page(resultsOf(measurements))
}

/** Of the page as a reader sees it: by how many pixels it is too wide, its charts, and which of their letters are cut off. */
interface Measured {
  readonly overflow: number
  readonly charts: number
  readonly shown: number
  readonly cut: readonly string[]
  readonly wider: number
  readonly small: number
}

/**
 * Shows the page in a frame of this width, and has the frame measured once its fonts are there, which on a busy
 * machine is after it has come. The report itself holds no scripts.
 */
async function measuredAt(width: number, report: string): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'calandria-report-'))
  onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 5 }))
  const outer = `<!doctype html><meta charset="utf-8"><title>loading</title>
    <iframe style="border: 0; width: ${width}px; height: 900px" srcdoc="${escapeHtml(report)}"></iframe>
    <script>
      const frame = document.querySelector('iframe')
      const measure = () => {
        const { documentElement: root } = frame.contentDocument
        const all = [...root.querySelectorAll('figure svg')]
        const shown = all.filter((svg) => svg.getBoundingClientRect().height > 0)
        const room = root.clientWidth
        const letters = shown.flatMap((svg) => [...svg.querySelectorAll('text')])
        const cut = letters.filter((text) => {
          const { left, right } = text.getBoundingClientRect()
          const box = text.ownerSVGElement.getBoundingClientRect()
          return left < box.left - 1 || right > box.right + 1
        })
        document.title = JSON.stringify({
          overflow: root.scrollWidth - room, charts: all.length, shown: shown.length,
          cut: cut.map((text) => text.textContent),
          wider: shown.filter((svg) => svg.getBoundingClientRect().right > room).length,
          small: letters.filter((text) => text.getBoundingClientRect().height < 9).length,
        })
      }
      onload = () => frame.contentDocument.fonts.ready.then(measure)
    </script>`
  const file = join(directory, 'frame.html')
  writeFileSync(file, outer)
  const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'dev-shm-usage', 'extensions']
  const { stdout } = await run(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--no-first-run',
      ...quiet.map((feature) => `--disable-${feature}`),
      `--user-data-dir=${directory}`,
      '--window-size=1400,1000',
      '--virtual-time-budget=5000',
      '--dump-dom',
      pathToFileURL(file).href,
    ],
    { maxBuffer: 2 ** 26 },
  )
  const title = /<title>(.*?)<\/title>/.exec(stdout)?.[1] ?? ''
  return JSON.parse(title.replaceAll('&quot;', '"')) as Measured
}

describe(`the report in Chromium${reason ?? ''}`, () => {
  test.skipIf(reason !== null).each([390, 1280])(
    'fits into %i px, with all charts and letters that can be read',
    { timeout: 60_000 },
    async (width) => {
      const found = await measuredAt(width, everything())
      expect(found).toMatchObject({ overflow: 0, wider: 0, cut: [], small: 0 })
      expect(found.shown).toBeGreaterThan(8)
      expect(found.charts).toBe(2 * found.shown)
    },
  )
})
