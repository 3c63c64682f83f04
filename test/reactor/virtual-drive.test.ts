import { describe, expect, it } from 'vitest'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { makeVirtualReactor } from './virtual-reactor.js'

describe('driveVirtually()', () => {
  it('jumps from deadline to deadline, so that an hour takes no time', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ticks: number[] = []
    const tick = (): void => {
      ticks.push(clock.now())
      if (ticks.length < 60) reactor.delay(60_000, tick)
    }
    reactor.delay(60_000, tick)
    driveVirtually(reactor, clock)
    expect(ticks).toEqual(Array.from({ length: 60 }, (_, minute) => (minute + 1) * 60_000))
  })

  it('finishes what is ready before it lets time pass', () => {
    const { reactor, clock } = makeVirtualReactor()
    const log: string[] = []
    let left = 3
    const work = (): void => {
      log.push(`work at ${clock.now()}`)
      if (--left > 0) reactor.post(work)
    }
    reactor.delay(1, () => log.push(`timer at ${clock.now()}`))
    reactor.post(work)
    expect(driveVirtually(reactor, clock)).toBe(4)
    expect(log).toEqual(['work at 0', 'work at 0', 'work at 0', 'timer at 1'])
  })

  it('stops at `until`, puts the clock there, and goes on from there', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ranAt: number[] = []
    for (const ms of [100, 200, 5000]) reactor.delay(ms, () => ranAt.push(clock.now()))
    driveVirtually(reactor, clock, { until: 200 })
    expect(ranAt).toEqual([100, 200])
    driveVirtually(reactor, clock, { until: 4999 })
    expect(clock.now()).toBe(4999)
    expect(ranAt).toEqual([100, 200])
    driveVirtually(reactor, clock)
    expect(ranAt).toEqual([100, 200, 5000])
  })

  it('runs timers at the right time after the clock was moved by others', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ranAt: number[] = []
    clock.advance(10_000.5)
    reactor.delay(1, () => ranAt.push(clock.now()))
    driveVirtually(reactor, clock)
    expect(ranAt).toEqual([10_002])
  })

  it('does nothing when there is nothing to do', () => {
    const { reactor, clock } = makeVirtualReactor()
    expect(driveVirtually(reactor, clock)).toBe(0)
    expect(clock.now()).toBe(0)
  })

  it('gives up on work that goes on forever', () => {
    const { reactor, clock } = makeVirtualReactor()
    const again = (): void => reactor.post(again)
    again()
    expect(() => driveVirtually(reactor, clock, { maxTurns: 1000 })).toThrow('still busy after 1000 turns')
  })
})
