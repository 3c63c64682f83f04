import { describe, expect, it } from 'vitest'
import { Delay } from '../../src/reactor/coroutine.js'
import { Scope } from '../../src/reactor/scope.js'
import type { SchedulingGroup } from '../../src/reactor/scheduling-group.js'
import { SettlingReactor } from './settling.js'
import { makeVirtualReactor } from './virtual-reactor.js'

/** Exact in binary: eight of them are a slice. */
const TASK_MS = 0.125

function make() {
  const { reactor, clock } = makeVirtualReactor()
  const log: string[] = []
  const post = (group: SchedulingGroup, count: number, ms = TASK_MS): void => {
    for (let i = 0; i < count; i++) {
      group.post(() => {
        log.push(group.name)
        clock.advance(ms)
      })
    }
  }
  const run = (turns = Infinity): string[] => {
    for (let turn = 0; turn < turns && reactor.hasWork; turn++) reactor.turn()
    return log.splice(0)
  }
  return { reactor, clock, post, run, ...reactor.groups }
}

const count = (log: readonly string[], name: string): number => log.filter((each) => each === name).length

describe('scheduling groups', () => {
  it('are three from the start, with 8, 4 and 1 shares', () => {
    const { reactor, latency, background } = make()
    expect([latency, reactor.groups.default, background].map(({ name, shares }) => [name, shares])).toEqual([
      ['latency', 8],
      ['default', 4],
      ['background', 1],
    ])
  })

  it('share the time out by their shares while all have work', () => {
    const kit = make()
    const { reactor, latency, background } = kit
    for (const group of [background, reactor.groups.default, latency]) kit.post(group, 10_000)
    const log = kit.run(1000)
    expect(count(log, 'latency') / 8).toBeCloseTo(count(log, 'background'), -1)
    expect(count(log, 'default') / 4).toBeCloseTo(count(log, 'background'), -1)
    expect(log).toHaveLength(8000)
  })

  it('let a task of latency run in the next turn, first, in front of 100,000 of background', () => {
    const kit = make()
    kit.post(kit.background, 100_000)
    kit.run(50)
    kit.post(kit.latency, 1)
    expect(kit.run(1)[0]).toBe('latency')
  })

  it('never starve background, though latency always has work', () => {
    const kit = make()
    const busy = (): void => {
      kit.clock.advance(TASK_MS)
      kit.latency.post(busy)
    }
    for (let i = 0; i < 20; i++) busy()
    kit.post(kit.background, 100)
    let turns = 0
    for (let left = 100; left > 0; turns++) left -= count(kit.run(1), 'background')
    expect(turns).toBeLessThanOrEqual(9 * TASK_MS * 100 + 9)
  })

  it('leave all the time to one that is alone', () => {
    const kit = make()
    kit.post(kit.background, 100)
    expect(kit.run(2)).toHaveLength(16)
  })

  it('run first in, first out, whatever the others do', () => {
    const kit = make()
    const ran: number[] = []
    for (let i = 0; i < 100; i++) {
      kit.background.post(() => {
        ran.push(i)
        kit.clock.advance(TASK_MS)
      })
    }
    kit.post(kit.latency, 300)
    kit.run()
    expect(ran).toEqual([...ran.keys()])
    expect(ran).toHaveLength(100)
  })

  it('save nothing up while they have no work, or all they want', () => {
    const kit = make()
    const { latency, background } = kit
    const little = (): void => latency.post(little) // one a turn, which takes no time
    little()
    kit.post(background, 8000)
    kit.run(500)
    kit.post(latency, 1000)
    const log = kit.run(100)
    expect(count(log, 'background')).toBeGreaterThanOrEqual(Math.floor(log.length / 9) - 1)
  })

  it('pay for a task that was too long, as soon as somebody is kept waiting for it', () => {
    const kit = make()
    const { latency, background } = kit
    kit.post(background, 1, 20)
    kit.post(background, 10)
    kit.post(latency, 10_000)
    const log = kit.run()
    const paid = log.slice(log.indexOf('background') + 1)
    expect(paid.indexOf('background')).toBeGreaterThanOrEqual((20 * 8) / TASK_MS - 8)
  })

  it('forget such a debt when the loop has nothing left to do', () => {
    const kit = make()
    kit.post(kit.latency, 1)
    kit.post(kit.background, 1, 20)
    kit.run()
    kit.post(kit.background, 10)
    kit.post(kit.latency, 100)
    expect(kit.run().indexOf('background')).toBeLessThanOrEqual(9)
  })

  it('wait for the next turn with what is posted during one', () => {
    const kit = make()
    const ran: string[] = []
    kit.background.post(() => {
      ran.push('background')
      kit.latency.post(() => ran.push('latency'))
    })
    kit.reactor.turn()
    expect(ran).toEqual(['background'])
    kit.reactor.turn()
    expect(ran).toEqual(['background', 'latency'])
  })

  it('can be changed in their shares at any time', () => {
    const kit = make()
    kit.post(kit.background, 1000)
    kit.post(kit.latency, 1000)
    kit.background.shares = 8
    const log = kit.run(100)
    expect(count(log, 'background')).toBe(count(log, 'latency'))
  })

  it('can be made, and stand in the statistics by their names', () => {
    const kit = make()
    const mail = kit.reactor.group({ name: 'mail', shares: 2.5 })
    kit.post(mail, 3)
    kit.run()
    expect(kit.reactor.statistics().groups).toMatchObject({ mail: { shares: 2.5, tasksRun: 3 } })
  })

  it.each([
    { name: '', shares: 1 },
    { name: 'x'.repeat(65), shares: 1 },
    { name: 7 as unknown as string, shares: 1 },
    { name: 'latency', shares: 1 },
    { name: 'a', shares: 0.5 },
    { name: 'a', shares: 10_001 },
    { name: 'a', shares: NaN },
    { name: 'a', shares: '4' as unknown as number },
  ])('refuse $name with $shares shares', (options) => {
    const { reactor } = make()
    expect(() => reactor.group(options)).toThrow(
      expect.objectContaining({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' }),
    )
    expect(Object.keys(reactor.statistics().groups)).toHaveLength(3)
  })

  it('refuse to be more than 32, and shares that are none', () => {
    const { reactor, background } = make()
    for (let i = 3; i < 32; i++) reactor.group({ name: `group ${i}`, shares: 1 })
    const wrong = expect.objectContaining({ code: 'CAL_ERR_OPTION' }) as Error
    expect(() => reactor.group({ name: 'one more', shares: 1 })).toThrow(wrong)
    expect(() => (background.shares = 0)).toThrow(wrong)
    expect(background.shares).toBe(1)
  })
})

describe('in a group', () => {
  /** Who runs as a task of `background` can only do so after this many turns. */
  function flooded() {
    const kit = new SettlingReactor()
    const { reactor, clock } = kit
    const { background } = reactor.groups
    const tasksOf = (name: string): number => reactor.statistics().groups[name]?.tasksRun ?? NaN
    return { kit, reactor, clock, background, tasksOf }
  }

  it('run timers and sleeps that were begun in it, of all that are due', async () => {
    const { kit, reactor, background, tasksOf } = flooded()
    background.delay(5, () => undefined)
    const slept = background.sleep(5)
    reactor.delay(5, () => undefined)
    await kit.pass(5)
    await slept
    expect([tasksOf('background'), tasksOf('default')]).toEqual([2, 1])
  })

  it('a sleep ends with its signal, and leaves no timer', async () => {
    const { kit, reactor, background } = flooded()
    const controller = new AbortController()
    const slept = background.sleep(1000, { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await kit.outcome(slept)).toEqual({ error: new Error('enough') })
    expect(reactor.statistics().timersPending).toBe(0)
  })

  it('run the steps of a scope\u2019s coroutines, its sleeps and yields, and those of scopes inside', async () => {
    const { kit, reactor, background, tasksOf } = flooded()
    const running = Scope.run(
      reactor,
      async (scope) => {
        await scope.sleep(1)
        await scope.yield()
        await scope.nested(function* (inner) {
          expect(inner.group).toBe(background)
          yield new Delay(1)
          yield
          yield Promise.resolve()
        })
      },
      { group: background },
    )
    await kit.pass(10)
    await running
    expect([tasksOf('background'), tasksOf('default')]).toEqual([5, 0])
  })

  it('a scope opens that is opened by one of its tasks', async () => {
    const { kit, reactor, background, tasksOf } = flooded()
    let running: Promise<void> | undefined
    background.post(() => {
      running = Scope.run(reactor, function* () {
        yield
      })
    })
    await kit.settle()
    await running
    expect([tasksOf('background'), tasksOf('default')]).toEqual([2, 0])
  })

  it('a nested scope may be told another', async () => {
    const { kit, reactor, background, tasksOf } = flooded()
    const running = Scope.run(reactor, (scope) =>
      scope.nested(
        function* () {
          yield
        },
        { group: background },
      ),
    )
    await kit.settle()
    await running
    expect(tasksOf('background')).toBe(1)
  })

  it('a deadline does not wait behind the work that it is to end', async () => {
    const { kit, reactor, clock, background } = flooded()
    let cancelledAt = 0
    const running = Scope.run(
      reactor,
      (scope) =>
        scope.within(10, (inner) => {
          inner.signal.addEventListener('abort', () => (cancelledAt = clock.now()))
          return inner.sleep(100)
        }),
      { group: background },
    )
    for (let i = 0; i < 1000; i++) background.post(() => clock.advance(1))
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_DEADLINE' } })
    expect(cancelledAt).toBe(10)
  })
})

describe('reactor.yield() in a group', () => {
  function yielding() {
    const kit = new SettlingReactor()
    const { reactor } = kit
    const tasks = (): Record<string, number> =>
      Object.fromEntries(
        Object.entries(reactor.statistics().groups).map(([name, { tasksRun }]) => [name, tasksRun]),
      )
    return { kit, reactor, tasks, ...reactor.groups }
  }

  it('comes back in the group of the task that has called it, again and again', async () => {
    const { kit, reactor, tasks, background } = yielding()
    let running: Promise<void> | undefined
    background.post(() => {
      running = (async () => {
        for (let i = 0; i < 3; i++) await reactor.yield()
      })()
    })
    await kit.settle()
    await running
    expect(tasks()).toEqual({ latency: 0, default: 0, background: 4 })
  })

  it('comes back in the default group when something else was waited for, and where it is told', async () => {
    const { kit, reactor, tasks, background } = yielding()
    let running: Promise<void> | undefined
    background.post(() => {
      running = (async () => {
        await Promise.resolve()
        await reactor.yield()
        await reactor.yield(background)
        await background.yield()
        await reactor.yield()
      })()
    })
    await kit.settle()
    await running
    expect(tasks()).toEqual({ latency: 0, default: 1, background: 4 })
  })

  it('is never taken for one of another group, whatever runs in the same breath', async () => {
    const { kit, reactor, tasks, background } = yielding()
    const stranger = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve()
      await reactor.yield()
    }
    const running: Promise<void>[] = [background.yield()]
    for (let i = 0; i < 20; i++) background.post(() => void running.push(stranger()))
    await kit.settle()
    await Promise.all(running)
    expect(tasks()).toMatchObject({ background: 21 })
  })

  it('leaves latency, unless it is told to come back there', async () => {
    const { kit, reactor, tasks, latency } = yielding()
    let running: Promise<void> | undefined
    latency.post(() => {
      running = reactor.yield().then(() => latency.yield())
    })
    await kit.settle()
    await running
    expect(tasks()).toEqual({ latency: 2, default: 1, background: 0 })
  })

  it('shares slices out among loops by the shares of their groups', async () => {
    const { kit, reactor, latency, background } = yielding()
    const slices = { latency: 0, default: 0, background: 0 }
    let isOver = false
    const loop = async (group: SchedulingGroup): Promise<void> => {
      while (!isOver) {
        await group.yield()
        slices[group.name as keyof typeof slices]++
        kit.clock.advance(1)
        isOver = kit.clock.now() >= 1300
      }
    }
    const running = [background, reactor.groups.default, latency].map(loop)
    await kit.settleByRounds()
    await Promise.all(running)
    expect(slices.latency).toBeCloseTo(800, -1)
    expect(slices.default).toBeCloseTo(400, -1)
    expect(slices.background).toBeCloseTo(100, -1)
  })

  it('counts beside tasks: a loop of default has four times what 100,000 tasks of background have', async () => {
    const { kit, reactor, background } = yielding()
    let isOver = false
    let slices = 0
    let tasksRun = 0
    const loop = async (): Promise<void> => {
      for (; !isOver; slices++) {
        await reactor.yield()
        kit.clock.advance(1)
        isOver = slices === 400
      }
    }
    for (let i = 0; i < 10_000; i++) {
      background.post(() => {
        if (isOver) return
        tasksRun++
        kit.clock.advance(TASK_MS)
      })
    }
    const running = loop()
    await kit.settleByRounds()
    await running
    expect(tasksRun * TASK_MS).toBeGreaterThan(95)
    expect(tasksRun * TASK_MS).toBeLessThan(105)
  })
})
