import { describe, expect, it } from 'vitest'
import { SettlingReactor } from './settling.js'
import { makeVirtualReactor } from './virtual-reactor.js'

function make() {
  const { reactor, clock } = makeVirtualReactor()
  const { latency, background } = reactor.groups
  const of = (name: string) => reactor.statistics().groups[name]
  const cost =
    (ms: number): (() => void) =>
    () =>
      clock.advance(ms)
  return { reactor, clock, latency, background, of, cost }
}

describe('statistics().groups', () => {
  it('has a frozen entry for each group', () => {
    const { groups } = make().reactor.statistics()
    expect(Object.keys(groups)).toEqual(['latency', 'default', 'background'])
    expect(Object.isFrozen(groups)).toBe(true)
    expect(Object.values(groups).every(Object.isFrozen)).toBe(true)
  })

  it('counts tasks and the time that they took, alone and among others', () => {
    const { reactor, latency, background, of, cost } = make()
    background.post(cost(0.25))
    background.post(cost(0.25))
    reactor.turn()
    background.post(cost(0.25))
    latency.post(cost(0.125))
    reactor.turn()
    background.post(cost(1))
    expect(of('background')).toMatchObject({ tasksRun: 3, ranMs: 0.75, tasksReady: 1 })
    expect(of('latency')).toMatchObject({ tasksRun: 1, ranMs: 0.125, tasksReady: 0 })
    expect(of('default')).toMatchObject({ tasksRun: 0, ranMs: 0, tasksReady: 0 })
  })

  it('adds up how long tasks have waited, from the turn on that finds them ready', () => {
    const { reactor, clock, background, of, cost } = make()
    for (let i = 0; i < 3; i++) background.post(cost(0.75))
    reactor.turn() // two of them: the second has waited 0.75 ms, and the third 1.5 ms until now
    expect(of('background')).toMatchObject({ waitedMs: 2.25, longestWaitMs: 0 })
    clock.advance(10)
    reactor.turn()
    expect(of('background')).toMatchObject({ waitedMs: 12.25, longestWaitMs: 11.5 })
  })

  it('knows the longest wait, by the task that was last in the queue', () => {
    const { reactor, background, latency, of, cost } = make()
    for (let i = 0; i < 8; i++) latency.post(cost(1))
    background.post(cost(0))
    background.post(cost(0))
    while (reactor.hasWork) reactor.turn()
    const longest = of('background')?.longestWaitMs ?? NaN
    expect(longest).toBeGreaterThanOrEqual(1)
    expect(longest).toBeLessThanOrEqual(8)
    background.post(cost(0))
    reactor.turn()
    expect(of('background')?.longestWaitMs).toBe(longest)
  })

  it('counts the turns in which a group had work and got no time', () => {
    const { reactor, latency, background, of, cost } = make()
    background.post(cost(0))
    for (let i = 0; i < 5; i++) latency.post(cost(1))
    for (let turn = 0; turn < 5; turn++) reactor.turn()
    // latency was first in the first turn, and background, which had had nothing, in the second.
    expect(of('background')?.turnsStarved).toBe(1)
    expect(of('latency')?.turnsStarved).toBe(0)
    expect(of('default')?.turnsStarved).toBe(0)
  })

  it('counts tasks that took longer than a slice and a quarter', () => {
    const { reactor, background, of, cost } = make()
    for (const ms of [1, 1.25, 1.3, 50]) background.post(cost(ms))
    while (reactor.hasWork) reactor.turn()
    expect(of('background')?.slicesOverrun).toBe(2)
  })

  it('charges what runs after a yield to the group in which it comes back', async () => {
    const { reactor, clock, settleByRounds } = settling()
    const { background } = reactor.groups
    const running = background.yield().then(() => clock.advance(5))
    await settleByRounds()
    await running
    expect(reactor.statistics().groups).toMatchObject({
      background: { ranMs: 5, slicesOverrun: 1 },
      default: { ranMs: 0, slicesOverrun: 0 },
    })
  })

  it('counts a round as starved in which one that gave the loop back had to wait for others', async () => {
    const { reactor, clock, settleByRounds } = settling()
    const running = [reactor.groups.latency, reactor.groups.background].map(async (group) => {
      await group.yield()
      clock.advance(1)
    })
    await settleByRounds()
    await Promise.all(running)
    expect(reactor.statistics().groups).toMatchObject({
      latency: { turnsStarved: 0 },
      background: { turnsStarved: 1 },
    })
  })
})

function settling() {
  const kit = new SettlingReactor()
  return { reactor: kit.reactor, clock: kit.clock, settleByRounds: () => kit.settleByRounds() }
}
