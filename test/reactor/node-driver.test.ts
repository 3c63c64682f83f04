import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NodeDriver } from '../../src/reactor/node-driver.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { seededRandom } from './seed.js'

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a reactor on the real loop', () => {
  it('runs a posted task, after all that the stack at hand still has to do', async () => {
    const reactor = new Reactor()
    const ran: string[] = []
    const done = new Promise<void>((resolve) => {
      reactor.post(() => {
        ran.push('task')
        resolve()
      })
    })
    process.nextTick(() => ran.push('nextTick'))
    void Promise.resolve().then(() => ran.push('microtask'))
    await done
    expect(ran).toHaveLength(3)
    expect(ran.at(-1)).toBe('task')
  })

  it('never runs a timer early by its clock', async () => {
    const reactor = new Reactor()
    const deadlines = Array.from({ length: 50 }, (_, i) => i / 3)
    const early: number[] = []
    await Promise.all(
      deadlines.map(async (ms) => {
        const due = reactor.clock.now() + ms
        await reactor.sleep(ms)
        if (reactor.clock.now() < due) early.push(ms)
      }),
    )
    expect(early).toEqual([])
  })

  it('loses none of many short sleeps in a row, though some of Node\u2019s timers come early', async () => {
    const reactor = new Reactor()
    const random = seededRandom(1)
    for (let i = 0; i < 100; i++) await reactor.sleep(random() * 3)
    expect(reactor.statistics()).toMatchObject({ tasksRun: 100, timersPending: 0 })
  })

  it('takes at most one turn for tasks and one for timers in each round of Node\u2019s loop', async () => {
    const reactor = new Reactor()
    let isOver = false
    const work = (): void => {
      if (!isOver) reactor.post(work)
    }
    work()
    let mostInARound = 0
    let timersRun = 0
    while (timersRun < 100) {
      reactor.delay(1, () => timersRun++)
      const before = reactor.statistics().turns
      await nextRound()
      mostInARound = Math.max(mostInARound, reactor.statistics().turns - before)
    }
    isOver = true
    expect(mostInARound).toBeLessThanOrEqual(2)
  })
})

describe('NodeDriver', () => {
  const turn = vi.fn()
  let driver: NodeDriver
  let now: number

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] })
    turn.mockReset()
    now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    driver = new NodeDriver()
    driver.attach(turn)
  })

  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  const pass = (ms: number): void => {
    now += ms
    vi.advanceTimersByTime(ms)
  }

  it('gives one turn for several requests of one soon', () => {
    driver.wakeSoon()
    driver.wakeSoon()
    pass(1)
    expect(turn).toHaveBeenCalledTimes(1)
    driver.wakeSoon()
    pass(1)
    expect(turn).toHaveBeenCalledTimes(2)
  })

  it('waits on when Node\u2019s timer comes before the time', () => {
    driver.wakeIn(4.9)
    now -= 0.3 // Node's loop counts whole milliseconds: it was not quite as late as it had believed
    pass(5)
    expect(turn).not.toHaveBeenCalled()
    pass(1)
    expect(turn).toHaveBeenCalledTimes(1)
  })

  it('replaces an earlier request by a later one, in either direction', () => {
    driver.wakeIn(10)
    driver.wakeIn(20)
    pass(10)
    expect(turn).not.toHaveBeenCalled()
    driver.wakeIn(5)
    pass(5)
    expect(turn).toHaveBeenCalledTimes(1)
    pass(100)
    expect(turn).toHaveBeenCalledTimes(1)
  })

  it('takes a request back, and none is no mistake', () => {
    driver.sleep()
    driver.wakeIn(10)
    driver.sleep()
    driver.sleep()
    pass(100)
    expect(turn).not.toHaveBeenCalled()
  })

  it('survives a delay that Node\u2019s timers could not hold', () => {
    driver.wakeIn(2 ** 40)
    pass(1000)
    expect(turn).not.toHaveBeenCalled()
  })
})
