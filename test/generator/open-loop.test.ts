import { describe, expect, test } from 'vitest'
import { type LoadResult } from '../../bench/generator/load-result.js'
import { reply } from './fake-server.js'
import { VirtualLoad, type VirtualOptions } from './virtual-load.js'

/** A load on a server that takes `ms` for each request, and stands still from `stallFrom` to `stallTo`. */
function load(options: VirtualOptions & { ms?: number; stallFrom?: number; stallTo?: number }): VirtualLoad {
  const { ms = 1, stallFrom = Infinity, stallTo = Infinity, ...rest } = options
  const made: VirtualLoad = new VirtualLoad(({ reply }) => {
    const now = made.clock.now()
    const isStalled = now >= stallFrom && now < stallTo
    made.reactor.delay(isStalled ? stallTo - now : ms, () => reply())
  }, rest)
  return made
}

function expectConserved({ counts }: LoadResult): void {
  expect(counts.answered + counts.failed).toBe(counts.planned)
}

describe('an open loop', () => {
  test('sends each request at its planned moment, whatever the server does', async () => {
    const sentAt: number[] = []
    const made: VirtualLoad = new VirtualLoad(
      ({ reply }) => {
        sentAt.push(made.clock.now())
        made.reactor.delay(700, () => reply())
      },
      { connections: 100, rate: 100, durationMs: 1000 },
    )
    const result = await made.run()
    expect(sentAt).toEqual(Array.from({ length: 100 }, (_, n) => sentAt[0]! + n * 10))
    expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
    expect(result.latency.fromPlan).toMatchObject({ count: 100, p50: 700, max: 700 })
    expect(result.schedule).toMatchObject({ lateByGenerator: 0, lateByServer: 0 })
    expect(result.validity.valid).toBe(true)
  })

  test('lets connections take turns', async () => {
    const made = load({ connections: 4, rate: 100, durationMs: 1000 })
    await made.run()
    expect(made.transports.map(({ counters }) => counters.writes)).toEqual([25, 25, 25, 25])
  })

  test('sends late what could not leave in time, skips nothing, and says whose fault it was', async () => {
    // One connection, one deep, 20 ms a request: 50 a second is all that it can do.
    const result = await load({ ms: 20, connections: 1, rate: 100, durationMs: 1000 }).run()
    expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
    expect(result.schedule).toMatchObject({ lateByServer: 99, lateByGenerator: 0 })
    expect(result.latency.fromSend).toMatchObject({ p50: 20, max: 20 })
    expect(result.latency.fromPlan.max).toBeCloseTo(20 + 99 * 10, 5) // each waits 10 ms longer than the one before
    expect(result.responsesPerSecond).toBe(49)
    expect(result.validity.valid).toBe(true)
  })

  test('shows what coordinated omission hides: a stall of a second in ten', async () => {
    const result = await load({
      connections: 1,
      rate: 1000,
      durationMs: 10_000,
      stallFrom: 3000,
      stallTo: 4000,
      depth: 1,
    }).run()
    expectConserved(result)
    expect(result.latency.fromPlan.p99).toBeGreaterThan(900)
    expect(result.latency.fromSend.p99).toBe(1) // one request of 10,000 has seen the stall
    expect(result.latency.fromSend.max).toBeGreaterThan(990)
  })

  test.each([
    ['many connections', 2000, 1],
    ['deep pipelines', 20, 64],
  ])('reproduces a stall within 2 %%, with %s', async (_, connections, depth) => {
    const options = { connections, depth, rate: 1000, durationMs: 10_000, stallFrom: 3000, stallTo: 4000 }
    const { latency, counts } = await load(options).run()
    expect(counts).toEqual({ planned: 10_000, sent: 10_000, answered: 10_000, failed: 0 })
    for (const [measured, known] of [
      [latency.fromPlan.p50, 1],
      [latency.fromPlan.p95, 500],
      [latency.fromPlan.p99, 900],
      [latency.fromPlan.p999, 990],
    ] as const) {
      expect(Math.abs(measured - known)).toBeLessThanOrEqual(Math.max(0.02 * known, 1))
    }
  })

  test('reproduces a constant delay exactly, from plan and from send', async () => {
    const { latency } = await load({ ms: 100, connections: 50, rate: 400, durationMs: 2000 }).run()
    for (const summary of [latency.fromPlan, latency.fromSend]) {
      for (const value of [summary.p50, summary.p99, summary.max, summary.mean])
        expect(Math.abs(value - 100)).toBeLessThanOrEqual(2)
    }
  })

  test('sends a burst in one write, at one planned moment', async () => {
    const made = load({ connections: 2, depth: 24, burst: 24, rate: 2400, durationMs: 1000 })
    const result = await made.run()
    expect(new Set(made.server.batches)).toEqual(new Set([24]))
    expect(result.depth).toMatchObject({ mean: 24, requestsPerWrite: 24 })
    expect(result.counts.planned).toBe(2400)
  })

  test('gives each response its own latency, where several come in one read', async () => {
    let held = ''
    const made = new VirtualLoad(
      ({ number, transport }) => {
        held += reply('Hello, World!')
        if (number % 5 !== 4) return
        transport.write(held)
        held = ''
      },
      { connections: 1, depth: 8, rate: 100, durationMs: 1000 },
    )
    const { counts, latency, depth } = await made.run()
    expect(counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
    expect(latency.fromPlan).toMatchObject({ count: 100, min: 0, mean: 20, max: 40 })
    expect(depth).toMatchObject({ mean: 3, max: 5, requestsPerWrite: 1, responsesPerRead: 5 })
  })

  test('raises the rate evenly over the ramp', async () => {
    const sentAt: number[] = []
    const made: VirtualLoad = new VirtualLoad(
      ({ reply }) => {
        sentAt.push(made.clock.now())
        reply()
      },
      { connections: 10, rate: 1000, rampMs: 1000, durationMs: 1000 },
    )
    const { counts } = await made.run()
    const quarter = (n: number): number =>
      sentAt.filter((at) => Math.floor((at - sentAt[0]!) / 250) === n).length
    for (const [n, known] of [31, 94, 156, 219, 250, 250].entries())
      expect(Math.abs(quarter(n) - known)).toBeLessThanOrEqual(4)
    expect(counts.planned).toBe(1000)
  })

  test('counts what is planned within the window, also where the answer comes behind it', async () => {
    const result = await load({ ms: 500, connections: 100, rate: 100, warmUpMs: 300, durationMs: 400 }).run()
    expect(result.counts).toEqual({ planned: 40, sent: 40, answered: 40, failed: 0 })
    expect(result.responsesPerSecond).toBe(20 / 0.4) // those of the warm-up that came within it
  })

  test('tells what was never sent', async () => {
    const made: VirtualLoad = new VirtualLoad(() => undefined, {
      connections: 2,
      rate: 100,
      durationMs: 500,
      timeoutMs: 1000,
    })
    const result = await made.run()
    expectConserved(result)
    expect(result.counts.planned).toBe(50)
    expect(result.errors.requests.timeout).toBeGreaterThanOrEqual(2)
    expect(result.errors.requests.unsent).toBeGreaterThan(40)
    expect(result.latency.fromPlan.count).toBe(50) // who waited in vain is not left out
    expect(result.validity.reasons.map(({ code }) => code)).toEqual(['NO_RESPONSES'])
  })
})

describe('a run that is ended early', () => {
  test('has the results so far', async () => {
    const made = load({ ms: 10, connections: 10, rate: 100, durationMs: 10_000 })
    made.reactor.delay(2001, () => made.generator.stop())
    const result = await made.run()
    expect(result.interrupted).toBe(true)
    expect(result.seconds).toBeCloseTo(2, 1)
    expect(result.counts).toEqual({ planned: 200, sent: 200, answered: 200, failed: 0 })
    expect(result.timeline).toHaveLength(2)
  })

  test('does not wait for what never comes', async () => {
    const made: VirtualLoad = new VirtualLoad(() => undefined, {
      connections: 3,
      durationMs: 60_000,
      depth: 2,
    })
    made.reactor.delay(500, () => made.generator.stop())
    const result = await made.run()
    expect(made.clock.now()).toBeLessThan(2000)
    expect(result.errors.requests.unanswered).toBe(6)
    expectConserved(result)
  })
})
