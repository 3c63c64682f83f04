import { describe, expect, it } from 'vitest'
import { Scope } from '../../src/reactor/scope.js'
import { Semaphore } from '../../src/reactor/semaphore.js'
import { seededRandom } from './seed.js'
import { SettlingReactor } from './settling.js'

describe('Semaphore', () => {
  it('lets so many go on at a time, in the order in which they came', async () => {
    const kit = new SettlingReactor()
    const semaphore = new Semaphore(2)
    const log: string[] = []
    const running = Scope.run(kit.reactor, (scope) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        void scope.spawn(() =>
          semaphore.use(() => {
            log.push(`${name} at ${kit.clock.now()}`)
            return scope.sleep(10)
          }, scope),
        )
      }
    })
    await kit.settle()
    expect([semaphore.free, semaphore.waiting]).toEqual([0, 3])
    await kit.outcome(running)
    expect(log).toEqual(['a at 0', 'b at 0', 'c at 10', 'd at 10', 'e at 20'])
    expect([semaphore.free, semaphore.waiting]).toEqual([2, 0])
  })

  it('gives a permit to who waits, and not to who comes at that moment', async () => {
    const semaphore = new Semaphore(1)
    const held = await semaphore.acquire()
    const waiting = semaphore.acquire()
    held.release()
    expect(semaphore.tryAcquire()).toBeNull()
    const next = await waiting
    next.release()
    expect(semaphore.tryAcquire()).not.toBeNull()
  })

  it('takes a permit back once, however often it is released', async () => {
    const semaphore = new Semaphore(1)
    {
      using permit = await semaphore.acquire()
      permit.release()
    }
    expect(semaphore.free).toBe(1)
  })

  it('takes it back when the work throws', async () => {
    const semaphore = new Semaphore(1)
    await expect(semaphore.use(() => Promise.reject(new Error('work')))).rejects.toThrow('work')
    expect(semaphore.free).toBe(1)
  })

  it('lets those whose signal aborts leave the line from anywhere, and the others keep their order', async () => {
    const semaphore = new Semaphore(1)
    const held = await semaphore.acquire()
    const random = seededRandom(1)
    const order: number[] = []
    const expected: number[] = []
    const reason = new Error('left')
    const all = Array.from({ length: 200 }, (_, i) => {
      const controller = new AbortController()
      const outcome = semaphore
        .use(() => order.push(i), { signal: controller.signal })
        .catch((error: unknown) => error)
      return { controller, outcome, leaves: random() < 0.4 }
    })
    await Promise.resolve()
    all.forEach(({ controller, leaves }, i) => {
      if (leaves) controller.abort(reason)
      else expected.push(i)
    })
    expect(semaphore.waiting).toBe(expected.length)
    held.release()
    const outcomes = await Promise.all(all.map(({ outcome }) => outcome))
    expect(order).toEqual(expected)
    expect(outcomes.filter((outcome) => outcome === reason)).toHaveLength(200 - expected.length)
    expect([semaphore.free, semaphore.waiting]).toEqual([1, 0])
  })

  it('takes no permit with a signal that was aborted before', async () => {
    const semaphore = new Semaphore(1)
    const reason = new Error('too late')
    await expect(semaphore.acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(semaphore.free).toBe(1)
  })

  it.each([0, -1, 1.5, NaN, Infinity])('refuses %s permits', (permits) => {
    expect(() => new Semaphore(permits)).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }))
  })
})
