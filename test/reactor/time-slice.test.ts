import { describe, expect, it } from 'vitest'
import { makeVirtualReactor } from './virtual-reactor.js'

/** An eighth of a millisecond is exact in binary, so eight of them are a slice. */
const TASK_MS = 0.125
const TASKS_PER_SLICE = 8

describe('the time slice', () => {
  it('bounds what a turn runs of 100,000 ready tasks, and loses none of them', () => {
    const { reactor, clock } = makeVirtualReactor()
    let next = 0
    for (let i = 0; i < 100_000; i++) {
      reactor.post(() => {
        if (next++ !== i) throw new Error(`task ${i} ran out of turn`)
        clock.advance(TASK_MS)
      })
    }
    let mostInATurn = 0
    for (let before = 0; reactor.hasWork; before = next) {
      reactor.turn()
      mostInATurn = Math.max(mostInATurn, next - before)
    }
    expect(next).toBe(100_000)
    expect(mostInATurn).toBe(TASKS_PER_SLICE)
    expect(reactor.statistics()).toMatchObject({ turns: 12_500, slicesUsedUp: 12_499, longestTurnMs: 1 })
  })

  it('bounds what a turn runs of 10,000 timers due at once', () => {
    const { reactor, clock } = makeVirtualReactor()
    let ran = 0
    for (let i = 0; i < 10_000; i++) {
      reactor.delay(100, () => {
        ran++
        clock.advance(TASK_MS)
      })
    }
    clock.advance(100)
    let mostInATurn = 0
    for (let before = 0; ran < 10_000; before = ran) {
      reactor.turn()
      mostInATurn = Math.max(mostInATurn, ran - before)
    }
    expect(mostInATurn).toBe(TASKS_PER_SLICE)
  })

  it('lets tasks posted meanwhile queue up behind those that did not fit', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ran: number[] = []
    for (let i = 0; i < 2 * TASKS_PER_SLICE; i++) {
      reactor.post(() => {
        ran.push(i)
        clock.advance(TASK_MS)
        if (i === 0) reactor.post(() => ran.push(-1))
      })
    }
    while (reactor.hasWork) reactor.turn()
    expect(ran).toEqual([...Array(2 * TASKS_PER_SLICE).keys(), -1])
  })

  it('lets each turn run one task at least, even when every task takes longer than the slice', () => {
    const { reactor, clock } = makeVirtualReactor()
    let ran = 0
    for (let i = 0; i < 3; i++) {
      reactor.post(() => {
        ran++
        clock.advance(5)
      })
    }
    for (const expected of [1, 2, 3]) {
      reactor.turn()
      expect(ran).toBe(expected)
    }
    expect(reactor.statistics()).toMatchObject({ slicesUsedUp: 2, longestTurnMs: 5 })
  })

  it('lets a turn run one task even when the slice is used up before the first', () => {
    const { reactor, clock } = makeVirtualReactor()
    reactor.instrument({ turnStarted: () => clock.advance(5) })
    let ran = 0
    for (let i = 0; i < 2; i++) reactor.post(() => ran++)
    for (const expected of [1, 2]) {
      reactor.turn()
      expect(ran).toBe(expected)
    }
  })

  it('runs all that is ready in one turn when it takes no time', () => {
    const { reactor } = makeVirtualReactor()
    let ran = 0
    for (let i = 0; i < 5000; i++) reactor.post(() => ran++)
    reactor.turn()
    expect(ran).toBe(5000)
    expect(reactor.statistics().slicesUsedUp).toBe(0)
  })

  it('has the length that the option gives', () => {
    const { reactor, clock } = makeVirtualReactor({ timeSliceMs: 10 })
    let ran = 0
    for (let i = 0; i < 30; i++) {
      reactor.post(() => {
        ran++
        clock.advance(1)
      })
    }
    reactor.turn()
    expect(ran).toBe(10)
  })

  it.each([0, -1, NaN])('refuses a length of %s', (timeSliceMs) => {
    expect(() => makeVirtualReactor({ timeSliceMs })).toThrow(
      expect.objectContaining({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' }),
    )
  })

  it('is over outside of the reactor, begins with a turn and ends with the clock', () => {
    const { reactor, clock } = makeVirtualReactor()
    const seen: boolean[] = []
    expect(reactor.isSliceOver).toBe(true)
    reactor.post(() => {
      seen.push(reactor.isSliceOver)
      clock.advance(0.999)
      seen.push(reactor.isSliceOver)
      clock.advance(0.001)
      seen.push(reactor.isSliceOver)
    })
    reactor.turn()
    expect(seen).toEqual([false, false, true])
  })

  it('begins anew, with a fresh look at the clock, when work from outside enters', () => {
    const { reactor, clock } = makeVirtualReactor()
    clock.advance(50)
    reactor.enter()
    expect(reactor.now).toBe(50)
    expect(reactor.isSliceOver).toBe(false)
    clock.advance(1)
    expect(reactor.isSliceOver).toBe(true)
  })
})
