import { expect, test } from 'vitest'
import { picturesOf } from '../../bench/report/charts/pictures.js'
import { standalone } from '../../bench/report/charts/standalone.js'
import { page } from '../../bench/report/page.js'
import { scenarioTable } from '../../bench/report/scenario-table.js'
import { lineageSection } from '../../bench/lineage/lineage-section.js'
import { foreignLoad, measurement, resultsOf } from './results-of.js'

const evil = '<img src=x onerror=alert(1)>|`~"\'&'

const results = resultsOf([
  ...[1, 2, 3].flatMap((round) => [
    measurement('pipelined', 'floor', round, {
      cpuNs: 300,
      userNs: 50,
      kernelNs: 250,
      responsesPerWrite: 24,
    }),
    measurement('pipelined', 'calandria', round, {
      cpuNs: 420,
      userNs: 170,
      kernelNs: 250,
      responsesPerWrite: 24,
    }),
    measurement('pipelined', 'node-http', round, { cpuNs: 9000, userNs: 4500, kernelNs: 4500 }, [
      foreignLoad,
    ]),
  ]),
  measurement('pipelined', evil, 1, { cpuNs: 500, userNs: 250, kernelNs: 250 }),
  { ...measurement('pipelined', 'broken', 1, {}), failure: `it ended (1): ${evil}` },
])
const withMissing = {
  ...results,
  subjects: [
    ...results.subjects,
    { ...results.subjects[0]!, name: 'japronto', version: null, install: 'an old Python' },
    { ...results.subjects[0]!, name: 'nginx', acts: ['json'], because: 'it runs no handlers' },
  ],
}

test('names and errors from outside never become HTML, in tables and in charts', () => {
  const text = page(withMissing)
  expect(text).not.toContain('<img')
  expect(text).not.toMatch(/<script/i)
  expect(text.match(/&#60;img src=x onerror=alert\(1\)&#62;/g)?.length).toBeGreaterThanOrEqual(3)
})

test('names and errors from outside never become Markdown', () => {
  const row = scenarioTable(withMissing.scenarios[0]!, withMissing, true)
    .split('\n')
    .find((line) => line.startsWith('- broken'))
  expect(row).toContain('\\<img')
  expect(row).toContain('\\|\\`\\~')
})

test('what is INVALID is crossed out and not hidden; the reason stands below', () => {
  const text = page(withMissing)
  expect(text).toMatch(/<s>9,000/)
  expect(text).not.toMatch(/<s>420/)
  expect(text).toContain('node-http (3 rounds: 40 % of their time)')
  expect(text).toContain('✗ node-http')
  const markdown = scenarioTable(withMissing.scenarios[0]!, withMissing, true)
  expect(markdown).toContain('~~9,000 (30.00×)')
})

test('a subject that is not installed, or can not do it, says so in its row', () => {
  for (const text of [page(withMissing), scenarioTable(withMissing.scenarios[0]!, withMissing, false)]) {
    expect(text).toContain('not installed: an old Python')
    expect(text).toMatch(/can(&#39;|')t: it runs no handlers/)
  }
})

test('there is a chart in two widths for what was measured, and none for what was not', () => {
  const pictures = picturesOf(results)
  expect(pictures.map(({ name }) => name)).toEqual(['cpu-pipelined', 'pipelined-responsesPerWrite'])
  for (const { wide, narrow } of pictures) {
    for (const svg of [wide, narrow]) expect(svg).toMatch(/^<svg [^>]*role="img"[^]*<\/svg>$/)
    expect(/viewBox="0 0 (\d+)/.exec(wide)?.[1]).not.toBe(/viewBox="0 0 (\d+)/.exec(narrow)?.[1])
  }
  expect(picturesOf(resultsOf([]))).toEqual([])
})

test('a chart as a file brings its colours for the light and the dark', () => {
  const svg = standalone(picturesOf(results)[0]!)
  expect(svg).toMatch(/^<svg [^>]*><style>:root/)
  expect(svg).toContain('prefers-color-scheme: dark')
  for (const [, name] of svg.matchAll(/var\((--[\w-]+)\)/g)) expect(svg).toContain(`${name}:`)
})

test('results without a single measurement make a page, too', () => {
  expect(page(resultsOf([], ['calandria']))).toContain('There are no numbers to draw.')
})

test('the section of the lineage names who is better, who is missing, and links the charts', () => {
  const text = lineageSection(withMissing, picturesOf(withMissing), 'charts')
  expect(text).toMatch(/\*\*calandria\*\* .*\| +420 \(1\.40×\)/)
  expect(text).toMatch(/japronto +\| \*\*not installed\*\*/)
  expect(text).toContain('](charts/cpu-pipelined.svg)')
  expect(text).toMatch(/24 deep, CPU ns +\| 420 +\| 1 of 3/)
  expect(text).not.toMatch(/(?<!\\)<img/)
})
