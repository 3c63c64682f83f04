import fc from 'fast-check'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { encodeHdr } from '../../bench/generator/hdr-encoding.js'
import { Histogram, LONGEST_US } from '../../bench/generator/histogram.js'
import { summarize } from '../../bench/generator/latency-summary.js'
import '../reactor/seed.js'

/** Microseconds, small and large ones equally often. */
const latencies = fc.array(
  fc.tuple(fc.nat(31), fc.nat(2 ** 31 - 1)).map(([bits, value]) => value % 2 ** bits),
  { minLength: 1, maxLength: 300 },
)
const percents = fc.double({ min: 0.01, max: 100, noNaN: true })

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const us of values) histogram.add(us / 1000)
  return histogram
}

/** The smallest value that so many percent of all don't exceed. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9)) - 1]!
}

describe('a histogram', () => {
  test('is exact to 0.1 %, and to the microsecond below 2 ms', () => {
    fc.assert(
      fc.property(latencies, percents, (values, percent) => {
        const exact = exactPercentile(values, percent)
        const measured = histogramOf(values).percentile(percent) * 1000
        expect(measured).toBeGreaterThanOrEqual(exact - 1e-6)
        expect(measured - exact).toBeLessThanOrEqual(exact < 2048 ? 1e-6 : exact / 1000)
      }),
    )
  })

  test('knows least, most and mean exactly', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values)
        expect(histogram.count).toBe(values.length)
        expect(histogram.min).toBe(Math.min(...values) / 1000)
        expect(histogram.max).toBe(Math.max(...values) / 1000)
        expect(histogram.mean).toBeCloseTo(values.reduce((sum, us) => sum + us / 1000, 0) / values.length, 6)
      }),
    )
  })

  test('that was merged from several is the one of all values', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const merged = histogramOf(some)
        merged.merge(histogramOf(others).data())
        expect(summarize(merged)).toEqual(summarize(histogramOf([...some, ...others])))
      }),
    )
  })

  test('counts many equal values at once', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 200 }), (us, count) => {
        const atOnce = new Histogram()
        atOnce.add(us / 1000, count)
        const oneByOne = histogramOf(Array.from({ length: count }, () => us))
        expect(atOnce.data()).toEqual(oneByOne.data())
      }),
    )
  })

  test('is read by other libraries, as it is', () => {
    fc.assert(
      fc.property(latencies, percents, (values, percent) => {
        const ours = histogramOf(values)
        const theirs = decodeFromCompressedBase64(encodeHdr(ours))
        expect(theirs.totalCount).toBe(values.length)
        const measured = Math.round(ours.percentile(percent) * 1000)
        // Ours gives the largest value that was there, theirs the end of its bucket.
        const end = theirs.getValueAtPercentile(percent)
        expect(end).toBeGreaterThanOrEqual(measured)
        expect(end - measured).toBeLessThanOrEqual(Math.max(1, measured / 1000))
      }),
      { numRuns: 30 },
    )
  })

  test('holds counts beyond 32 bits', () => {
    const histogram = new Histogram()
    histogram.add(1, 2 ** 40)
    expect(decodeFromCompressedBase64(encodeHdr(histogram), 64).totalCount).toBe(2 ** 40)
    expect(histogram.percentile(50)).toBe(1)
  })

  test('takes what is longer than an hour for an hour, and what is below nothing for nothing', () => {
    const histogram = new Histogram()
    histogram.add(Infinity)
    histogram.add(-1)
    expect([histogram.min, histogram.max]).toEqual([0, LONGEST_US / 1000])
  })

  test('says 0 of everything while it is empty, and once it was emptied', () => {
    const histogram = histogramOf([5, 6])
    histogram.reset()
    const { hdr, ...numbers } = summarize(histogram)
    expect(new Set(Object.values(numbers))).toEqual(new Set([0]))
    expect(decodeFromCompressedBase64(hdr).totalCount).toBe(0)
  })
})
