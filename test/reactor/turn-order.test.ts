import { describe, expect, it } from 'vitest'
import type { Flushable } from '../../src/reactor/reactor.js'
import { makeVirtualReactor } from './virtual-reactor.js'

const flushable = (flush: () => void): Flushable => ({ isDirty: false, flush })

describe('Reactor.turn()', () => {
  it('runs what was ready, then the timers that are due, then flushes', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ran: string[] = []
    reactor.markDirty(flushable(() => ran.push('flush')))
    reactor.delay(1, () => ran.push('timer'))
    reactor.post(() => ran.push('task'))
    clock.advance(1)
    reactor.turn()
    expect(ran).toEqual(['task', 'timer', 'flush'])
  })

  it('runs timers in the order of their deadlines, not of their arming', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ran: string[] = []
    reactor.delay(30, () => ran.push('30'))
    reactor.delay(10, () => ran.push('10, first'))
    reactor.delay(20, () => ran.push('20'))
    reactor.delay(10, () => ran.push('10, second'))
    clock.advance(30)
    reactor.turn()
    expect(ran).toEqual(['10, first', '10, second', '20', '30'])
  })

  it('runs tasks that are objects by their run method', () => {
    const { reactor } = makeVirtualReactor()
    const task = {
      hasRun: false,
      run() {
        this.hasRun = true
      },
    }
    reactor.post(task)
    reactor.turn()
    expect(task.hasRun).toBe(true)
  })

  it('leaves what a task posts for the next turn', () => {
    const { reactor } = makeVirtualReactor()
    const ran: string[] = []
    reactor.post(() => {
      ran.push('first')
      reactor.post(() => ran.push('posted by the first'))
    })
    reactor.post(() => ran.push('second'))
    reactor.turn()
    expect(ran).toEqual(['first', 'second'])
    reactor.turn()
    expect(ran).toEqual(['first', 'second', 'posted by the first'])
  })

  it('runs a task that posts itself forever once a turn', () => {
    const { reactor } = makeVirtualReactor()
    let runs = 0
    const again = (): void => {
      runs++
      reactor.post(again)
    }
    again()
    for (let turn = 1; turn <= 10; turn++) {
      reactor.turn()
      expect(runs).toBe(1 + turn)
    }
  })

  it('leaves a timer without delay that a task arms for a later turn', () => {
    const { reactor, clock } = makeVirtualReactor()
    let ran = false
    reactor.post(() => {
      reactor.delay(0, () => (ran = true))
      clock.advance(0.5)
    })
    reactor.turn()
    expect(ran).toBe(false)
    clock.advance(0.5)
    reactor.turn()
    expect(ran).toBe(true)
  })

  it('runs no timer before its time, however close', () => {
    const { reactor, clock } = makeVirtualReactor()
    let ran = false
    clock.advance(0.75)
    reactor.delay(10, () => (ran = true))
    clock.advance(9.99)
    reactor.turn()
    expect(ran).toBe(false)
  })

  it('keeps `now` still through a turn, and leaves the true time to the clock', () => {
    const { reactor, clock } = makeVirtualReactor()
    const seen: number[] = []
    clock.advance(5)
    reactor.post(() => clock.advance(0.25))
    reactor.post(() => seen.push(reactor.now, clock.now()))
    reactor.turn()
    expect(seen).toEqual([5, 5.25])
  })

  it('finds nothing to do, and says so, when only a later deadline is left', () => {
    const { reactor } = makeVirtualReactor()
    reactor.delay(10, () => undefined)
    expect(reactor.hasWork).toBe(false)
    expect(reactor.nextDeadline).toBe(10)
    reactor.turn()
    expect(reactor.statistics()).toMatchObject({ turns: 1, tasksRun: 0, timersPending: 1 })
  })
})
