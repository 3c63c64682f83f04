import fc from 'fast-check'
import { expect, test } from 'vitest'
import { medianEstimate, pairedRatioEstimate, ratioEstimate } from '../../bench/statistics/bootstrap.js'
import { mannWhitney } from '../../bench/statistics/mann-whitney.js'
import { seedFor } from '../../bench/statistics/shuffled.js'
import '../reactor/seed.js'

const seeds = fc.integer({ min: 0, max: 0xffff_ffff })
const amount = fc.integer({ min: 1, max: 1_000_000 })
const sample = fc.array(amount, { minLength: 1, maxLength: 7 })

test('a median and its interval lie among the values, in order', () => {
  fc.assert(
    fc.property(sample, seeds, (values, seed) => {
      const { value, low, high } = medianEstimate(values, seed)
      expect(low).toBeGreaterThanOrEqual(Math.min(...values))
      expect(high).toBeLessThanOrEqual(Math.max(...values))
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }),
    { numRuns: 50 },
  )
})

test('the same seed gives the same interval, and values that are alike one without width', () => {
  fc.assert(
    fc.property(sample, amount, seeds, (values, alike, seed) => {
      expect(medianEstimate(values, seed)).toEqual(medianEstimate(values, seed))
      expect(medianEstimate([alike, alike, alike], seed)).toEqual({ value: alike, low: alike, high: alike })
    }),
    { numRuns: 20 },
  )
})

test('the median of an even number of values lies between the middle ones', () => {
  expect(medianEstimate([4, 1, 3, 2], 1).value).toBe(2.5)
  expect(medianEstimate([9, 1, 5], 1).value).toBe(5)
})

test('the interval of a median leaves out what only a rare resample reaches', () => {
  const values = [1, 100, 100, 100, 100, 100, 100, 100, 100, 1_000_000]
  expect(medianEstimate(values, 7)).toEqual({ value: 100, low: 100, high: 100 })
})

test('the ratio of a sample to itself is 1, within its interval; of a multiple, that multiple', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 1, max: 50 }), seeds, (values, factor, seed) => {
      const self = ratioEstimate(values, values, seed)
      expect(self.value).toBe(1)
      expect(self.low).toBeLessThanOrEqual(1)
      expect(self.high).toBeGreaterThanOrEqual(1)
      const larger = values.map((value) => value * factor)
      expect(ratioEstimate(larger, values, seed).value).toBeCloseTo(factor, 6)
    }),
    { numRuns: 50 },
  )
})

test('what disturbs both of a pair alike does not widen the interval of a paired ratio', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 1, max: 50 }), seeds, (machine, factor, seed) => {
      const pairs = machine.map((slow): [number, number] => [slow * factor, slow])
      const { value, low, high } = pairedRatioEstimate(pairs, seed)
      for (const each of [value, low, high]) expect(each).toBeCloseTo(factor, 6)
    }),
    { numRuns: 50 },
  )
})

/** All ways to deal the pooled values into two heaps, one by one. */
function byEnumeration(a: readonly number[], b: readonly number[]): number {
  const pooled = [...a, ...b]
  const wins = (chosen: ReadonlySet<number>): number => {
    let u = 0
    for (const [i, one] of pooled.entries()) {
      if (!chosen.has(i)) continue
      for (const [j, other] of pooled.entries()) {
        if (!chosen.has(j)) u += one > other ? 1 : one === other ? 0.5 : 0
      }
    }
    return u
  }
  const expected = (a.length * b.length) / 2
  const seen = Math.abs(wins(new Set(a.keys())) - expected)
  let all = 0
  let asFar = 0
  for (let mask = 0; mask < 2 ** pooled.length; mask++) {
    const chosen = new Set([...pooled.keys()].filter((i) => (mask >> i) & 1))
    if (chosen.size !== a.length) continue
    all++
    if (Math.abs(wins(chosen) - expected) >= seen - 1e-9) asFar++
  }
  return asFar / all
}

test('Mann and Whitney agree with an enumeration of all ways to deal the values, ties included', () => {
  const few = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(few, few, (a, b) => {
      expect(mannWhitney(a, b)).toBeCloseTo(byEnumeration(a, b), 9)
      expect(mannWhitney(a, b)).toBeCloseTo(mannWhitney(b, a), 9)
    }),
  )
})

test('samples that lie apart are as unlikely as their sizes allow: 5 against 5 is 2 of 252', () => {
  expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252, 9)
  expect(mannWhitney([1, 2, 3], [4, 5, 6])).toBeCloseTo(2 / 20, 9)
  expect(mannWhitney([1, 2, 3], [1, 2, 3])).toBe(1)
})

test('every part of a run has a seed of its own', () => {
  const all = ['pipelined', 'single'].flatMap((name) => [1, 2, 3].map((round) => seedFor(7, name, round)))
  expect(new Set(all).size).toBe(all.length)
  expect(seedFor(7, 'single', 12)).not.toBe(seedFor(7, 'single1', 2))
})
