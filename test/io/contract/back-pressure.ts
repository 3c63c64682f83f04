import { describe, expect, it } from 'vitest'
import { seededBytes } from '../../reactor/seed.js'
import { fill, fillForGood, HIGH_WATER_MARK, type Pair } from './pair.js'

const BLOCK = 48 * 1024

/** A peer that doesn't read makes the transport full, and its drain is told. */
export function describeBackPressure(getPair: () => Pair): void {
  describe('a peer that does not read', () => {
    it('makes the transport full: write() and isWritable say so, bytesQueued how much waits', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      expect(near.transport.isWritable).toBe(true)
      expect(near.transport.bytesQueued).toBe(0)
      fill(near, seededBytes(BLOCK))
      expect(near.transport.isWritable).toBe(false)
      expect(near.transport.bytesQueued).toBeGreaterThanOrEqual(HIGH_WATER_MARK)
      await pair.settle()
      expect(near.transport.isWritable).toBe(near.transport.bytesQueued < HIGH_WATER_MARK)
      expect(far.events).toEqual([])
    })

    it('gets everything once it reads, and then the transport drains', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      const sent = fill(near, seededBytes(BLOCK))
      await fillForGood(pair)
      const total = pair.connected.counters.bytesWritten
      const drains = near.count('drain') // the kernel may have taken a first filling
      far.resume()
      await pair.until(() => near.count('drain') > drains && far.bytesReceived === total)
      expect(near.transport.bytesQueued).toBe(0)
      expect(near.transport.isWritable).toBe(true)
      expect(far.received.subarray(0, sent.length).equals(sent)).toBe(true)
    })

    it('can fill the transport again after a drain', async () => {
      const pair = getPair()
      const { near, far } = pair
      for (const round of [1, 2, 3]) {
        far.pause()
        await fillForGood(pair)
        const drains = near.count('drain')
        far.resume()
        await pair.until(() => near.count('drain') > drains)
        expect(near.transport.isWritable, `round ${round}`).toBe(true)
      }
      const total = pair.connected.counters.bytesWritten
      await pair.until(() => far.bytesReceived === total)
    })

    it('gets in order what onDrain writes', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      await fillForGood(pair)
      near.onDrainDo = () => {
        near.onDrainDo = null
        near.write('behind all that')
        near.end()
      }
      far.resume()
      await pair.until(() => far.count('end') === 1)
      expect(far.received.subarray(-15).toString()).toBe('behind all that')
    })

    it('still gets all of it, and then the end, when the writer ends while it is full', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      await fillForGood(pair)
      near.end()
      const total = pair.connected.counters.bytesWritten
      await pair.settle()
      expect(far.events).toEqual([])
      far.resume()
      await pair.until(() => far.count('end') === 1)
      expect(far.bytesReceived).toBe(total)
    })

    it('does not keep the other direction from working', async () => {
      const pair = getPair()
      pair.far.pause()
      await fillForGood(pair)
      pair.far.write('still here')
      expect((await pair.nearReceives(10)).toString()).toBe('still here')
    })
  })
}
