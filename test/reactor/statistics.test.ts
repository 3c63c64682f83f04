import { expect, it } from 'vitest'
import { makeVirtualReactor } from './virtual-reactor.js'

it('gives a frozen snapshot that later turns do not change', () => {
  const { reactor, clock } = makeVirtualReactor()
  reactor.delay(5, () => undefined)
  reactor.delay(500, () => undefined)
  reactor.post(() => clock.advance(0.25))
  reactor.post(() => reactor.post(() => undefined))
  const before = reactor.statistics()
  reactor.turn()
  clock.advance(5)
  const between = reactor.statistics()
  reactor.turn()
  const after = reactor.statistics()

  const idle = { slicesUsedUp: 0, groups: expect.anything() as unknown }
  expect(before).toEqual({
    ...idle,
    turns: 0,
    tasksRun: 0,
    tasksReady: 2,
    timersPending: 2,
    longestTurnMs: 0,
  })
  expect(between).toEqual({
    ...idle,
    turns: 1,
    tasksRun: 2,
    tasksReady: 1,
    timersPending: 2,
    longestTurnMs: 0.25,
  })
  expect(after).toEqual({
    ...idle,
    turns: 2,
    tasksRun: 4,
    tasksReady: 0,
    timersPending: 1,
    longestTurnMs: 0.25,
  })
  expect(Object.isFrozen(after)).toBe(true)
})
