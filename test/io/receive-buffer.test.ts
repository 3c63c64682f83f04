import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReceiveBuffer, receiveBufferOf } from '../../src/io/receive-buffer.js'
import { RECEIVE_SLACK } from '../../src/io/transport.js'
import { seededBytes } from '../reactor/seed.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'

describe('ReceiveBuffer', () => {
  it('has its slack behind the area that a read may fill, in the same memory', () => {
    const buffer = new ReceiveBuffer()
    expect(buffer.bytes.length).toBe(buffer.readArea.length + RECEIVE_SLACK)
    expect(buffer.readArea.buffer).toBe(buffer.bytes.buffer)
    expect(buffer.readArea.byteOffset).toBe(buffer.bytes.byteOffset)
  })

  it('is one per reactor', () => {
    const [first, second] = [makeVirtualReactor().reactor, makeVirtualReactor().reactor]
    expect(receiveBufferOf(first)).toBe(receiveBufferOf(first))
    expect(receiveBufferOf(first)).not.toBe(receiveBufferOf(second))
  })

  it('lends bytes from elsewhere whole, in pieces that fit', () => {
    const buffer = new ReceiveBuffer()
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(10), fc.nat(300_000), fc.constantFrom(65_535, 65_536, 65_537)),
        (length) => {
          const source = seededBytes(length)
          const lent: Buffer[] = []
          const total = buffer.lend(source, (size) => {
            lent.push(Buffer.from(buffer.bytes.subarray(0, size)))
            return true
          })
          expect(total).toBe(length)
          expect(Buffer.concat(lent).equals(source)).toBe(true)
          expect(lent.every((piece) => piece.length > 0 && piece.length <= buffer.readArea.length)).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('stops where it is told to, and says how much was lent', () => {
    const buffer = new ReceiveBuffer()
    let pieces = 0
    const total = buffer.lend(seededBytes(200_000), () => ++pieces < 2)
    expect(pieces).toBe(2)
    expect(total).toBe(2 * buffer.readArea.length)
  })
})
