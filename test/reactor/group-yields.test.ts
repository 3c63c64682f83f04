import { describe, expect, it } from 'vitest'
import type { SchedulingGroup } from '../../src/reactor/scheduling-group.js'
import { SettlingReactor } from './settling.js'

/** Exact in binary: eight of them are a slice. */
const TASK_MS = 0.125

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
    const stranger = async (hops: number): Promise<void> => {
      for (let i = 0; i < hops; i++) await Promise.resolve()
      await reactor.yield()
    }
    const running = [background.yield()]
    for (let i = 1; i <= 20; i++) background.post(() => void running.push(stranger(i)))
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

  it('has not lost its place in line when the slice was used up before its turn', async () => {
    const { kit, reactor } = yielding()
    const ranBefore: number[] = []
    const running = ['a', 'b', 'c'].map(async () => {
      await reactor.yield()
      ranBefore.push(reactor.statistics().tasksRun)
      kit.clock.advance(1)
    })
    for (let i = 0; i < 100; i++) reactor.post(() => kit.clock.advance(TASK_MS))
    await kit.settleByRounds()
    await Promise.all(running)
    expect(ranBefore).toEqual([9, 18, 27]) // eight tasks a slice, and the one that has chosen
  })

  it('stops where it is a task\u2019s turn, though the slice would do for another', async () => {
    const { kit, reactor, background } = yielding()
    const log: string[] = []
    const note = (name: string, ms: number) => (): void => {
      log.push(name)
      kit.clock.advance(ms)
    }
    for (let i = 0; i < 10; i++) reactor.post(note('task', 0.5))
    const running = [
      background.yield().then(note('yielder', 0.25)),
      background.yield().then(note('yielder', 0.25)),
    ]
    await kit.settleByRounds()
    await Promise.all(running)
    const between = log.slice(log.indexOf('yielder') + 1, log.lastIndexOf('yielder'))
    expect(between).toEqual(['task', 'task'])
  })

  // Microtasks and tasks take turns, a slice of each in a round; still each group has no more than its part.
  it.each([
    { loop: 'default', tasks: 'background', loopMs: 400, tasksMs: 100 },
    { loop: 'background', tasks: 'default', loopMs: 100, tasksMs: 400 },
  ] as const)('counts beside tasks: a loop of $loop and tasks of $tasks', async (expected) => {
    const { kit, reactor } = yielding()
    let isOver = false
    let loopMs = 0
    let tasksMs = 0
    const loop = async (): Promise<void> => {
      while (!isOver) {
        await reactor.groups[expected.loop].yield()
        kit.clock.advance(1)
        loopMs++
        isOver = kit.clock.now() >= 500
      }
    }
    for (let i = 0; i < 10_000; i++) {
      reactor.groups[expected.tasks].post(() => {
        if (isOver) return
        kit.clock.advance(TASK_MS)
        tasksMs += TASK_MS
        isOver = kit.clock.now() >= 500
      })
    }
    const running = loop()
    await kit.settleByRounds()
    await running
    expect(loopMs).toBeCloseTo(expected.loopMs, -1)
    expect(tasksMs).toBeCloseTo(expected.tasksMs, -1)
  })
})
