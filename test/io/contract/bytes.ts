import { describe, expect, it } from 'vitest'
import { seededBytes, seededRandom } from '../../reactor/seed.js'
import type { Pair } from './pair.js'

const KIB = 1024

/** Bytes arrive whole, in order and unchanged. */
export function describeBytes(getPair: () => Pair): void {
  describe('bytes', () => {
    it.each([1, 2, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 1024 * KIB])(
      'arrive whole: %i of them',
      async (length) => {
        const pair = getPair()
        const sent = seededBytes(length)
        pair.far.write(sent)
        expect((await pair.nearReceives(length)).equals(sent)).toBe(true)
        await pair.settle()
        expect(pair.near.bytesReceived).toBe(length)
        expect(pair.connected.counters).toMatchObject({ bytesRead: length, reads: pair.near.reads })
      },
    )

    it.each([1, 64 * KIB, 1024 * KIB])('leave whole: %i of them', async (length) => {
      const pair = getPair()
      const sent = seededBytes(length)
      pair.near.write(sent)
      await pair.until(() => pair.far.bytesReceived >= length)
      expect(pair.far.received.equals(sent)).toBe(true)
      expect(pair.connected.counters).toMatchObject({ writes: 1, bytesWritten: length })
    })

    it('are not hurt by a reader that overwrites what it was lent, and the slack behind it', async () => {
      const pair = getPair()
      const sent = seededBytes(200_000)
      const kept = Buffer.from(sent)
      pair.far.write(sent) // every Recorder overwrites
      expect((await pair.nearReceives(sent.length)).equals(kept)).toBe(true)
      expect(sent.equals(kept)).toBe(true)
    })

    it('keep their order over many writes of many sizes', async () => {
      const pair = getPair()
      const random = seededRandom(2)
      const pieces = Array.from({ length: 300 }, (_, i) => seededBytes(Math.floor(random() ** 4 * 20_000), i))
      for (const piece of pieces) pair.far.write(piece)
      const sent = Buffer.concat(pieces)
      expect((await pair.nearReceives(sent.length)).equals(sent)).toBe(true)
    })

    it('cross in both directions at once', async () => {
      const pair = getPair()
      const [there, back] = [seededBytes(500_000, 1), seededBytes(500_000, 2)]
      pair.near.write(there)
      pair.far.write(back)
      await pair.until(() => pair.far.bytesReceived >= there.length && pair.near.bytesReceived >= back.length)
      expect(pair.far.received.equals(there)).toBe(true)
      expect(pair.near.received.equals(back)).toBe(true)
    })

    it('may be written from within onBytes', async () => {
      const pair = getPair()
      pair.near.onBytesDo = () => {
        if (pair.near.bytesReceived === 4) pair.near.write(pair.near.received)
      }
      pair.far.write('echo')
      await pair.until(() => pair.far.bytesReceived >= 4)
      expect(pair.far.received.toString()).toBe('echo')
    })

    it('may be a part of a larger buffer', async () => {
      const pair = getPair()
      const whole = seededBytes(1000)
      pair.near.write(whole.subarray(100, 200))
      pair.near.write(new Uint8Array(whole.buffer, whole.byteOffset + 200, 50))
      await pair.until(() => pair.far.bytesReceived >= 150)
      expect(pair.far.received.equals(whole.subarray(100, 250))).toBe(true)
    })

    it('that are none arrive as nothing', async () => {
      const pair = getPair()
      for (const nothing of ['', Buffer.alloc(0)]) pair.far.write(nothing)
      pair.far.writeAll(['', Buffer.alloc(0)])
      pair.far.writeAll([])
      await pair.settle()
      expect(pair.near.events).toEqual([])
      pair.far.write('x')
      expect((await pair.nearReceives(1)).toString()).toBe('x')
    })
  })

  describe('text', () => {
    it('is one byte a character, for all 256', async () => {
      const pair = getPair()
      const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
      pair.far.write(all.toString('latin1'))
      pair.far.writeAll(['<', all.toString('latin1'), '>'])
      const received = await pair.nearReceives(2 * 256 + 2)
      expect(received.equals(Buffer.concat([all, Buffer.from('<'), all, Buffer.from('>')]))).toBe(true)
    })

    it('counts in bytes', async () => {
      const pair = getPair()
      pair.near.write('é€'.slice(0, 1).repeat(10))
      await pair.until(() => pair.far.bytesReceived >= 10)
      expect(pair.connected.counters.bytesWritten).toBe(10)
      await pair.settle()
      expect(pair.far.bytesReceived).toBe(10)
    })
  })

  describe('writeAll()', () => {
    it('keeps the order of text and bytes, and is one write', async () => {
      const pair = getPair()
      const middle = seededBytes(5000)
      pair.near.writeAll(['head ', middle, '', ' between ', Buffer.from('tail'), ' end'])
      const sent = Buffer.concat([Buffer.from('head '), middle, Buffer.from(' between tail end')])
      await pair.until(() => pair.far.bytesReceived >= sent.length)
      expect(pair.far.received.equals(sent)).toBe(true)
      expect(pair.connected.counters).toMatchObject({ writes: 1, bytesWritten: sent.length })
    })

    it('stays in order between single writes', async () => {
      const pair = getPair()
      pair.near.write('1')
      pair.near.writeAll(['2', Buffer.from('3')])
      pair.near.write('4')
      pair.near.writeAll(['5'])
      await pair.until(() => pair.far.bytesReceived >= 5)
      expect(pair.far.received.toString()).toBe('12345')
      expect(pair.connected.counters.writes).toBe(4)
    })
  })
}
