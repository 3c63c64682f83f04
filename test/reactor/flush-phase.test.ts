import { describe, expect, it } from 'vitest'
import type { Flushable, Reactor } from '../../src/reactor/reactor.js'
import { makeVirtualReactor } from './virtual-reactor.js'

/** Flushed in a turn though its tasks have used up the slice; see `LEAST_FLUSHES` in reactor.ts. */
const LEAST_FLUSHES = 16

function makeFlushables(count: number, onFlush: (index: number) => void): Flushable[] {
  return Array.from({ length: count }, (_, index) => ({ isDirty: false, flush: () => onFlush(index) }))
}

function markAll(reactor: Reactor, flushables: readonly Flushable[]): void {
  for (const flushable of flushables) reactor.markDirty(flushable)
}

describe('the flush phase', () => {
  it('flushes once what several tasks of the turn marked, after the last of them', () => {
    const { reactor } = makeVirtualReactor()
    const log: string[] = []
    const [flushable] = makeFlushables(1, () => log.push('flush'))
    for (const name of ['a', 'b', 'c']) {
      reactor.post(() => {
        log.push(name)
        reactor.markDirty(flushable!)
      })
    }
    reactor.turn()
    reactor.turn()
    expect(log).toEqual(['a', 'b', 'c', 'flush'])
  })

  it('flushes in the order of marking', () => {
    const { reactor } = makeVirtualReactor()
    const flushed: number[] = []
    const flushables = makeFlushables(3, (index) => flushed.push(index))
    markAll(reactor, [flushables[2]!, flushables[0]!, flushables[1]!, flushables[2]!])
    reactor.turn()
    expect(flushed).toEqual([2, 0, 1])
  })

  it('leaves what is marked by a flush, even the same one, for the next turn', () => {
    const { reactor } = makeVirtualReactor()
    let flushes = 0
    const flushable: Flushable = {
      isDirty: false,
      flush: () => {
        flushes++
        reactor.markDirty(flushable)
      },
    }
    reactor.markDirty(flushable)
    for (const expected of [1, 2, 3]) {
      reactor.turn()
      expect(flushes).toBe(expected)
      expect(reactor.hasWork).toBe(true)
    }
  })

  it('stops when the time slice is used up, and loses none and repeats none of 1,000', () => {
    const { reactor, clock } = makeVirtualReactor()
    const flushed: number[] = []
    markAll(
      reactor,
      makeFlushables(1000, (index) => {
        flushed.push(index)
        clock.advance(1 / 32)
      }),
    )
    let mostInATurn = 0
    for (let before = 0; reactor.hasWork; before = flushed.length) {
      reactor.turn()
      mostInATurn = Math.max(mostInATurn, flushed.length - before)
    }
    expect(mostInATurn).toBe(32)
    expect(flushed).toEqual([...Array(1000).keys()])
  })

  it('flushes some in every turn, though tasks without end use up every slice', () => {
    const { reactor, clock } = makeVirtualReactor()
    const hog = (): void => {
      clock.advance(2)
      reactor.post(hog)
    }
    hog()
    const flushed: number[] = []
    markAll(
      reactor,
      makeFlushables(40, (index) => flushed.push(index)),
    )
    const perTurn = [1, 2, 3].map(() => {
      const before = flushed.length
      reactor.turn()
      return flushed.length - before
    })
    expect(perTurn).toEqual([LEAST_FLUSHES, LEAST_FLUSHES, 40 - 2 * LEAST_FLUSHES])
    expect(flushed).toEqual([...Array(40).keys()])
  })

  it('flushes in a turn of its own what was marked outside of one', () => {
    const { reactor } = makeVirtualReactor()
    let flushes = 0
    markAll(
      reactor,
      makeFlushables(1, () => flushes++),
    )
    expect(flushes).toBe(0)
    expect(reactor.hasWork).toBe(true)
    reactor.turn()
    expect(flushes).toBe(1)
    expect(reactor.hasWork).toBe(false)
  })

  it('reports a flush that throws, flushes the others, and lets it be marked again', () => {
    const errors: unknown[] = []
    const { reactor } = makeVirtualReactor({ onError: (error) => errors.push(error) })
    const flushed: number[] = []
    const flushables = makeFlushables(3, (index) => {
      flushed.push(index)
      if (index === 1) throw new Error('broken flush')
    })
    markAll(reactor, flushables)
    reactor.turn()
    expect(flushed).toEqual([0, 1, 2])
    expect(errors).toEqual([new Error('broken flush')])
    reactor.markDirty(flushables[1]!)
    reactor.turn()
    expect(flushed).toEqual([0, 1, 2, 1])
  })
})
