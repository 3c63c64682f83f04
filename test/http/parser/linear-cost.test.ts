import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { Scanner } from '../../../src/http/parser/scanner.js'
import { NEED_MORE } from '../../../src/http/parser/request-parser.js'
import { bare, fields, line } from './head-case.js'
import { laidOut } from './parsed-head.js'

/** Reads of a single byte, or of a word at once. */
let reads = 0

/** Bytes that count every look at one of them. */
function watched(bytes: Buffer): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

/** Also the words that a parser reads through a view of the same bytes. */
function watchWords(): void {
  for (const name of ['getUint32', 'getInt32', 'getUint16', 'getBigUint64', 'getFloat64'] as const) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its receiver below
    const original = DataView.prototype[name] as (this: DataView, at: number, little?: boolean) => never
    vi.spyOn(DataView.prototype, name).mockImplementation(function (this: DataView, at, little) {
      reads++
      return original.call(this, at, little)
    })
  }
}

/** Reads for a head that comes in pieces of so many bytes. */
function cost(head: string, pieceSize: number): number {
  const scanner = new Scanner({
    ...DEFAULT_LIMITS,
    targetBytes: 1 << 20,
    headerBytes: 1 << 20,
    headerFields: 1 << 20,
  })
  const bytes = laidOut(head)
  const view = watched(bytes)
  reads = 0
  for (let limit = pieceSize; ; limit += pieceSize) {
    const end = scanner.parse(view, 0, Math.min(limit, head.length))
    bytes.write(head, 'latin1') // the sentinel stood where the next piece begins
    if (end !== NEED_MORE) {
      expect(end).toBe(head.length)
      return reads
    }
  }
}

const SHAPES: readonly (readonly [string, (size: number) => string])[] = [
  ['one long value', (size) => fields(`Cookie: ${'c'.repeat(size)}`)],
  ['one long value of tabs', (size) => fields(`Cookie: ${'\t'.repeat(size)}`)],
  ['one long name', (size) => fields(`${'n'.repeat(size)}: v`)],
  ['many short fields', (size) => fields(...Array.from({ length: size / 4 }, () => 'a:'))],
  ['many framing fields', (size) => fields(...Array.from({ length: size / 20 }, () => 'Connection: close'))],
  ['one long framing field', (size) => fields(`Connection: ${'a, '.repeat(size / 3)}close`)],
  ['a long path', (size) => line(`GET /${'p'.repeat(size)} HTTP/1.1`)],
  ['a long query', (size) => line(`GET /?${'q'.repeat(size)} HTTP/1.1`)],
  ['a long absolute target', (size) => line(`GET http://h/${'p'.repeat(size)} HTTP/1.1`)],
  ['a long Host', (size) => bare(`Host: ${'h'.repeat(size)}`)],
]

describe('a head that comes byte by byte', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each(SHAPES)('costs a few reads a byte: %s', (_name, shape) => {
    watchWords()
    const head = shape(6000)
    // A call reads a handful of bytes around the end (line ends, a version, a word of four): 24 at the very most.
    expect(cost(head, 1) / head.length).toBeLessThan(24)
  })

  it.each(SHAPES)('costs twice as much when it is twice as long: %s', (_name, shape) => {
    watchWords()
    expect(cost(shape(6000), 1) / cost(shape(3000), 1)).toBeLessThan(2.1)
  })

  it.each(SHAPES)('whole, costs less than three reads a byte, all of them seen: %s', (_name, shape) => {
    watchWords()
    const head = shape(6000)
    const whole = cost(head, head.length)
    expect(whole / head.length).toBeLessThan(3)
    expect(whole / head.length).toBeGreaterThan(0.2)
  })
})
