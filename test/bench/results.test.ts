import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { metricNames } from '../../bench/suite/metric.js'
import { complaintAbout, readResults, type Results } from '../../bench/suite/results.js'
import { ResultsFile } from '../../bench/suite/results-file.js'
import { foreignLoad, measurement, resultsOf } from './results-of.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calandria-results-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const one = measurement('single', 'calandria', 1, { cpuNs: 500 }, [foreignLoad])
const planned = resultsOf([])

describe('the schema', () => {
  test('takes every metric that there is, doubts and failures', () => {
    const all = Object.fromEntries(metricNames.map((name) => [name, 1]))
    const failed = { ...measurement('single', 'x', 2, {}), failure: 'it ended (1)' }
    expect(complaintAbout(resultsOf([one, measurement('single', 'x', 1, all), failed]))).toBeUndefined()
  })

  const changed = (change: (results: Record<string, unknown>) => void): unknown => {
    const copy = JSON.parse(JSON.stringify(resultsOf([one]))) as Record<string, unknown>
    change(copy)
    return copy
  }

  test.each([
    ['another version', changed((all) => (all['version'] = 2)), '/version'],
    ['no environment', changed((all) => delete all['environment']), 'environment'],
    ['a property too many', changed((all) => (all['more'] = 1)), 'additional'],
    [
      'an unknown metric',
      changed((all) => (all['measurements'] = [measurement('a', 'b', 1, { furlongs: 1 } as object)])),
      '/measurements/0/metrics',
    ],
    [
      'a round below 0',
      changed((all) => (all['measurements'] = [measurement('a', 'b', -1, {})])),
      '/measurements/0/round',
    ],
    ['no object at all', null, 'object'],
  ])('refuses %s and says where', (_what, content, where) => {
    expect(complaintAbout(content)).toContain(where)
  })

  test('a file that is no JSON, holds something else or is not there is named', () => {
    const path = join(directory, 'results.json')
    expect(() => readResults(path)).toThrow(path)
    writeFileSync(path, '{"version":')
    expect(() => readResults(path)).toThrow(path)
    writeFileSync(path, '{"version": 1}')
    expect(() => readResults(path)).toThrow(/holds no results of version 1/)
  })
})

describe('the file of a run', () => {
  const written = (path: string): Results => JSON.parse(readFileSync(path, 'utf8')) as Results

  test('is whole and valid after every measurement', () => {
    const path = join(directory, 'deeper', 'run.json')
    const file = ResultsFile.begin(path, planned)
    expect(written(path).measurements).toEqual([])
    for (let round = 1; round <= 3; round++) {
      file.record(measurement('single', 'calandria', round, { cpuNs: 500 }))
      expect(readResults(path).measurements).toHaveLength(round)
    }
  })

  test('is never overwritten', () => {
    const path = join(directory, 'run.json')
    ResultsFile.begin(path, planned).record(one)
    expect(() => ResultsFile.begin(path, planned)).toThrow(/--resume/)
    expect(written(path).measurements).toEqual([one])
  })

  test('is continued behind what it has, and a failure is tried again', () => {
    const path = join(directory, 'run.json')
    const first = ResultsFile.begin(path, planned)
    first.record(one)
    first.record({ ...measurement('single', 'bun', 1, {}), failure: 'it ended (1)' })
    const again = ResultsFile.resume(path, planned)
    expect(again.has({ scenario: 'single', subject: 'calandria', round: 1 })).toBe(true)
    expect(again.has({ scenario: 'single', subject: 'calandria', round: 2 })).toBe(false)
    expect(again.has({ scenario: 'single', subject: 'bun', round: 1 })).toBe(false)
    again.record(measurement('single', 'bun', 1, { cpuNs: 1 }))
    expect(written(path).measurements.map(({ subject }) => subject)).toEqual(['calandria', 'bun'])
  })

  test('keeps scenarios and subjects of before beside those of now', () => {
    const path = join(directory, 'run.json')
    ResultsFile.begin(path, resultsOf([measurement('single', 'bun', 1, {})]))
    const { results } = ResultsFile.resume(path, resultsOf([measurement('json', 'deno', 1, {})]))
    expect(results.scenarios.map(({ name }) => name)).toEqual(['single', 'json'])
    expect(results.subjects.map(({ name }) => name)).toEqual(['bun', 'deno'])
  })

  test.each([
    ['seed', { ...planned, plan: { ...planned.plan, seed: 2 } }],
    ['seconds', { ...planned, plan: { ...planned.plan, seconds: 1 } }],
    ['load', { ...planned, plan: { ...planned.plan, load: 'own' } }],
    ['cpu', { ...planned, environment: { ...planned.environment, cpu: 'another machine' } }],
  ])('is not continued with another %s', (name, now) => {
    const path = join(directory, 'run.json')
    ResultsFile.begin(path, planned)
    expect(() => ResultsFile.resume(path, now)).toThrow(new RegExp(`can't be continued: ${name} was`))
  })
})
