import { describe, expect, it } from 'vitest'
import { seededBytes } from '../../reactor/seed.js'
import type { Pair } from './pair.js'

const transportEnded: unknown = expect.objectContaining({ code: 'CAL_ERR_TRANSPORT_ENDED' })

/** Half-closing: each direction ends on its own, and with the second the connection. */
export function describeEnding(getPair: () => Pair): void {
  describe('end()', () => {
    it('tells the peer after all bytes, and the other direction goes on', async () => {
      const pair = getPair()
      const { near, far } = pair
      const sent = seededBytes(1024 * 1024)
      near.write(sent)
      near.end()
      await pair.until(() => far.count('end') === 1)
      expect(far.received.equals(sent)).toBe(true)
      const answer = seededBytes(1024 * 1024, 1)
      far.write(answer)
      expect((await pair.nearReceives(answer.length)).equals(answer)).toBe(true)
      expect(near.isClosed || far.isClosed).toBe(false)
    })

    it('of the peer lets us write on', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.end()
      await pair.until(() => near.count('end') === 1)
      const answer = seededBytes(1024 * 1024)
      near.write(answer)
      await pair.until(() => far.bytesReceived === answer.length)
      expect(far.received.equals(answer)).toBe(true)
      expect(far.count('end')).toBe(0)
    })

    it('by both closes the connection in peace, once, and last of all', async () => {
      const pair = getPair()
      const { near, far } = pair
      near.onEndDo = () => {
        near.write('pong')
        near.end()
      }
      far.write('ping')
      far.end()
      await pair.bothClose()
      await pair.settle()
      expect(near.events).toEqual(['bytes', 'end', 'close'])
      expect(far.events).toEqual(['bytes', 'end', 'close'])
      expect([near.closedWith, far.closedWith]).toEqual([null, null])
    })

    it('by both at the same moment, with bytes on the way, delivers them first', async () => {
      const pair = getPair()
      const { near, far } = pair
      const [there, back] = [seededBytes(300_000, 1), seededBytes(300_000, 2)]
      near.write(there)
      far.write(back)
      near.end()
      far.end()
      await pair.bothClose()
      expect(near.received.equals(back)).toBe(true)
      expect(far.received.equals(there)).toBe(true)
      expect([near.closedWith, far.closedWith]).toEqual([null, null])
      expect([near.count('end'), far.count('end')]).toEqual([1, 1])
    })

    it('by one alone closes nothing', async () => {
      const pair = getPair()
      pair.near.end()
      await pair.until(() => pair.far.count('end') === 1)
      await pair.settle()
      expect(pair.near.events).toEqual([])
      expect(pair.far.events).toEqual(['end'])
    })

    it('a second time does nothing', async () => {
      const pair = getPair()
      pair.near.end()
      pair.near.end()
      await pair.until(() => pair.far.count('end') === 1)
      pair.near.end()
      await pair.settle()
      expect(pair.far.events).toEqual(['end'])
    })

    it('makes a later write throw CAL_ERR_TRANSPORT_ENDED, and nothing of it leaves', async () => {
      const pair = getPair()
      const { near, far } = pair
      near.write('last')
      near.end()
      expect(() => near.write('more')).toThrow(transportEnded)
      expect(() => near.writeAll(['and', Buffer.from('more')])).toThrow(transportEnded)
      await pair.until(() => far.count('end') === 1)
      expect(() => near.write('still more')).toThrow(transportEnded)
      expect(far.received.toString()).toBe('last')
      expect(pair.connected.counters).toMatchObject({ writes: 1, bytesWritten: 4 })
    })
  })
}
