import { VirtualClock } from 'calandria'
import { expect, test } from 'vitest'
import { type LoadResult } from '../../bench/generator/load-result.js'
import { VirtualLoad } from './virtual-load.js'

/** A clock that goes on by 5 µs whenever somebody looks at it: time for a busy loop to be busy in. */
class TickingClock extends VirtualClock {
  override now(): number {
    this.advance(0.005)
    return super.now()
  }
}

/** 333 requests a second: nearly all of them are due between two whole milliseconds. */
function load(spin: boolean, clock: VirtualClock, usedShare: number): Promise<LoadResult> {
  const usage = () => ({ userMs: usedShare * clock.now(), kernelMs: 0, residentBytes: 0 })
  const options = { connections: 4, rate: 333, durationMs: 300, spin, clock, usage }
  return new VirtualLoad(({ reply }) => reply(), options).run()
}

test('a generator that spins is exact to microseconds, and its idle rounds are no work', async () => {
  const result = await load(true, new TickingClock(), 1)
  expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
  expect(result.schedule!.generatorLateness.p99).toBeLessThan(0.1) // the first one waits for the timer of the start
  expect(result.processes[0]!.userMs).toBeGreaterThan(250)
  expect(result.processes[0]!.busy).toBeLessThan(0.2)
})

test('one that waits by timers is up to a millisecond late', async () => {
  const result = await load(false, new VirtualClock(), 0.1)
  expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
  expect(result.schedule!.generatorLateness.max).toBeGreaterThan(0.5)
  expect(result.schedule!.generatorLateness.max).toBeLessThanOrEqual(1)
  expect(result.processes[0]!.busy).toBeCloseTo(0.1, 2)
})
