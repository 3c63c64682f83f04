import { expect, test } from 'vitest'
import { type Doubt } from '../../bench/suite/doubt.js'
import { judgeCores } from '../../bench/suite/foreign-watch.js'
import { Summary } from '../../bench/suite/summary.js'
import { foreignLoad, measurement } from './results-of.js'

test('rounds in doubt do not count where others can be believed', () => {
  const summary = new Summary([
    measurement('single', 'a', 1, { cpuNs: 100 }),
    measurement('single', 'a', 2, { cpuNs: 900 }, [foreignLoad]),
    measurement('single', 'a', 3, { cpuNs: 120 }),
  ])
  expect(summary.figure('single', 'a', 'cpuNs')).toMatchObject({ value: 110, believed: 2, rounds: 3 })
})

test('where every round is in doubt all of them are shown, as such', () => {
  const summary = new Summary([
    measurement('single', 'a', 1, { cpuNs: 100 }, [foreignLoad]),
    measurement('single', 'a', 2, { cpuNs: 200 }, [foreignLoad]),
  ])
  expect(summary.figure('single', 'a', 'cpuNs')).toMatchObject({ value: 150, believed: 0, rounds: 2 })
  expect(summary.doubts('single', 'a')).toEqual([{ doubt: foreignLoad, rounds: 2 }])
})

test('a doubt about requests/s leaves the CPU time alone', () => {
  const loadBound: Doubt = { code: 'LOAD_BOUND', text: '', spoils: ['requestsPerSecond'] }
  const summary = new Summary([
    measurement('single', 'a', 1, { cpuNs: 1, requestsPerSecond: 1 }, [loadBound]),
  ])
  expect(summary.figure('single', 'a', 'cpuNs')?.believed).toBe(1)
  expect(summary.figure('single', 'a', 'requestsPerSecond')?.believed).toBe(0)
})

test('the ratio to the floor goes by pairs of rounds', () => {
  const summary = new Summary(
    [1, 2, 3].flatMap((round) => [
      measurement('single', 'floor', round, { cpuNs: 100 * round }),
      measurement('single', 'a', round, { cpuNs: 150 * round }),
    ]),
  )
  expect(summary.figure('single', 'a', 'cpuNs')?.toFloor).toBe(1.5)
  expect(summary.ratio('single', 'cpuNs', 'a', 'floor')).toEqual({ value: 1.5, low: 1.5, high: 1.5 })
  expect(summary.values('single', 'a', 'cpuNs', true)).toEqual([1.5, 1.5, 1.5])
})

test('there is no ratio to a floor that was not measured, and no figure without a value', () => {
  const summary = new Summary([measurement('single', 'a', 1, { cpuNs: 1 })])
  expect(summary.figure('single', 'a', 'cpuNs')?.toFloor).toBeUndefined()
  expect(summary.figure('single', 'a', 'startupMs')).toBeUndefined()
  expect(summary.figure('single', 'b', 'cpuNs')).toBeUndefined()
})

test('cores that others used make a doubt, and time that other machines took', () => {
  const quiet = { available: 10, busy: 8, idle: 1.9, stolen: 0.1, ours: 7.8 }
  const codes = (time: Parameters<typeof judgeCores>[0]) => judgeCores(time).map(({ code }) => code)
  expect(codes(quiet)).toEqual([])
  expect(codes({ ...quiet, ours: 7 })).toEqual(['FOREIGN_LOAD'])
  expect(codes({ ...quiet, stolen: 1 })).toEqual(['STOLEN_TIME'])
  expect(codes({ ...quiet, stolen: 1, ours: 0 })).toEqual(['STOLEN_TIME', 'FOREIGN_LOAD'])
  expect(codes({ ...quiet, ours: undefined })).toEqual([])
  expect(codes({ ...quiet, ours: 7, idle: 2.9 })).toEqual([]) // busy at every tick, idle between them
  expect(codes({ ...quiet, ours: 7, idle: 2 })).toEqual(['FOREIGN_LOAD'])
  expect(judgeCores({ ...quiet, ours: 7 })[0]?.text).toContain('10 %')
})
