import { describe, expect, it } from 'vitest'
import type { ServeOptions } from '../../src/http/server-options.js'
import { endOfRead } from '../../src/io/flush-policy.js'
import { get, type MemoryClient, VirtualServer } from './memory-client.js'

/**
 * A server whose handlers take as long as `costs` says, by path. Its time slice is so long that only the flush
 * policy decides. `before` has for each request the writes that had left when its handler began.
 */
class Paced {
  readonly before: number[] = []
  readonly virtual: VirtualServer
  readonly client: MemoryClient

  constructor(costs: (path: string, nth: number) => number, options: Partial<ServeOptions> = {}) {
    this.virtual = new VirtualServer(
      (asked, response) => {
        this.before.push(this.client.writes)
        this.virtual.clock.advance(costs(asked.path, this.before.length - 1))
        response.send(asked.path)
      },
      { timeSliceMs: 1e6, ...options },
    )
    this.client = this.virtual.connect()
  }

  /** Sends requests in one packet. @returns how many writes had left before each of their handlers, and at the end */
  burst(...paths: string[]): number[] {
    const [writes, runs] = [this.client.writes, this.before.length]
    this.client.send(paths.map((path) => get(path)).join(''))
    this.virtual.run()
    return [...this.before.slice(runs), this.client.writes].map((count) => count - writes)
  }

  /** Serves a path until it is trusted. */
  train(...paths: string[]): this {
    for (let i = 0; i < 8; i++) for (const path of paths) this.burst(path)
    return this
  }
}

const slowIsSlow = (path: string): number => (path.startsWith('/slow') ? 5 : 0)

describe('the cost rule', () => {
  it('lets ready replies leave before a handler that is known to be slow', () => {
    const paced = new Paced(slowIsSlow).train('/a', '/slow')
    expect(paced.burst('/a', '/a', '/slow')).toEqual([0, 0, 1, 2])
  })

  it('lets replies leave before a path that was never measured, and not before it is known to be fast', () => {
    const paced = new Paced(() => 0).train('/a')
    expect(paced.burst('/a', '/new', '/a')).toEqual([0, 1, 1, 2])
    expect(paced.burst('/a', '/new', '/a')).toEqual([0, 0, 0, 1])
  })

  it('counts an empty batch as nothing to flush: sixteen of one new path leave in one write', () => {
    const paths = Array.from({ length: 16 }, () => '/new')
    expect(new Paced(() => 0).burst(...paths)).toEqual([...paths.map(() => 0), 1])
  })

  it('takes newcomers for fast after sixteen were, and for slow again after one was slow', () => {
    const paced = new Paced(slowIsSlow)
    paced.burst(...Array.from({ length: 17 }, (_, i) => `/n${i}`))
    expect(paced.burst('/p0', '/p1', '/p2')).toEqual([0, 0, 0, 1])
    paced.burst('/slow')
    expect(paced.burst('/q0', '/q1', '/q2')).toEqual([0, 1, 2, 3])
  })

  it('learns that a path has become fast', () => {
    let cost = 8
    const paced = new Paced((path) => (path === '/x' ? cost : 0)).train('/a')
    paced.burst('/x')
    cost = 0
    expect(paced.burst('/a', '/x')).toEqual([0, 1, 2])
    for (let i = 0; i < 4; i++) paced.burst('/x')
    expect(paced.burst('/a', '/x')).toEqual([0, 0, 1])
  })

  it('learns that a path has become slow', () => {
    let cost = 0
    const paced = new Paced((path) => (path === '/x' ? cost : 0)).train('/a', '/x')
    expect(paced.burst('/a', '/x')).toEqual([0, 0, 1])
    cost = 8
    for (let i = 0; i < 10; i++) paced.burst('/x')
    expect(paced.burst('/a', '/x')).toEqual([0, 1, 2])
  })

  it('knows a path whatever its query', () => {
    const paced = new Paced(slowIsSlow).train('/a', '/slow')
    expect(paced.burst('/a', '/slow?b')).toEqual([0, 1, 2])
  })

  it('follows the budget that was set', () => {
    const paced = new Paced(slowIsSlow, { flushBudgetMs: 5 }).train('/a', '/slow')
    expect(paced.burst('/a', '/slow')).toEqual([0, 0, 1])
    const strict = new Paced((path) => (path === '/slow' ? 0.2 : 0), { flushBudgetMs: 0.1 }).train(
      '/a',
      '/slow',
    )
    expect(strict.burst('/a', '/slow')).toEqual([0, 1, 2])
  })
})

describe('the age rule', () => {
  it('lets a batch leave before the next handler once its oldest reply is older than the budget', () => {
    const paced = new Paced((path) => (path === '/a' ? 0.4 : 0))
    paced.burst('/a')
    // The age counts from the last look at the clock before the oldest reply: 1.2 ms before the fourth handler.
    expect(paced.burst('/a', '/a', '/a', '/a', '/a')).toEqual([0, 0, 0, 1, 1, 2])
  })

  it('holds a batch of trusted handlers for the budget and eight handlers at most', () => {
    const paced = new Paced((path) => (path === '/a' ? 0.4 : 0)).train('/a')
    const counts = paced.burst(...Array.from({ length: 60 }, () => '/a'))
    const batches = new Map<number, number>()
    for (const count of counts) batches.set(count, (batches.get(count) ?? 0) + 1)
    expect(Math.max(...batches.values())).toBeLessThanOrEqual(3 + 8)
    expect(batches.size).toBeLessThan(30)
  })
})

describe('an unforeseen slow handler', () => {
  it('is reported, with the replies that it held and for how long', () => {
    let cost = 0
    const paced = new Paced((path, nth) => (path === '/a' && nth % 10 === 9 ? cost : 0))
    paced.train('/a')
    expect(paced.virtual.server.statistics()).toMatchObject({ repliesHeld: 0, longestHoldMs: 0 })
    cost = 30
    while (paced.before.length % 10 !== 0) paced.burst('/a')
    paced.burst(...Array.from({ length: 20 }, () => '/a'))
    const { repliesHeld, longestHoldMs } = paced.virtual.server.statistics()
    expect(repliesHeld).toBeGreaterThanOrEqual(9)
    expect(repliesHeld).toBeLessThanOrEqual(19)
    expect(longestHoldMs).toBe(30)
  })

  it('is not reported when no reply was waiting', () => {
    const paced = new Paced((_path, nth) => (nth === 20 ? 30 : 0))
    for (let i = 0; i < 40; i++) paced.burst('/a')
    expect(paced.virtual.server.statistics()).toMatchObject({ repliesHeld: 0, longestHoldMs: 0 })
  })

  it('that is foreseen holds nothing: what was ready has left', () => {
    const paced = new Paced(slowIsSlow).train('/a', '/slow')
    for (let i = 0; i < 10; i++) paced.burst('/a', '/a', '/slow', '/a', '/slow')
    expect(paced.virtual.server.statistics().repliesHeld).toBe(0)
  })
})

describe('a flush policy', () => {
  it('per-response lets every reply leave by itself', () => {
    expect(new Paced(() => 0, { flush: 'per-response' }).burst('/a', '/a', '/a')).toEqual([0, 1, 2, 3])
  })

  it('end-of-turn glues what several reads of one turn made ready', () => {
    const gathered = new Paced(() => 0, { flush: 'end-of-turn' }).train('/a')
    const before = gathered.client.writes
    gathered.client.send(get('/a'), get('/a'), get('/a')) // three packets, read in one turn
    gathered.virtual.run()
    expect(gathered.client.writes - before).toBe(1)
    const byRead = new Paced(() => 0).train('/a')
    const writes = byRead.client.writes
    byRead.client.send(get('/a'), get('/a'), get('/a'))
    byRead.virtual.run()
    expect(byRead.client.writes - writes).toBe(3)
  })

  it('end-of-turn has the cost rule too', () => {
    const paced = new Paced(slowIsSlow, { flush: 'end-of-turn' }).train('/a', '/slow')
    expect(paced.burst('/a', '/a', '/slow')).toEqual([0, 0, 1, 2])
  })

  it('of one’s own decides before each handler that finds replies ready', () => {
    const asked: number[][] = []
    const flush = {
      ...endOfRead(),
      leavesBefore: (expectedMs: number, ageMs: number) => asked.push([expectedMs, ageMs]) % 2 === 0,
    }
    const paced = new Paced(() => 0, { flush })
    expect(paced.burst('/a', '/a', '/a', '/a', '/a')).toEqual([0, 0, 1, 1, 2, 3])
    expect(asked).toEqual(Array.from({ length: 4 }, () => [0, 0]))
  })

  it('never loses a reply, whatever it says', () => {
    for (const leavesAfterReply of [true, false]) {
      for (const leavesAtEndOfRead of [true, false]) {
        for (const leaves of [true, false]) {
          const flush = { name: 'x', leavesAfterReply, leavesAtEndOfRead, leavesBefore: () => leaves }
          const paced = new Paced(slowIsSlow, { flush })
          paced.burst('/a', '/slow', '/a', '/b')
          expect(paced.client.answers()).toEqual(['200 /a', '200 /slow', '200 /a', '200 /b'])
        }
      }
    }
  })
})
