import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../src/errors/catalogue.js'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { ChunkedDecoder } from '../../../src/http/parser/chunked-decoder.js'
import { type ChunkedCase, chunkedCases } from './chunked-cases.js'
import { type DecodedBody, decodeInPieces } from './decoded-body.js'

const NEXT = 'GET /next HTTP/1.1\r\n\r\n'

const decoderOf = ({ limits }: ChunkedCase): ChunkedDecoder =>
  new ChunkedDecoder({ ...DEFAULT_LIMITS, ...limits })

function expected(row: ChunkedCase): DecodedBody | ErrorCode {
  if (row.error !== undefined) return row.error
  if (row.data === null) return { data: expect.any(String) as string, length: null, trailers: null }
  return { data: row.data ?? '', length: row.bytes.length, trailers: row.trailers ?? null }
}

describe('ChunkedDecoder', () => {
  it('has a row in the table for each of its errors, and no two of one name', () => {
    const names = chunkedCases.map((row) => row.name)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    const codes = new Set(chunkedCases.map((row) => row.error))
    codes.delete(undefined)
    expect([...codes].sort()).toEqual([
      'CAL_ERR_HTTP_BODY_TOO_LARGE',
      'CAL_ERR_HTTP_CHUNK_END',
      'CAL_ERR_HTTP_CHUNK_EXTENSION',
      'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE',
      'CAL_ERR_HTTP_CHUNK_SIZE',
      'CAL_ERR_HTTP_FIELD_NAME',
      'CAL_ERR_HTTP_FIELD_VALUE',
      'CAL_ERR_HTTP_FOLDED',
      'CAL_ERR_HTTP_LINE_END',
      'CAL_ERR_HTTP_TRAILER',
      'CAL_ERR_HTTP_TRAILERS_TOO_LARGE',
    ])
  })

  it.each(chunkedCases)('whole: $name', (row) => {
    expect(decodeInPieces(decoderOf(row), row.bytes)).toEqual(expected(row))
  })

  it.each(chunkedCases)('cut in two anywhere: $name', (row) => {
    const { length } = row.bytes
    const step = length > 1000 ? 97 : 1
    for (let cut = 1; cut < length; cut += step)
      expect(decodeInPieces(decoderOf(row), row.bytes, [cut]), `cut at ${cut}`).toEqual(expected(row))
  })

  it.each(chunkedCases)('byte by byte: $name', (row) => {
    const everywhere = Array.from({ length: Math.max(0, row.bytes.length - 1) }, (_, i) => i + 1)
    expect(decodeInPieces(decoderOf(row), row.bytes, everywhere)).toEqual(expected(row))
  })

  it.each(chunkedCases.filter((row) => typeof row.data === 'string'))(
    'takes nothing of what follows: $name',
    (row) => {
      expect(decodeInPieces(decoderOf(row), row.bytes + NEXT)).toEqual(expected(row))
      const cut = row.bytes.length + 3
      expect(decodeInPieces(decoderOf(row), row.bytes + NEXT, [cut])).toEqual(expected(row))
    },
  )

  it('moves the data of all chunks of a read together, in place', () => {
    const bytes = Buffer.from('..3\r\nabc\r\n3;x\r\ndef\r\n0\r\n\r\nGET')
    const decoder = new ChunkedDecoder(DEFAULT_LIMITS)
    const at = decoder.decode(bytes, 2, bytes.length)
    expect(bytes.toString('latin1', at)).toBe('GET')
    expect(bytes.toString('latin1', 2, decoder.dataEnd)).toBe('abcdef')
  })

  it('says of each call what it has found: nothing where only framing came', () => {
    const decoder = new ChunkedDecoder(DEFAULT_LIMITS)
    const found = ['3', '\r', '\n', 'ab', 'c\r\n2\r\nd', 'e', '\r\n0\r\n', '\r\n'].map((text) => {
      const bytes = Buffer.from(text)
      decoder.decode(bytes, 0, bytes.length)
      return bytes.toString('latin1', 0, decoder.dataEnd)
    })
    expect(found).toEqual(['', '', '', 'ab', 'cd', 'e', '', ''])
    expect(decoder.isComplete).toBe(true)
  })
})

describe('the work of a ChunkedDecoder', () => {
  /** Looks at single bytes while a body of so many one-byte chunks is decoded in reads of so many bytes. */
  function looks(chunks: number, readSize: number): number {
    const body = Buffer.from('1\r\nx\r\n'.repeat(chunks) + '0\r\n\r\n')
    const decoder = new ChunkedDecoder(DEFAULT_LIMITS)
    let count = 0
    for (let from = 0; from < body.length; from += readSize) {
      const read = body.subarray(from, from + readSize)
      const watched = new Proxy(read, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) count++
          return Reflect.get(target, key, target) as unknown
        },
        set: (target, key, value) => Reflect.set(target, key, value, target),
      })
      decoder.decode(watched, 0, read.length)
    }
    expect(decoder.isComplete).toBe(true)
    return count
  }

  it.each([1, 7, 65_536])('is one look at every byte, in reads of %i', (readSize) => {
    for (const chunks of [100, 5000]) expect(looks(chunks, readSize)).toBe(chunks * 6 + 5)
  })
})
