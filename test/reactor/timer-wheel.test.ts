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

  it('tells the next tick within a revolution, the end of the revolution for later ones, null when empty', () => {
    const wheel = new TimerWheel(10, onEmpty)
    expect(wheel.nextDueTick()).toBeNull()
    const far = wheel.arm(5000, ready, note('far'))
    expect(wheel.nextDueTick()).toBe(10 + 1024)
    wheel.arm(800, ready, note('near'))
    expect(wheel.nextDueTick()).toBe(800)
    far.cancel()
    wheel.advance(800)
    expect(wheel.nextDueTick()).toBeNull()
  })
})
