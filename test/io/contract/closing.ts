import { describe, expect, it } from 'vitest'
import { seededBytes } from '../../reactor/seed.js'
import { fill, fillForGood, type Pair, type TransportKind } from './pair.js'
import type { Recorder } from './recorder.js'

/** Letting go, in peace and otherwise. That `onClose` comes once and last, every Recorder watches. */
export function describeClosing(kind: TransportKind, getPair: () => Pair): void {
  describe('close()', () => {
    it('delivers what was written before, then the end, and closes our side in peace', async () => {
      const pair = getPair()
      const { near, far } = pair
      near.write('goodbye')
      near.close()
      await pair.until(() => near.isClosed && far.count('end') === 1)
      expect(near.closedWith).toBeNull()
      expect(far.received.toString()).toBe('goodbye')
      far.end()
      await pair.bothClose()
      expect(far.closedWith).toBeNull()
    })

    it('lets nothing in any longer', async () => {
      const pair = getPair()
      pair.far.write('too late')
      pair.near.close()
      await pair.until(() => pair.near.isClosed)
      await pair.settle()
      expect(pair.near.events).toEqual(['close'])
    })

    it('in the middle of reading lets nothing follow but onClose', async () => {
      const pair = getPair()
      pair.near.onBytesDo = () => pair.near.close()
      pair.far.write(seededBytes(1024 * 1024))
      pair.far.end()
      await pair.until(() => pair.near.isClosed)
      expect(pair.near.events).toEqual(['bytes', 'close'])
      expect(pair.near.reads).toBe(1)
    })

    it('while paused is told as well', async () => {
      const pair = getPair()
      pair.near.pause()
      pair.far.write('x')
      pair.near.close()
      await pair.until(() => pair.near.isClosed)
      expect(pair.near.events).toEqual(['close'])
    })

    it('from within onEnd is told as well', async () => {
      const pair = getPair()
      pair.near.onEndDo = () => pair.near.close()
      pair.far.end()
      await pair.bothClose()
      expect(pair.near.events).toEqual(['end', 'close'])
      expect([pair.near.closedWith, pair.far.closedWith]).toEqual([null, null])
    })
  })

  describe('abort()', () => {
    it('reaches the peer as an error, not as an end', async ({ skip }) => {
      if (kind.noReset !== undefined) skip(kind.noReset)
      const pair = getPair()
      pair.near.abort()
      await pair.bothClose()
      expect(pair.far.events).toEqual(['close'])
      expect(pair.far.closedWith).toMatchObject({ code: 'ECONNRESET' })
    })

    it('by the peer reaches us as an error', async ({ skip }) => {
      if (kind.noReset !== undefined) skip(kind.noReset)
      const pair = getPair()
      pair.far.abort()
      await pair.bothClose()
      expect(pair.near.events).toEqual(['close'])
      expect(pair.near.closedWith).toMatchObject({ code: 'ECONNRESET' })
    })

    it('with bytes on the way reaches the peer as an error, not as an end', async ({ skip }) => {
      const reason = kind.noReset ?? kind.resetLooksLikeEnd
      if (reason !== undefined) skip(reason)
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      fill(near, seededBytes(48 * 1024))
      near.abort()
      far.resume()
      await pair.bothClose()
      expect(far.count('end')).toBe(0)
      expect(far.closedWith).toMatchObject({ code: 'ECONNRESET' })
    })

    it('drops the bytes that are queued, and the peer learns of it at its next write at the latest', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      const written = await fillForGood(pair)
      near.abort()
      far.resume()
      await failsAtNextWrite(pair)
      expect(far.bytesReceived).toBeLessThan(written)
    })

    it('in the middle of reading lets nothing follow but onClose', async () => {
      const pair = getPair()
      pair.near.onBytesDo = () => pair.near.abort()
      pair.far.write(seededBytes(1024 * 1024))
      await pair.bothClose()
      expect(pair.near.events).toEqual(['bytes', 'close'])
      expect(pair.near.reads).toBe(1)
    })

    it('after end() is learnt by the peer at its next write at the latest', async () => {
      const pair = getPair()
      pair.near.end()
      await pair.until(() => pair.far.count('end') === 1)
      pair.near.abort()
      await failsAtNextWrite(pair)
    })
  })

  /** Behind an end libuv doesn't look at a socket any more, until it is written to. */
  async function failsAtNextWrite(pair: Pair): Promise<void> {
    await pair.settle()
    pair.far.write('is anybody there?')
    await pair.bothClose()
    expect(pair.far.closedWith).toBeInstanceOf(Error)
  }

  const goodbyes: readonly [string, (near: Recorder, far: Recorder) => void][] = [
    ['close()', (near) => near.close()],
    ['abort()', (near) => near.abort()],
    ['an abort by the peer', (_, far) => far.abort()],
    [
      'both ends',
      (near, far) => {
        near.end()
        far.end()
      },
    ],
  ]
  const audible = goodbyes.filter(([name]) => kind.noReset === undefined || !name.endsWith('by the peer'))
  describe.each(audible)('after %s', (_, sayGoodbye) => {
    it('a write does nothing and returns false', async () => {
      const pair = getPair()
      const { near, far } = pair
      sayGoodbye(near, far)
      await pair.until(() => near.isClosed)
      expect(near.write('nobody')).toBe(false)
      expect(near.writeAll(['hears', Buffer.from('this')])).toBe(false)
      await pair.settle()
      expect(far.bytesReceived).toBe(0)
      expect(pair.connected.counters).toMatchObject({ writes: 0, bytesWritten: 0 })
    })

    it('every method is harmless, and onClose is not repeated', async () => {
      const pair = getPair()
      const { near, far } = pair
      sayGoodbye(near, far)
      await pair.until(() => near.isClosed)
      near.pause()
      near.resume()
      near.end()
      near.close()
      near.abort()
      await pair.settle()
      expect(near.count('close')).toBe(1)
    })
  })

  it('a write right behind close(), before onClose, does nothing and returns false', async () => {
    const pair = getPair()
    pair.near.close()
    expect(pair.near.write('nobody')).toBe(false)
    expect(pair.near.isClosed).toBe(false)
    await pair.until(() => pair.near.isClosed)
    expect(pair.connected.counters.writes).toBe(0)
  })
}
