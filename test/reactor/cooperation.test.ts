import { describe, expect, it } from 'vitest'
import { SettlingReactor } from './settling.js'

/** Exact in binary. */
const STEP_MS = 1 / 64

describe('reactor.shouldYield()', () => {
  it('is true outside of a slice, and in one from about its end on', () => {
    const { reactor, clock } = new SettlingReactor()
    expect(reactor.shouldYield()).toBe(true)
    const lengths: number[] = []
    for (let slice = 0; slice < 5; slice++) {
      clock.advance(10)
      reactor.enter()
      let steps = 0
      for (; !reactor.shouldYield(); steps++) clock.advance(STEP_MS)
      lengths.push(steps * STEP_MS)
      expect(reactor.shouldYield()).toBe(true) // it stays so
    }
    for (const length of lengths) {
      expect(length).toBeGreaterThanOrEqual(1)
      expect(length).toBeLessThanOrEqual(1.125)
    }
  })

  it('looks at the clock seldom, however many calls make a slice', () => {
    const { reactor, clock } = new SettlingReactor()
    let looks = 0
    const now = clock.now.bind(clock)
    clock.now = () => {
      looks++
      return now()
    }
    reactor.enter()
    looks = 0
    let calls = 0
    for (; !reactor.shouldYield(); calls++) clock.advance(2 ** -16)
    expect(calls).toBeGreaterThanOrEqual(65_536)
    expect(calls).toBeLessThanOrEqual(65_536 * 1.125)
    expect(looks).toBeLessThan(30)
  })

  it('notices a loop that has become slower within an eighth of the calls of a slice', () => {
    const { reactor, clock } = new SettlingReactor()
    reactor.enter()
    for (let i = 0; i < 32; i++) {
      expect(reactor.shouldYield()).toBe(false)
      clock.advance(STEP_MS)
    }
    clock.advance(1)
    let calls = 0
    while (!reactor.shouldYield()) calls++
    expect(calls).toBeLessThanOrEqual(64 / 8)
  })

  it('forgets the distance of another loop when a slice begins before it was used up', () => {
    const { reactor, clock } = new SettlingReactor()
    reactor.enter()
    for (let i = 0; i < 10_000; i++) reactor.shouldYield() // which costs nothing
    clock.advance(0.5)
    reactor.enter()
    clock.advance(1)
    expect(reactor.shouldYield()).toBe(true)
  })

  it('looks at every call anew when a slice begins, as another loop may be the one that asks', () => {
    const { reactor, clock } = new SettlingReactor()
    reactor.enter()
    while (!reactor.shouldYield()) clock.advance(2 ** -16)
    clock.advance(1)
    reactor.enter()
    expect(reactor.shouldYield()).toBe(false)
    clock.advance(5)
    expect(reactor.shouldYield()).toBe(true)
  })
})

describe('reactor.yield()', () => {
  it('lets a long loop run slice by slice, with turns of the reactor between them', async () => {
    const { reactor, clock, ...kit } = make()
    let turnsSeen = 0
    let longest = 0
    const loop = async (): Promise<void> => {
      let began = clock.now()
      for (let i = 0; i < 1000; i++) {
        if (reactor.shouldYield()) {
          longest = Math.max(longest, clock.now() - began)
          const before = reactor.statistics().turns
          await reactor.yield()
          turnsSeen += reactor.statistics().turns - before
          began = clock.now()
        }
        clock.advance(STEP_MS)
      }
    }
    const running = loop()
    await kit.settle()
    await running
    expect(turnsSeen).toBeGreaterThanOrEqual(Math.floor((1000 * STEP_MS) / 1.125))
    expect(longest).toBeLessThanOrEqual(1.125)
  })

  it('shares the time among several loops, one slice each, in turn', async () => {
    const { reactor, clock, settle } = make()
    const log: string[] = []
    const loop = async (name: string): Promise<void> => {
      for (let slice = 0; slice < 3; slice++) {
        await reactor.yield()
        log.push(name)
        while (!reactor.shouldYield()) clock.advance(STEP_MS)
      }
    }
    const running = Promise.all(['a', 'b', 'c'].map(loop))
    const turns = reactor.statistics().turns
    await settle()
    await running
    expect(log.join('')).toBe('abcabcabc')
    expect(reactor.statistics().turns - turns).toBe(9)
  })

  it('has a slice of its own, though the tasks of the turn have used up theirs', async () => {
    const { reactor, clock, settle } = make()
    let wasOver = true
    const running = reactor.yield().then(() => (wasOver = reactor.shouldYield()))
    reactor.post(() => clock.advance(0.5))
    reactor.post(() => clock.advance(0.5))
    await settle()
    await running
    expect(wasOver).toBe(false)
  })

  it('lets all go on in one slice that need little of it, and who yields again waits for a later turn', async () => {
    const { reactor, settle } = make()
    const log: string[] = []
    const running = Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        for (let i = 0; i < 2; i++) {
          await reactor.yield()
          log.push(`${name} in turn ${reactor.statistics().turns}`)
        }
      }),
    )
    await settle()
    await running
    expect(log).toEqual([1, 2].flatMap((turn) => ['a', 'b', 'c'].map((name) => `${name} in turn ${turn}`)))
  })
})

function make() {
  const kit = new SettlingReactor()
  return { reactor: kit.reactor, clock: kit.clock, settle: () => kit.settle() }
}
