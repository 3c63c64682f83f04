import { beforeEach, describe, expect, it } from 'vitest'
import type { Segment, Transport } from '../../src/io/transport.js'
import { BATCH_CAP, WriteBatch } from '../../src/io/write-batch.js'
import type { VirtualClock } from '../../src/reactor/clock.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { seededBytes } from '../reactor/seed.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'

/** Keeps every write as it was made: its pieces, not copied. */
class WriteRecorder implements Pick<Transport, 'write' | 'writeAll' | 'isWritable'> {
  readonly writes: Segment[][] = []
  isWritable = true

  write(data: Segment): boolean {
    return this.writeAll([data])
  }

  writeAll(segments: readonly Segment[]): boolean {
    this.writes.push([...segments])
    return this.isWritable
  }

  /** What one write brings the peer. */
  bytesOf(write: number): Buffer {
    const toBytes = (piece: Segment): Uint8Array =>
      typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
    return Buffer.concat((this.writes[write] ?? []).map(toBytes))
  }
}

let reactor: Reactor
let clock: VirtualClock
let transport: WriteRecorder
let batch: WriteBatch

beforeEach(() => {
  ;({ reactor, clock } = makeVirtualReactor())
  transport = new WriteRecorder()
  batch = new WriteBatch(transport as unknown as Transport, reactor)
})

describe('WriteBatch', () => {
  it('writes many texts as one', () => {
    for (let i = 0; i < 16; i++) batch.appendText(`reply ${i};`)
    expect(transport.writes).toEqual([])
    batch.flush()
    expect(transport.writes).toHaveLength(1)
    expect(transport.bytesOf(0).toString()).toBe(Array.from({ length: 16 }, (_, i) => `reply ${i};`).join(''))
  })

  it('writes text, small and large bytes in one write, in the order in which they came', () => {
    const [small, large, other] = [seededBytes(100, 1), seededBytes(5000, 2), seededBytes(3000, 3)]
    batch.appendBytes(small)
    batch.appendText('first')
    batch.appendBytes(large)
    batch.appendBytes(other)
    batch.appendText('second')
    batch.appendBytes(small)
    const whole = Buffer.concat([small, Buffer.from('first'), large, other, Buffer.from('second'), small])
    expect(batch.bytes).toBe(whole.length)
    batch.flush()
    expect(transport.writes).toHaveLength(1)
    expect(transport.bytesOf(0).equals(whole)).toBe(true)
  })

  it('does not copy large bytes', () => {
    const large = seededBytes(5000)
    batch.appendText('head')
    batch.appendBytes(large)
    batch.flush()
    expect(transport.writes[0]?.[1]).toBe(large)
  })

  it('copies small bytes, so that they may change at once', () => {
    const small = Buffer.from('small')
    batch.appendBytes(small)
    small.fill('x')
    batch.flush()
    expect(transport.bytesOf(0).toString()).toBe('small')
  })

  it('keeps every one of the 256 bytes', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    batch.appendBytes(all)
    batch.flush()
    expect(transport.bytesOf(0).equals(all)).toBe(true)
  })

  it('is empty after a flush, and a second flush writes nothing', () => {
    batch.appendText('x')
    batch.appendBytes(seededBytes(5000))
    batch.replies++
    expect(batch.isEmpty).toBe(false)
    batch.flush()
    batch.flush()
    expect(transport.writes).toHaveLength(1)
    expect({ isEmpty: batch.isEmpty, bytes: batch.bytes, replies: batch.replies }).toEqual({
      isEmpty: true,
      bytes: 0,
      replies: 0,
    })
  })

  it('takes nothing for something: an empty batch writes nothing', () => {
    batch.appendText('')
    batch.appendBytes(Buffer.alloc(0))
    expect(batch.isEmpty).toBe(true)
    batch.flush()
    expect(transport.writes).toEqual([])
  })

  it.each([
    ['text', () => batch.appendText('x')],
    ['small bytes', () => batch.appendBytes(Buffer.from('x'))],
  ])('is full when %s brings it to the cap, and not one byte before', (_, appendLast) => {
    batch.appendBytes(seededBytes(BATCH_CAP - 101))
    batch.appendText('y'.repeat(100))
    expect({ isFull: batch.isFull, isWritable: batch.isWritable }).toEqual({
      isFull: false,
      isWritable: true,
    })
    appendLast()
    expect({ isFull: batch.isFull, isWritable: batch.isWritable }).toEqual({
      isFull: true,
      isWritable: false,
    })
    batch.flush()
    expect({ isFull: batch.isFull, isWritable: batch.isWritable }).toEqual({
      isFull: false,
      isWritable: true,
    })
  })

  it('forgets its replies with each flush', () => {
    batch.appendText('x')
    batch.replies += 2
    batch.flush()
    expect(batch.replies).toBe(0)
  })
})

describe('a batch whose transport is full', () => {
  beforeEach(() => {
    transport.isWritable = false
    batch.appendText('first')
    batch.flush()
    batch.appendText('second')
  })

  it('waits with what it has until the transport drains, then writes it once', () => {
    batch.flush()
    batch.flush()
    expect(transport.writes).toEqual([['first']])
    transport.isWritable = true
    batch.appendText(', third')
    batch.drained()
    expect(transport.writes).toEqual([['first'], ['second, third']])
  })

  it('is not writable until then, however little it holds', () => {
    expect(batch.isWritable).toBe(false)
    transport.isWritable = true
    batch.drained()
    expect(batch.isWritable).toBe(true)
  })

  it('waits again when the write after the drain fills the transport again', () => {
    batch.drained()
    batch.appendText('third')
    batch.flush()
    expect(transport.writes).toEqual([['first'], ['second']])
    expect(batch.isWritable).toBe(false)
  })

  it('writes nothing at the drain when nothing waits', () => {
    batch.clear()
    batch.drained()
    expect(transport.writes).toEqual([['first']])
  })
})

describe('a batch and its reactor', () => {
  /** Whose output it gathers. */
  const connection = { isDirty: false, flush: () => batch.flush() }

  it('leaves at the end of the turn, once, however often it was asked for', () => {
    for (const text of ['a', 'b', 'c']) {
      reactor.post(() => {
        batch.appendText(text)
        reactor.markDirty(connection)
      })
    }
    reactor.turn()
    expect(transport.writes).toEqual([['abc']])
    expect(reactor.hasWork).toBe(false)
  })

  it('writes nothing at the end of the turn when it has left before', () => {
    batch.appendText('x')
    reactor.markDirty(connection)
    batch.flush()
    reactor.turn()
    expect(transport.writes).toHaveLength(1)
  })

  it('writes nothing at the end of the turn when it was cleared', () => {
    batch.appendText('x')
    batch.appendBytes(seededBytes(5000))
    reactor.markDirty(connection)
    batch.clear()
    reactor.turn()
    expect(transport.writes).toEqual([])
    expect(batch.isEmpty).toBe(true)
  })

  it('tells instruments its size and its replies before each write, and only then', () => {
    const flushes: number[][] = []
    reactor.instrument({
      flushStarted: (_now, _connection, bytes, replies) =>
        flushes.push([bytes, replies, transport.writes.length]),
    })
    clock.advance(1)
    batch.flush()
    batch.appendText('12345')
    batch.replies++
    batch.replies++
    batch.flush()
    expect(flushes).toEqual([[5, 2, 0]])
  })
})
