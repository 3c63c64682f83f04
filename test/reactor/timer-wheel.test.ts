import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadyQueue } from '../../src/reactor/ready-queue.js'
import { TimerWheel } from '../../src/reactor/timer-wheel.js'

let ready: ReadyQueue
let ran: string[]
const onEmpty = vi.fn()
const note = (name: string) => () => void ran.push(name)

function runReady(): string[] {
  for (let task = ready.shift(); task !== undefined; task = ready.shift()) (task as { run(): void }).run()
  return ran.splice(0)
}

beforeEach(() => {
  ready = new ReadyQueue()
  ran = []
  onEmpty.mockClear()
})

describe('TimerWheel', () => {
  it('runs timers of one deadline in the order in which they were armed', () => {
    const wheel = new TimerWheel(0, onEmpty)
    for (const name of ['a', 'b', 'c', 'd']) wheel.arm(7, ready, note(name))
    wheel.advance(7)
    expect(runReady()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('runs timers of one deadline in that order after a rest of many revolutions too', () => {
    const wheel = new TimerWheel(0, onEmpty)
    for (const name of ['a', 'b', 'c']) wheel.arm(3000, ready, note(name))
    wheel.arm(2999, ready, note('earlier'))
    wheel.advance(50_000)
    expect(runReady()).toEqual(['earlier', 'a', 'b', 'c'])
  })

  it('passes over a timer whose slot is reached a revolution too soon', () => {
    const wheel = new TimerWheel(0, onEmpty)
    wheel.arm(5 + 1024, ready, note('late'))
    wheel.arm(5, ready, note('soon'))
    wheel.advance(5)
    expect(runReady()).toEqual(['soon'])
    wheel.advance(1028.9)
    expect(runReady()).toEqual([])
    wheel.advance(1029)
    expect(runReady()).toEqual(['late'])
  })

  it('rounds a deadline within a millisecond up, never down', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const timer = wheel.arm(2.25, ready, note('x'))
    expect(timer.dueTick).toBe(3)
    wheel.advance(2.99)
    expect(runReady()).toEqual([])
  })

  it('runs a timer whose deadline has passed at the next tick', () => {
    const wheel = new TimerWheel(100, onEmpty)
    expect(wheel.arm(50, ready, note('x')).dueTick).toBe(101)
    wheel.advance(101)
    expect(runReady()).toEqual(['x'])
  })

  it('takes one timer out of the middle of a slot and leaves its neighbours', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const [, middle] = ['a', 'b', 'c'].map((name) => wheel.arm(9, ready, note(name)))
    middle!.cancel()
    expect(wheel.size).toBe(2)
    wheel.advance(9)
    expect(runReady()).toEqual(['a', 'c'])
  })

  it('does not run a timer that is cancelled while it waits in the ready queue', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const timer = wheel.arm(1, ready, note('x'))
    wheel.advance(1)
    expect(timer.isPending).toBe(true)
    timer.cancel()
    expect(timer.isPending).toBe(false)
    expect(runReady()).toEqual([])
    expect(onEmpty).not.toHaveBeenCalled() // it was off the wheel already
  })

  it('runs a callback once, and counts it as no longer pending while it runs', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const pending: boolean[] = []
    const timer = wheel.arm(1, ready, () => {
      pending.push(timer.isPending)
      timer.cancel()
    })
    wheel.advance(1)
    runReady()
    timer.run()
    expect(pending).toEqual([false])
  })

  it('tells when the last timer is cancelled, and only then', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const first = wheel.arm(5, ready, note('a'))
    const second = wheel.arm(2000, ready, note('b'))
    first.cancel()
    expect(onEmpty).not.toHaveBeenCalled()
    second.cancel()
    second.cancel()
    expect(onEmpty).toHaveBeenCalledTimes(1)
  })

  it('tells the next tick within a revolution, where the slot of a later one begins, null when empty', () => {
    const wheel = new TimerWheel(10, onEmpty)
    expect(wheel.nextDueTick()).toBeNull()
    const far = wheel.arm(5000, ready, note('far'))
    expect(wheel.nextDueTick()).toBe(4 * 1024)
    wheel.arm(800, ready, note('near'))
    expect(wheel.nextDueTick()).toBe(800)
    far.cancel()
    wheel.advance(800)
    expect(wheel.nextDueTick()).toBeNull()
  })

  it('keeps a timer that is days away, and looks for it a handful of times', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const due = 3 * 86_400_000 + 7
    wheel.arm(due, ready, note('days'))
    let looks = 0
    for (let next = wheel.nextDueTick(); next !== null; next = wheel.nextDueTick()) {
      expect(next).toBeLessThanOrEqual(due)
      wheel.advance(next)
      looks++
    }
    expect(looks).toBeLessThanOrEqual(4) // once a level, and at last on time
    expect(runReady()).toEqual(['days'])
  })

  it('brings a deadline behind the end of its time forward, instead of losing it', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const timer = wheel.arm(Number.MAX_VALUE, ready, note('never'))
    expect(timer.dueTick).toBe(2 ** 50 - 1)
    timer.cancel()
    expect(onEmpty).toHaveBeenCalledTimes(1)
  })
})

describe('TimerWheel, when more is due than one turn may move', () => {
  const COUNT = 100_000

  /** Advances to `now` again and again. @returns how many timers left the wheel each time */
  function steps(wheel: TimerWheel, now: number): number[] {
    const moved: number[] = []
    do {
      const before = wheel.size
      wheel.advance(now)
      moved.push(before - wheel.size)
    } while (wheel.isBehind)
    return moved
  }

  it.each([
    ['within the revolution', 900, 900],
    ['from a higher level', 5000, 5000],
    ['long after their time', 5000, 4_000_000],
  ])('moves 100,000 timers of one tick a few hundred at a time: %s', (_name, due, now) => {
    const wheel = new TimerWheel(0, onEmpty)
    const order: number[] = []
    for (let i = 0; i < COUNT; i++) wheel.arm(due, ready, () => order.push(i))
    const moved = steps(wheel, now)
    expect(Math.max(...moved)).toBeLessThanOrEqual(512)
    expect(moved.length).toBeGreaterThanOrEqual(COUNT / 512)
    runReady()
    expect(order).toHaveLength(COUNT)
    expect(order.every((value, i) => value === i)).toBe(true)
  })

  it('does not look at timers that are far away, however many there are', () => {
    const wheel = new TimerWheel(0, onEmpty)
    for (let i = 0; i < COUNT; i++) wheel.arm(60_000 + (i % 7), ready, note('far'))
    wheel.arm(1500, ready, note('near'))
    expect(wheel.nextDueTick()).toBe(1024)
    expect(steps(wheel, 1500)).toEqual([1])
    expect(runReady()).toEqual(['near'])
  })

  it('keeps the order of timers of one tick that are armed, or cancelled, while others of it move down', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const timers = Array.from({ length: 2000 }, (_, i) => wheel.arm(1100, ready, note(`early ${i}`)))
    wheel.advance(1030) // their slot begins to move down
    expect(wheel.isBehind).toBe(true)
    wheel.arm(1100, ready, note('late'))
    wheel.arm(1099, ready, note('before'))
    for (const timer of timers.slice(1, -1)) timer.cancel()
    steps(wheel, 1100)
    expect(runReady()).toEqual(['before', 'early 0', 'early 1999', 'late'])
  })

  it('is not behind when what was left of the due ones is cancelled', () => {
    const wheel = new TimerWheel(0, onEmpty)
    const timers = Array.from({ length: 1000 }, () => wheel.arm(5, ready, note('x')))
    wheel.advance(5)
    expect(wheel.isBehind).toBe(true)
    expect(wheel.nextDueTick()).toBe(5)
    for (const timer of timers) timer.cancel()
    expect([wheel.isBehind, wheel.nextDueTick(), runReady()]).toEqual([false, null, []])
    expect(onEmpty).toHaveBeenCalledTimes(1)
  })
})
