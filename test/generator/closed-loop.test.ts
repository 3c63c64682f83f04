import { describe, expect, test } from 'vitest'
import { type Answer } from './fake-server.js'
import { VirtualLoad } from './virtual-load.js'

/** Answers each request after so many milliseconds of the virtual clock. */
const late =
  (load: () => VirtualLoad, ms: number): Answer =>
  ({ reply }) =>
    void load().reactor.delay(ms, () => reply())

/** A load on a server that takes so long for each request. */
function slowly(ms: number, options: ConstructorParameters<typeof VirtualLoad>[1]): VirtualLoad {
  const load: VirtualLoad = new VirtualLoad(
    late(() => load, ms),
    options,
  )
  return load
}

describe('a closed loop', () => {
  test('asks as fast as it is answered, and not faster', async () => {
    const result = await slowly(10, { connections: 5, durationMs: 1000 }).run()
    expect(result.counts).toEqual({ planned: 500, sent: 500, answered: 500, failed: 0 })
    expect(result.responsesPerSecond).toBe(495) // the last five come as the window closes
    expect(result.latency.fromPlan).toMatchObject({ count: 500, p50: 10, p9999: 10, max: 10 })
    expect(result.latency.fromSend.hdr).toBe(result.latency.fromPlan.hdr)
    expect(result.schedule).toBeNull()
    expect(result.validity).toEqual({ valid: true, reasons: [] })
  })

  test.each([1, 2, 24, 100])('sends %i requests in one write, and reaches that depth', async (depth) => {
    const load = slowly(10, { connections: 3, depth, durationMs: 100 })
    const result = await load.run()
    expect(result.depth).toEqual({
      asked: depth,
      mean: depth,
      max: depth,
      requestsPerWrite: depth,
      responsesPerRead: expect.closeTo(1, 1) as number, // each reply is a write of its own here
    })
    expect(new Set(load.server.batches)).toEqual(new Set([depth]))
    expect(result.counts.answered).toBe(result.counts.planned)
  })

  test('does not count what belongs to the warm-up', async () => {
    const load = slowly(10, { connections: 1, warmUpMs: 500, durationMs: 200 })
    const result = await load.run()
    expect(result.counts).toEqual({ planned: 20, sent: 20, answered: 20, failed: 0 })
    expect(load.server.requests).toBe(70)
    expect(result.seconds).toBe(0.2)
  })

  test('opens its connections evenly over the ramp', async () => {
    const opened: number[] = []
    const load = slowly(1000, { connections: 10, rampMs: 1000, durationMs: 10 })
    const accept = load.server.accept.bind(load.server)
    load.server.accept = (transport) => {
      opened.push(load.clock.now())
      accept(transport)
    }
    await load.run()
    expect(opened.map((at) => Math.floor(at / 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('closes a connection after so many responses, and opens another one', async () => {
    const load = slowly(10, { connections: 2, depth: 3, requestsPerConnection: 7, durationMs: 1000 })
    const result = await load.run()
    expect(result.counts.failed).toBe(0)
    expect(load.server.batches.slice(0, 6)).toEqual([3, 3, 3, 3, 1, 1]) // seven on each
    expect(result.connections.opened).toBe(load.server.connections)
    expect(load.server.connections).toBeGreaterThan(2 * 30)
    expect(result.connections.closedByServer).toBe(0)
  })

  test('has a second of its timeline for each second of the window, and one for what is left', async () => {
    const result = await slowly(10, { connections: 1, durationMs: 2500 }).run()
    expect(result.timeline.map(({ responses }) => responses)).toEqual([99, 100, 50])
    expect(result.timeline[1]).toMatchObject({ errors: 0, p50: 10, p99: 10, max: 10 })
  })
})
