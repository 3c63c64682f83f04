import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { baselinePath, readBaseline, writeBaseline } from '../../bench/guard/baseline.js'
import { exitCode } from '../../bench/guard/guard.js'
import { guardedRatios, keyOf, type MeasuredRatio, ratiosIn } from '../../bench/guard/guarded-ratios.js'
import { judgeRatios } from '../../bench/guard/judge-ratios.js'
import { foreignLoad, measurement, resultsOf } from './results-of.js'

const cpu = { scenario: 'pipelined', metric: 'cpuNs', against: 'floor' } as const
const glue = { scenario: 'pipelined', metric: 'responsesPerWrite', against: 'floor' } as const
const environment = { cpu: 'a machine' }

const verdictOn = (
  of: typeof cpu | typeof glue,
  before: readonly [value: number, low: number, high: number],
  now: number,
  isBelieved = true,
) => {
  const [value, low, high] = before
  const measured: MeasuredRatio = { ...of, value: now, low: now, high: now, isBelieved }
  return judgeRatios({ environment, ratios: [{ ...of, value, low, high }] }, [measured])[0]?.verdict
}

describe('a ratio that is better when it is less', () => {
  test.each([
    ['is as it was', 1.4, 'holds'],
    ['is better', 1.1, 'holds'],
    ['is worse by less than 5 %', 1.46, 'holds'],
    ['is worse by more than 5 %, within the interval', 1.49, 'holds'],
    ['is worse by more than 5 %, and than the interval', 1.51, 'WORSE'],
  ])('%s', (_what, now, verdict) => {
    expect(verdictOn(cpu, [1.4, 1.3, 1.5], now)).toBe(verdict)
  })

  test('is worse by more than its narrow interval, and by less than 5 %', () => {
    expect(verdictOn(cpu, [1.4, 1.39, 1.41], 1.46)).toBe('holds')
    expect(verdictOn(cpu, [1.4, 1.39, 1.41], 1.48)).toBe('WORSE')
  })
})

test('two intervals that overlap are no difference, however far apart their middles are', () => {
  const before = { ...cpu, value: 1.4, low: 1.3, high: 1.5 }
  const now = (low: number): MeasuredRatio => ({ ...cpu, value: 1.6, low, high: 1.7, isBelieved: true })
  const verdict = (low: number) => judgeRatios({ environment, ratios: [before] }, [now(low)])[0]?.verdict
  expect(verdict(1.5)).toBe('holds')
  expect(verdict(1.51)).toBe('WORSE')
})

test('a ratio that is better when it is more is worse when it falls', () => {
  expect(verdictOn(glue, [1, 0.99, 1.01], 1.5)).toBe('holds')
  expect(verdictOn(glue, [1, 0.99, 1.01], 0.96)).toBe('holds')
  expect(verdictOn(glue, [1, 0.99, 1.01], 0.5)).toBe('WORSE')
})

test('what can not be believed, or was not measured, is not judged, and is no pass', () => {
  expect(verdictOn(cpu, [1.4, 1.3, 1.5], 9, false)).toBe('not to be judged')
  const missing = judgeRatios({ environment, ratios: [{ ...cpu, value: 1, low: 1, high: 1 }] }, [])
  expect(missing.map(({ verdict }) => verdict)).toEqual(['not to be judged'])
  expect(exitCode(missing)).toBe(3)
})

test('the exit code tells of what got worse before it tells of what is not known', () => {
  const ratio = { ...cpu, value: 1, low: 1, high: 1 }
  const baseline = { environment, ratios: [ratio, { ...ratio, against: 'node-http' }] }
  const now = (value: number): MeasuredRatio => ({
    ...ratio,
    value,
    low: value,
    high: value,
    isBelieved: true,
  })
  const both = (value: number) => [now(value), { ...now(value), against: 'node-http' }]
  expect(exitCode(judgeRatios(baseline, both(1)))).toBe(0)
  expect(exitCode(judgeRatios(baseline, both(2)))).toBe(1)
  expect(exitCode(judgeRatios(baseline, [now(1)]))).toBe(3)
  expect(exitCode(judgeRatios(baseline, [now(2)]))).toBe(1)
})

test('the ratios of a run are found, with whether they can be believed', () => {
  const results = resultsOf([
    measurement('pipelined', 'floor', 1, { cpuNs: 100 }),
    measurement('pipelined', 'node-http', 1, { cpuNs: 1000 }, [foreignLoad]),
    measurement('pipelined', 'calandria', 1, { cpuNs: 140 }),
  ])
  const found = ratiosIn(results).map((ratio) => [keyOf(ratio), ratio.value, ratio.isBelieved])
  expect(found).toEqual([
    ['pipelined cpuNs / floor', 1.4, true],
    ['pipelined cpuNs / node-http', 0.14, false],
  ])
})

test('a baseline is read as it was written; what is none is named', () => {
  const directory = mkdtempSync(join(tmpdir(), 'calandria-baseline-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'baseline.json')
  writeBaseline(path, environment, [{ ...cpu, value: 1.23456, low: 1.2, high: 1.3, isBelieved: true }])
  expect(readBaseline(path).ratios).toEqual([{ ...cpu, value: 1.235, low: 1.2, high: 1.3 }])
  for (const bad of ['', 'null', '{}', '{"environment":{},"ratios":[{"scenario":"pipelined"}]}']) {
    writeFileSync(path, bad)
    expect(() => readBaseline(path)).toThrow(path)
  }
})

test('the baseline in the repository holds every guarded ratio', () => {
  expect(readBaseline(baselinePath).ratios.map(keyOf)).toEqual(guardedRatios.map(keyOf))
})
