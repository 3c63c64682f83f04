import { describe, expect, it } from 'vitest'
import type { Headers } from '../../../src/http/headers.js'
import { engineOf, sharedLlhttp } from '../../../src/http/parser/llhttp/llhttp-engine.js'
import type { ResponseListener, ResponseParser } from '../../../src/http/parser/llhttp/response-parser.js'
import { type ResponseCase as Row, responseCase as row, responseCases as rows } from './response-cases.js'

const engine = engineOf(await sharedLlhttp())

const lines = (headers: Headers | null): string =>
  Array.from(headers ?? [], ([name, value]) => `${name}=${value}`).join(' ')

/** Writes down what it is told; pieces of a body are one entry. */
class Log implements ResponseListener {
  readonly entries: string[] = []
  #body: string | null = null

  responseHead({
    status,
    reason,
    minorVersion,
    headers,
  }: Parameters<ResponseListener['responseHead']>[0]): void {
    this.entries.push(`${minorVersion} ${status} [${reason}] ${lines(headers)}`.trimEnd())
  }

  responseBody(bytes: Uint8Array, start: number, end: number): void {
    this.#body = (this.#body ?? '') + Buffer.from(bytes).toString('latin1', start, end)
  }

  responseEnd({ trailers, keepsAlive }: Parameters<ResponseListener['responseEnd']>[0]): void {
    if (this.#body !== null) this.entries.push(`body ${this.#body}`)
    this.#body = null
    this.entries.push(`${keepsAlive ? 'end' : 'last'} ${lines(trailers)}`.trimEnd())
  }

  cutShort(): void {
    if (this.#body !== null) this.entries.push(`cut ${this.#body}`)
  }
}

/** What the parser tells of the pieces, then its error, or what stands behind an upgrade. */
function read(row: Row, cuts: readonly number[]): string[] {
  const log = new Log()
  using parser = engine.makeResponseParser(log)
  for (const method of row.methods) parser.expect(method)
  let start = 0
  let rest: string | null = null
  for (const cut of [...cuts, row.bytes.length]) {
    const bytes = Buffer.from(`??${row.bytes.slice(start, cut)}??`, 'latin1')
    const limit = bytes.length - 2
    const stopped: number = rest === null ? parser.read(bytes, 2, limit) : 2
    if (parser.isUpgraded) rest = (rest ?? '') + bytes.toString('latin1', stopped, limit)
    start = cut
  }
  if (row.ends === true) parser.end()
  log.cutShort()
  return [...log.entries, ...after(parser, rest)]
}

function after(parser: ResponseParser, rest: string | null): string[] {
  if (parser.error !== null) return [parser.error]
  if (rest !== null) return [`upgraded ${rest}`]
  return parser.awaited > 0 ? [`awaits ${parser.awaited}`] : []
}

describe('the response parser', () => {
  it.each(rows)('reads $name', (row) => {
    expect(read(row, [])).toEqual(row.told)
  })

  it.each(rows)('reads the same, cut anywhere and byte by byte: $name', (row) => {
    const places = Array.from({ length: Math.max(row.bytes.length - 1, 0) }, (_, i) => i + 1)
    for (const cut of places) expect(read(row, [cut]), `cut at ${cut}`).toEqual(row.told)
    expect(read(row, places)).toEqual(row.told)
  })

  it.each([
    ['a value', `A: ${'v'.repeat(20_000)}`],
    ['a name', `${'n'.repeat(20_000)}: v`],
  ])('bounds %s that never ends', (_name, line) => {
    for (const cut of [[], [17, 100], Array.from({ length: 20_000 }, (_, i) => i + 1)]) {
      expect(read(row('', 'GET', `HTTP/1.1 200 OK\r\n${line}`), cut)).toEqual(['CAL_ERR_REPLY_TOO_LARGE'])
    }
  })

  it('bounds trailers and reasons, and takes bounds of its own', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'
    const head = '1 200 [OK] transfer-encoding=chunked'
    expect(read(row('', 'GET', `${chunked}T: ${'v'.repeat(17_000)}`), [])).toEqual([
      head,
      'CAL_ERR_REPLY_TOO_LARGE',
    ])
    expect(read(row('', 'GET', `HTTP/1.1 200 ${'r'.repeat(17_000)}`), [])).toEqual([
      'CAL_ERR_REPLY_TOO_LARGE',
    ])
    for (const [headerBytes, error] of [
      [14, null],
      [13, 'CAL_ERR_REPLY_TOO_LARGE'],
    ] as const) {
      const parser = engine.makeResponseParser(new Log(), { headerBytes })
      parser.expect('GET')
      const bytes = Buffer.from('HTTP/1.1 204 No Content\r\nA: bcd\r\n\r\n')
      parser.read(bytes, 0, bytes.length)
      expect(parser.error).toBe(error)
    }
  })

  it('reads bodies and pipelines that are longer than what llhttp takes at once', () => {
    const body = '0123456789'.repeat(10_000)
    const one = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const many = 'HTTP/1.1 204 \r\n\r\n'.repeat(5000)
    const methods = Array.from({ length: 5001 }, () => 'GET').join(' ')
    const told = read(row('', methods, one + many), [])
    expect(told.slice(0, 3)).toEqual(['1 200 [OK] content-length=100000', `body ${body}`, 'end'])
    expect(told).toHaveLength(3 + 2 * 5000)
  })

  it('tells where each response ended, in the bytes of that read; 0 where it ended with the connection', () => {
    const ends: number[] = []
    const log = new Log()
    const parser = engine.makeResponseParser({
      responseHead: (head) => log.responseHead(head),
      responseBody: (...args) => log.responseBody(...args),
      responseEnd: ({ at }) => ends.push(at),
    })
    const interim = 'HTTP/1.1 103 Early Hints\r\n\r\n'
    const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab'
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'
    const first = Buffer.from(`??${interim}${sized}${chunked}HTTP/1.1 204 `)
    const second = Buffer.from('No Content\r\n\r\nHTTP/1.0 200 OK\r\n\r\nrest')
    for (let i = 0; i < 4; i++) parser.expect('GET')
    parser.read(first, 2, first.length)
    parser.read(second, 0, second.length)
    parser.end()
    const sizedEnd = 2 + interim.length + sized.length
    expect(ends).toEqual([sizedEnd, sizedEnd + chunked.length, 'No Content\r\n\r\n'.length, 0])
  })

  it('lets a listener use another parser meanwhile', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 204 \r\n\r\n')
    const inner: string[][] = []
    const log = new Log()
    const busy: ResponseListener = {
      responseHead: (head) => {
        inner.push(read(row('', 'GET', 'HTTP/1.1 404 \r\nContent-Length: 1\r\n\r\nx'), []))
        log.responseHead(head)
      },
      responseBody: (...args) => log.responseBody(...args),
      responseEnd: (end) => log.responseEnd(end),
    }
    const parser = engine.makeResponseParser(busy)
    parser.expect('GET')
    parser.expect('GET')
    expect(parser.read(bytes, 0, bytes.length)).toBe(bytes.length)
    expect(inner).toEqual(Array(2).fill(['1 404 [] content-length=1', 'body x', 'end']))
    expect(log.entries).toEqual(['1 200 [OK] content-length=2', 'body ab', 'end', '1 204 []', 'end'])
  })

  it('reads nothing once it is disposed of, and may be disposed of twice', () => {
    const log = new Log()
    const parser = engine.makeResponseParser(log)
    parser.expect('GET')
    parser[Symbol.dispose]()
    parser[Symbol.dispose]()
    expect(parser.read(Buffer.from('HTTP/1.1 204 \r\n\r\n'), 0, 17)).toBe(0)
    parser.end()
    expect(log.entries).toEqual([])
  })
})
