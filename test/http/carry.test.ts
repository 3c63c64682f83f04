import { describe, expect, it } from 'vitest'
import { Carry } from '../../src/http/carry.js'
import { RECEIVE_SLACK } from '../../src/io/transport.js'

/** Bytes that tell their place. */
const numbered = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255))

describe('Carry', () => {
  it('holds all that was appended, in order, in pieces of any size', () => {
    const source = numbered(5000)
    for (const size of [1, 2, 7, 511, 512, 513, 5000]) {
      const carry = new Carry(source.subarray(0, size))
      for (let at = size; at < source.length; at += size) carry.append(source.subarray(at, at + size))
      expect(carry.length).toBe(source.length)
      expect(carry.bytes.subarray(0, carry.length).equals(source)).toBe(true)
    }
  })

  it('keeps slack behind the bytes for a parser', () => {
    const carry = new Carry(Buffer.alloc(0))
    for (let i = 0; i < 3000; i++) {
      expect(carry.bytes.length - carry.length).toBeGreaterThanOrEqual(RECEIVE_SLACK)
      carry.append(Buffer.from('x'))
    }
  })

  it('copies the bytes, which were only lent', () => {
    const lent = Buffer.from('abc')
    const carry = new Carry(lent)
    lent.fill('x')
    expect(carry.bytes.toString('latin1', 0, 3)).toBe('abc')
  })

  it('moves seldom: sixteen thousand single bytes cost at most six moves', () => {
    const carry = new Carry(Buffer.from('x'))
    const homes = new Set<Buffer>()
    for (let i = 0; i < 16_000; i++) {
      carry.append(Buffer.from('x'))
      homes.add(carry.bytes)
    }
    expect(homes.size).toBeLessThanOrEqual(7)
  })
})
