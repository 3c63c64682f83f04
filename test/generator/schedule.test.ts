import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Schedule, type ScheduleOptions } from '../../bench/generator/schedule.js'
import '../reactor/seed.js'

const options = fc.record({
  rate: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
  burst: fc.integer({ min: 1, max: 50 }),
  rampMs: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 60_000, noNaN: true })),
})
const numbers = fc.nat(10_000_000)

function schedule(some: Partial<ScheduleOptions>): Schedule {
  return new Schedule({ rate: 1000, burst: 1, rampMs: 0, process: 0, processes: 1, ...some })
}

/** To the last bits of a double. */
function expectClose(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(expected * 1e-15 * 4)
}

describe('a schedule', () => {
  test('has its n-th request at n / rate, however large n is: nothing adds up', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), numbers, (rate, n) => {
        expectClose(schedule({ rate }).dueAt(n), (n * 1000) / rate)
      }),
    )
    expect(schedule({ rate: 1000 }).dueAt(86_400_000)).toBe(86_400_000) // a day, to the millisecond
  })

  test('never goes back', () => {
    fc.assert(
      fc.property(options, numbers, (some, n) => {
        const made = schedule(some)
        expect(made.dueAt(n + 1)).toBeGreaterThanOrEqual(made.dueAt(n))
      }),
    )
  })

  test('has the requests of a burst at one moment, and bursts at the rate', () => {
    fc.assert(
      fc.property(options, numbers, (some, n) => {
        const made = schedule({ ...some, rampMs: 0 })
        const first = Math.floor(n / some.burst) * some.burst
        expect(made.dueAt(n)).toBe(made.dueAt(first))
        expectClose(made.dueAt(n), (first * 1000) / some.rate)
      }),
    )
  })

  test('is the same for one process and for several together', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 8 }), fc.nat(500), (some, processes, bursts) => {
        const one = schedule(some)
        const all = Array.from({ length: processes }, (_, process) =>
          schedule({ ...some, process, processes }),
        )
        const count = bursts * processes * some.burst
        const merged = all
          .flatMap((part) => Array.from({ length: count / processes }, (_, n) => part.dueAt(n)))
          .sort((a, b) => a - b)
        expect(merged).toEqual(Array.from({ length: count }, (_, n) => one.dueAt(n)))
      }),
      { numRuns: 30 },
    )
  })

  test('sends half of what it would without a ramp while the rate rises, and goes on at the full rate', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 1e5, noNaN: true }),
        fc.double({ min: 100, max: 60_000, noNaN: true }),
        (rate, rampMs) => {
          const made = schedule({ rate, rampMs })
          const inRamp = made.dueBefore(rampMs)
          expect(Math.abs(inRamp - (rate / 1000) * (rampMs / 2))).toBeLessThanOrEqual(1)
          const step = made.dueAt(inRamp + 101) - made.dueAt(inRamp + 1)
          expect(step).toBeCloseTo((100 * 1000) / rate, 4)
          const quarter = made.dueBefore(rampMs / 2) // a quarter of the triangle in the first half of its time
          expect(Math.abs(quarter - inRamp / 4)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  test('counts those before a moment: all of them, and none that is due at it', () => {
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: -10, max: 1000, noNaN: true }),
        (some, processes, ms) => {
          const made = schedule({ ...some, processes, process: processes - 1 })
          const count = made.dueBefore(ms)
          if (count > 0) expect(made.dueAt(count - 1)).toBeLessThan(ms)
          expect(made.dueAt(count)).toBeGreaterThanOrEqual(ms)
        },
      ),
    )
  })
})
