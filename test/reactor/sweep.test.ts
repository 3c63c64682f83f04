import { describe, expect, it } from 'vitest'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { sweep } from '../../src/reactor/sweep.js'
import { makeVirtualReactor } from './virtual-reactor.js'

const COUNT = 1000
const items = Array.from({ length: COUNT }, (_, i) => i)

describe('sweep()', () => {
  it('visits all in their order, in turns, and waits for nobody where nobody is under way', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const visited: number[] = []
    const swept = sweep(reactor, items, (item) => visited.push(item))
    driveVirtually(reactor, clock, { until: clock.now() })
    await swept
    expect(visited).toEqual(items)
  })

  it('has few under way at once, as long as they end', async () => {
    const { reactor, clock } = makeVirtualReactor()
    let underWay = 0
    let most = 0
    const visit = (): void => {
      clock.advance(0.01)
      most = Math.max(most, ++underWay)
      reactor.delay(3, () => underWay--)
    }
    const swept = sweep(reactor, items, visit, () => underWay)
    driveVirtually(reactor, clock, { until: clock.now() + 10_000 })
    await swept
    expect(underWay).toBe(0)
    expect(most).toBe(32)
  })

  it('does not wait long for those that never end', async () => {
    const { reactor, clock } = makeVirtualReactor()
    let underWay = 0
    const visit = (): void => {
      clock.advance(0.01)
      underWay++
    }
    const swept = sweep(reactor, items, visit, () => underWay)
    driveVirtually(reactor, clock, { until: clock.now() + (COUNT / 32 + 2) * 12 })
    await swept
    expect(underWay).toBe(COUNT)
  })
})
