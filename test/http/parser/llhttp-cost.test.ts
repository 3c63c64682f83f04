import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { engineOf } from '../../../src/http/parser/llhttp/llhttp-engine.js'
import { LlhttpInstance } from '../../../src/http/parser/llhttp/llhttp-instance.js'
import { loadLlhttp } from '../../../src/http/parser/llhttp/llhttp-loader.js'
import { NEED_MORE } from '../../../src/http/parser/request-parser.js'
import { bare, fields, line } from './head-case.js'
import { laidOut } from './parsed-head.js'

const llhttp = await loadLlhttp()
const engine = engineOf(llhttp)
const limits = { ...DEFAULT_LIMITS, targetBytes: 1 << 20, headerBytes: 1 << 20, headerFields: 1 << 20 }

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a head that comes byte by byte to the llhttp engine', () => {
  it.each([
    ['a long value', fields(`Cookie: ${'c'.repeat(50_000)}`)],
    ['many fields', fields(...Array.from({ length: 10_000 }, () => 'a:'))],
    ['a long target', line(`GET /${'p'.repeat(50_000)}?${'q'.repeat(50_000)} HTTP/1.1`)],
    ['an unknown method', `\r\n${'M'.repeat(32)} / HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('is given to llhttp once: %s', (_name, head) => {
    const load = vi.spyOn(LlhttpInstance.prototype, 'load')
    const parser = engine.requestParsers(limits)()
    const bytes = laidOut(head)
    let end = NEED_MORE
    for (let limit = 1; end === NEED_MORE; limit++) end = parser.parse(bytes, 0, limit)
    expect(end).toBe(head.length)
    const given = load.mock.calls.reduce((sum, [, from, to]) => sum + to - from, 0)
    expect(given).toBe(head.trimStart().length)
  })
})

describe('the memory of llhttp', () => {
  it('is one parser for heads that come whole, whoever reads them', () => {
    const make = engine.requestParsers(limits)
    const head = fields('A: b')
    const refused = bare('Host: x', 'Host: x')
    make().parse(laidOut(head), 0, head.length)
    const alloc = vi.spyOn(llhttp, 'take')
    const taken = new Set<number>()
    for (let i = 0; i < 100; i++) {
      make().parse(laidOut(head), 0, head.length)
      make().parse(laidOut(refused), 0, refused.length)
    }
    for (const { value } of alloc.mock.results) taken.add(value as number)
    expect(alloc).toHaveBeenCalledTimes(200)
    expect(taken.size).toBe(1)
  })

  it('does not grow with crowds of slow clients that come and go', () => {
    const make = engine.requestParsers(limits)
    const half = 'GET / HTTP/1.1\r\nHost: x'
    const crowd = (): void => {
      const parsers = Array.from({ length: 5000 }, make)
      for (const parser of parsers) expect(parser.parse(laidOut(half), 0, half.length)).toBe(NEED_MORE)
      for (const parser of parsers) parser.reset()
    }
    crowd()
    const { byteLength } = llhttp.exports.memory.buffer
    for (let i = 0; i < 5; i++) crowd()
    expect(llhttp.exports.memory.buffer.byteLength).toBe(byteLength)
  })

  it('may grow while heads are incomplete: they are read on in the new memory', () => {
    const make = engine.requestParsers(limits)
    const head = fields('A: b', 'Content-Length: 3')
    const before = llhttp.exports.memory.buffer
    const parsers = [make()]
    parsers[0]!.parse(laidOut(head), 0, 20)
    while (llhttp.exports.memory.buffer === before) {
      const parser = make()
      parser.parse(laidOut(head), 0, 20)
      parsers.push(parser)
    }
    for (const parser of parsers) {
      expect(parser.parse(laidOut(head), 0, head.length)).toBe(head.length)
      expect(parser.section.contentLength).toBe(3)
    }
  })
})
