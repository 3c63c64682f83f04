import { describe, expect, it } from 'vitest'
import { seededBytes } from '../../reactor/seed.js'
import type { Pair } from './pair.js'

const MANY = 1024 * 1024

/** While a transport is paused nothing is read; nothing is lost by it. That nothing comes, every Recorder watches. */
export function describePausing(getPair: () => Pair): void {
  describe('pause()', () => {
    it('before anything was read holds everything back, and resume() brings all of it', async () => {
      const pair = getPair()
      const sent = seededBytes(MANY)
      pair.near.pause()
      pair.far.write(sent)
      await pair.settle()
      expect(pair.near.events).toEqual([])
      pair.near.resume()
      expect((await pair.nearReceives(MANY)).equals(sent)).toBe(true)
    })

    it('in the middle of reading stops at once, and resume() goes on with nothing lost', async () => {
      const pair = getPair()
      const sent = seededBytes(MANY)
      pair.near.onBytesDo = () => pair.near.pause()
      pair.far.write(sent)
      await pair.until(() => pair.near.reads === 1)
      await pair.settle()
      expect(pair.near.reads).toBe(1)
      pair.near.onBytesDo = null
      pair.near.resume()
      expect((await pair.nearReceives(MANY)).equals(sent)).toBe(true)
    })

    it('after every single read, resumed in a later turn, loses nothing and ends', async () => {
      const pair = getPair()
      const { near, far } = pair
      const sent = seededBytes(MANY)
      near.onBytesDo = () => {
        near.pause()
        pair.soon(() => near.resume())
      }
      far.write(sent)
      far.end()
      await pair.until(() => near.count('end') === 1)
      expect(near.received.equals(sent)).toBe(true)
    })

    it('taken back in the same read changes nothing', async () => {
      const pair = getPair()
      const { near, far } = pair
      const sent = seededBytes(MANY)
      near.onBytesDo = () => {
        near.pause()
        near.resume()
      }
      far.write(sent)
      expect((await pair.nearReceives(MANY)).equals(sent)).toBe(true)
    })

    it('holds the end back too, when there is nothing before it', async () => {
      const pair = getPair()
      pair.near.pause()
      pair.far.end()
      await pair.settle()
      expect(pair.near.events).toEqual([])
      pair.near.resume()
      await pair.until(() => pair.near.count('end') === 1)
    })

    it('holds the end back too, when all before it was read', async () => {
      const pair = getPair()
      pair.near.onBytesDo = () => {
        if (pair.near.bytesReceived === 3) pair.near.pause()
      }
      pair.far.write('all')
      await pair.until(() => pair.near.bytesReceived === 3)
      pair.far.end()
      await pair.settle()
      expect(pair.near.events).toEqual(['bytes'])
      pair.near.resume()
      await pair.until(() => pair.near.count('end') === 1)
      expect(pair.near.events).toEqual(['bytes', 'end'])
    })

    it('holds the end back behind the bytes, and resume() keeps their order', async () => {
      const pair = getPair()
      pair.near.pause()
      pair.far.write('all')
      pair.far.end()
      await pair.settle()
      pair.near.resume()
      await pair.until(() => pair.near.count('end') === 1)
      expect(pair.near.events).toEqual(['bytes', 'end'])
    })

    it('after a resume() whose end has not come yet holds it back again', async () => {
      const pair = getPair()
      pair.near.pause()
      pair.far.end()
      await pair.settle()
      pair.near.resume()
      pair.near.pause()
      await pair.settle()
      expect(pair.near.events).toEqual([])
      pair.near.resume()
      await pair.until(() => pair.near.count('end') === 1)
    })

    it('leaves writing alone', async () => {
      const pair = getPair()
      const sent = seededBytes(MANY)
      pair.near.pause()
      pair.near.write(sent)
      pair.near.end()
      await pair.until(() => pair.far.count('end') === 1)
      expect(pair.far.received.equals(sent)).toBe(true)
    })
  })

  describe('resume()', () => {
    it('undoes any number of pauses, and is harmless without one', async () => {
      const pair = getPair()
      pair.near.resume()
      pair.near.pause()
      pair.near.pause()
      pair.near.resume()
      pair.far.write('x')
      await pair.nearReceives(1)
      pair.near.resume()
      pair.far.write('y')
      expect((await pair.nearReceives(2)).toString()).toBe('xy')
    })
  })
}
