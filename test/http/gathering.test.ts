import { describe, expect, it } from 'vitest'
import { Carry } from '../../src/http/carry.js'
import { WholeBody } from '../../src/http/whole-body.js'
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

describe('WholeBody', () => {
  it('takes what belongs to it and leaves the rest', () => {
    const body = new WholeBody(5)
    expect(body.take(Buffer.from('..abc'), 2, 5)).toBe(5)
    expect(body.isComplete).toBe(false)
    expect(body.take(Buffer.from('defgh'), 0, 5)).toBe(2)
    expect(body.isComplete).toBe(true)
    expect(body.bytes.toString()).toBe('abcde')
  })

  it('takes nothing once it is complete', () => {
    const body = new WholeBody(1)
    body.take(Buffer.from('a'), 0, 1)
    expect(body.take(Buffer.from('bc'), 0, 2)).toBe(0)
    expect(body.bytes.toString()).toBe('a')
  })

  it.each([1, 1000, 65_535, 65_536, 65_537, 300_000])(
    'is whole and of its length: %i bytes, in pieces of any size',
    (length) => {
      const source = numbered(length)
      for (const size of [length, 65_536, 1021]) {
        const body = new WholeBody(length)
        for (let at = 0; at < length; at += size)
          expect(body.take(source, at, Math.min(at + size, length))).toBeLessThanOrEqual(length)
        expect(body.isComplete).toBe(true)
        expect(body.bytes.equals(source)).toBe(true)
      }
    },
  )

  it('takes memory for what has come, not for what was announced', () => {
    const body = new WholeBody(2 ** 40)
    expect(body.bytes.length).toBe(65_536)
    body.take(Buffer.alloc(70_000), 0, 70_000)
    expect(body.bytes.length).toBeLessThanOrEqual(140_000)
  })

  it('moves seldom: a megabyte in single bytes costs at most five moves', () => {
    const body = new WholeBody(1 << 20)
    const homes = new Set<Buffer>()
    const source = Buffer.from('x')
    for (let i = 0; i < 1 << 20; i++) {
      body.take(source, 0, 1)
      homes.add(body.bytes)
    }
    expect(homes.size).toBeLessThanOrEqual(6)
  })

  it('copies the bytes, which were only lent', () => {
    const lent = Buffer.from('abc')
    const body = new WholeBody(3)
    body.take(lent, 0, 3)
    lent.fill('x')
    expect(body.bytes.toString()).toBe('abc')
  })
})
