import { describe, expect, it } from 'vitest'
import { type LoopState, loopVirtually } from '../../src/reactor/virtual-loop.js'
import { makeVirtualReactor } from './virtual-reactor.js'

const BOUNDS = { maxTurns: 10_000, until: 1_000_000 }

describe('a virtual loop', () => {
  it('runs every promise that a turn has settled before the next turn', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const order: string[] = []
    const chain = async (name: string): Promise<void> => {
      for (let i = 0; i < 200; i++) await Promise.resolve()
      order.push(name)
    }
    for (const name of ['a', 'b', 'c'])
      reactor.delay(5, () => {
        reactor.post(() => order.push(`turn behind ${name}`))
        void chain(name)
      })
    expect(await loopVirtually(reactor, clock, () => 'waiting', BOUNDS)).toBe('idle')
    expect(order).toEqual(['a', 'b', 'c', 'turn behind a', 'turn behind b', 'turn behind c'])
  })

  it('moves the clock to the next deadline, and only when nothing else is left', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const seen: number[] = []
    reactor.delay(1000, () => seen.push(clock.now()))
    for (let i = 0; i < 300; i++) reactor.post(() => reactor.post(() => seen.push(clock.now())))
    expect(await loopVirtually(reactor, clock, () => 'waiting', BOUNDS)).toBe('idle')
    expect(new Set(seen.slice(0, 300))).toEqual(new Set([0]))
    expect(seen.slice(300)).toEqual([1000])
  })

  it('ends when it is told to', async () => {
    const { reactor, clock } = makeVirtualReactor()
    let ticks = 0
    const tick = (): void => {
      ticks++
      reactor.delay(1, tick)
    }
    tick()
    expect(await loopVirtually(reactor, clock, () => (ticks === 500 ? 'over' : 'waiting'), BOUNDS)).toBe(
      'over',
    )
    expect(ticks).toBe(500)
  })

  it('is not idle before what was woken has run', async () => {
    const { reactor, clock } = makeVirtualReactor()
    let wake!: () => void
    let hasRun = false
    void new Promise<void>((resolve) => (wake = resolve)).then(() => reactor.post(() => (hasRun = true)))
    let looks = 0
    const look = (): LoopState => {
      if (looks++ > 0) return 'waiting'
      wake()
      return 'woken'
    }
    expect(await loopVirtually(reactor, clock, look, BOUNDS)).toBe('idle')
    expect(hasRun).toBe(true)
  })

  it('is endless when it takes too many turns or too long', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const again = (): void => reactor.post(again)
    again()
    expect(await loopVirtually(reactor, clock, () => 'waiting', BOUNDS)).toBe('endless')
    const other = makeVirtualReactor()
    other.reactor.delay(2_000_000, () => undefined)
    expect(await loopVirtually(other.reactor, other.clock, () => 'waiting', BOUNDS)).toBe('endless')
    expect(other.clock.now()).toBeLessThanOrEqual(BOUNDS.until)
  })

  it('rejects with what a look throws', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const look = (): LoopState => {
      throw new Error('from the look')
    }
    await expect(loopVirtually(reactor, clock, look, BOUNDS)).rejects.toThrow('from the look')
  })
})
