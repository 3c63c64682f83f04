import { describe, expect, test } from 'vitest'
import { type LoadResult, type ProcessReport } from '../../bench/generator/load-result.js'
import { Histogram } from '../../bench/generator/histogram.js'
import { summarize } from '../../bench/generator/latency-summary.js'
import { doubts, type Symptoms } from '../../bench/generator/self-doubt.js'
import { VirtualLoad, type VirtualOptions } from './virtual-load.js'

const EMPTY = summarize(new Histogram())

function symptoms(
  some: { busy?: number; lag?: number; lateness?: number; p99?: number } & Partial<Symptoms>,
): Symptoms {
  const { busy = 0.5, lag = 0, lateness = 0, p99 = 10, ...rest } = some
  const process: ProcessReport = {
    pid: 1,
    core: null,
    connections: 1,
    userMs: 0,
    kernelMs: 0,
    busy,
    lag: { ...EMPTY, p99: lag },
    residentBytes: 0,
  }
  const generatorLateness = { ...EMPTY, p99: lateness }
  const latency = { ...EMPTY, count: 1, p99 }
  return {
    answered: 1,
    lost: 0,
    processes: [process],
    schedule: { lateByGenerator: 0, lateByServer: 0, generatorLateness },
    fromPlan: latency,
    fromSend: latency,
    ...rest,
  }
}

const codes = (some: Parameters<typeof symptoms>[0]): string[] =>
  doubts(symptoms(some)).map(({ code }) => code)

describe('a run is doubted', () => {
  test.each([
    ['a generator that used its core up', { busy: 0.96 }, 'GENERATOR_CPU'],
    ['a loop that was held', { lag: 6, p99: 50 }, 'GENERATOR_LAG'],
    ['sending behind its own plan', { lateness: 3, p99: 20 }, 'GENERATOR_LATE'],
    ['a process that was lost', { lost: 1 }, 'GENERATOR_LOST'],
    ['nothing that was answered', { answered: 0 }, 'NO_RESPONSES'],
  ] as const)('for %s', (_, some, code) => {
    expect(codes(some)).toEqual([code])
  })

  test.each([
    ['a generator with time left', { busy: 0.9 }],
    ['a loop that was held for less than timers are late', { lag: 4.9, p99: 1 }],
    ['a loop that was held for short, compared with what it measured', { lag: 90, p99: 1000 }],
    ['sending late by less than timers are', { lateness: 1.9, p99: 1 }],
    ['sending late by little, compared with what it measured', { lateness: 20, p99: 500 }],
  ] as const)('but not for %s', (_, some) => {
    expect(codes(some)).toEqual([])
  })

  test('with words that hold the numbers', () => {
    expect(doubts(symptoms({ lag: 60.25, p99: 50 }))[0]!.message).toContain(
      '60.3 ms (p99), with latencies of 50.0 ms',
    )
  })
})

/** A generator whose process holds its loop for `heldMs` out of every `everyMs`, on a server that answers after 5 ms. */
function slowGenerator(everyMs: number, heldMs: number, options: VirtualOptions): Promise<LoadResult> {
  const load: VirtualLoad = new VirtualLoad(({ reply }) => void load.reactor.delay(5, () => reply()), options)
  const hold = (): void => {
    load.clock.advance(heldMs)
    load.reactor.delay(everyMs - heldMs, hold)
  }
  load.reactor.delay(everyMs, hold)
  return load.run()
}

describe('a generator that is slow itself', () => {
  const OPEN = { connections: 20, rate: 200, durationMs: 5000 }

  test('notices in an open loop that its loop was held, and that it sent late', async () => {
    const result = await slowGenerator(100, 50, OPEN)
    expect(result.validity.valid).toBe(false)
    expect(result.validity.reasons.map(({ code }) => code)).toEqual(['GENERATOR_LAG', 'GENERATOR_LATE'])
    expect(result.processes[0]!.lag.max).toBeGreaterThan(40)
    expect(result.schedule!.lateByServer).toBe(0)
    expect(result.counts).toEqual({ planned: 1000, sent: 1000, answered: 1000, failed: 0 }) // late, and not skipped
  })

  test('notices it in a closed loop', async () => {
    const result = await slowGenerator(100, 50, { connections: 20, durationMs: 2000 })
    expect(result.validity.reasons.map(({ code }) => code)).toEqual(['GENERATOR_LAG'])
  })

  test('counts every moment that a long hold has missed, not just one', async () => {
    const result = await slowGenerator(1000, 500, { ...OPEN, durationMs: 10_000 })
    expect(result.processes[0]!.lag.p90).toBeGreaterThan(350)
    expect(result.processes[0]!.lag.p75).toBeGreaterThan(200)
  })

  test('is content where it was held for a moment only', async () => {
    const result = await slowGenerator(1000, 2, OPEN)
    expect(result.validity).toEqual({ valid: true, reasons: [] })
  })

  test('notices that it used its core up', async () => {
    let userMs = 0
    const usage = (): { userMs: number; kernelMs: number; residentBytes: number } => {
      userMs += 960
      return { userMs, kernelMs: userMs / 4, residentBytes: 0 }
    }
    const load: VirtualLoad = new VirtualLoad(({ reply }) => reply(), { connections: 1, rate: 100, usage })
    const result = await load.run()
    expect(result.processes[0]!.busy).toBeCloseTo(1.2)
    expect(result.validity.reasons.map(({ code }) => code)).toEqual(['GENERATOR_CPU'])
  })
})
