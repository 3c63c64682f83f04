import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROXY_HEADER_MOST_BYTES, readProxyHeader } from '../../src/io/proxy-header.js'
import '../reactor/seed.js'
import { GOOD, WRONG } from './headers.js'

describe('readProxyHeader()', () => {
  it.each(GOOD)('%s: reads it', (_, header, client) => {
    expect(readProxyHeader(header)).toEqual({ length: header.length, client })
  })

  it.each(GOOD)('%s: leaves alone what follows', (_, header, client) => {
    for (const tail of ['\0', 'GET / HTTP/1.1\r\n\r\n', 'PROXY UNKNOWN\r\n', 'x'.repeat(10_000)])
      expect(readProxyHeader(Buffer.concat([header, Buffer.from(tail)]))).toEqual({
        length: header.length,
        client,
      })
  })

  it.each(GOOD)('%s: asks for more, wherever it is cut', (_, header) => {
    for (let length = 1; length < header.length; length++)
      expect(readProxyHeader(header.subarray(0, length)), String(length)).toBe('more')
  })

  it.each(WRONG)('%s: refuses it', (_, header) => {
    expect(readProxyHeader(header)).toBe('wrong')
  })

  it.each(WRONG)('%s: never takes a beginning of it for a header', (_, header) => {
    for (let length = 1; length < header.length; length++)
      expect(['more', 'wrong'], String(length)).toContain(readProxyHeader(header.subarray(0, length)))
  })

  it('never asks for more than the most bytes, and never throws', () => {
    const begun = fc.tuple(
      fc.constantFrom(...GOOD.map(([, header]) => header)),
      fc.nat(60),
      fc.uint8Array({ maxLength: 200 }),
    )
    fc.assert(
      fc.property(begun, ([header, cut, tail]) => {
        const bytes = Buffer.concat([header.subarray(0, cut), tail])
        if (bytes.length === 0) return
        const reading = readProxyHeader(Buffer.concat([bytes, Buffer.alloc(PROXY_HEADER_MOST_BYTES, 'x')]))
        expect(reading).not.toBe('more')
        if (typeof reading === 'object') expect(reading.length).toBeLessThanOrEqual(PROXY_HEADER_MOST_BYTES)
      }),
      { numRuns: 2000 },
    )
  })

  it('says the same of bytes that are cut as of the whole: once it is sure, it stays so', () => {
    const any = fc.oneof(...[...GOOD, ...WRONG].map(([, header]) => fc.constant(header)))
    fc.assert(
      fc.property(any, fc.nat(100), fc.nat(255), (header, at, byte) => {
        const bytes = Buffer.concat([header, Buffer.alloc(120, 'y')])
        bytes[at % bytes.length] = byte
        const whole = readProxyHeader(bytes)
        for (let length = 1; length < bytes.length; length++) {
          const reading = readProxyHeader(bytes.subarray(0, length))
          if (reading !== 'more') expect(reading).toEqual(whole)
        }
      }),
      { numRuns: 300 },
    )
  })
})
