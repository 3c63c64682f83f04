import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../src/errors/catalogue.js'
import { DEFAULT_LIMITS, type Limits } from '../../../src/http/limits.js'
import type { RequestParser } from '../../../src/http/parser/request-parser.js'
import { fieldCases } from './field-cases.js'
import { framingCases } from './framing-cases.js'
import { bare, fields, type HeadCase, line } from './head-case.js'
import { type Answer, laidOut, parse, parseInPieces, parseWhole } from './parsed-head.js'
import { requestLineCases } from './request-line-cases.js'

const sharedCases: readonly HeadCase[] = [...requestLineCases, ...fieldCases, ...framingCases]

/** What an earlier read may have left behind the bytes: it would complete a head, or spoil it. */
const STALE = [
  '\r\n\r\n',
  '\n\r\n\r',
  ' HTTP/1.1\r\nHost: x\r\n\r\n',
  'AAAA',
  ': 5\r\n',
  '   ',
  '\0',
  '\xff',
  'GET / ',
] as const

export { sharedCases as headCases }

const limitsOf = (row: HeadCase): Limits => ({ ...DEFAULT_LIMITS, ...row.limits })
const isHead = (answer: Answer): answer is Exclude<Answer, string> => typeof answer === 'object'

/** Where an engine has an answer of its own to a row, by the row's name: a refusal, and the reason for it. */
export type OwnAnswers = Readonly<Record<string, { readonly answer: ErrorCode; readonly why: string }>>

/** What every engine must hold to, whatever it is made of. Each row of the table is a test of its own. */
export function describeRequestParser(
  name: string,
  make: (limits: Limits) => RequestParser,
  ownAnswers: OwnAnswers = {},
): void {
  const headCases = sharedCases.map((row) => {
    const own = ownAnswers[row.name]
    return own === undefined ? row : { ...row, answer: own.answer }
  })

  it(`${name} has answers of its own only where there is a row with another answer`, () => {
    for (const [row, { answer }] of Object.entries(ownAnswers)) {
      const shared = sharedCases.find((one) => one.name === row)?.answer
      expect(shared, row).toBeDefined()
      expect(shared, row).not.toBe(answer)
    }
  })

  describe(`${name} answers`, () => {
    it.each(headCases)('$name', (row) => {
      const answer = parseWhole(make(limitsOf(row)), row.bytes)
      if (typeof row.answer === 'string') expect(answer).toBe(row.answer)
      else expect(answer).toMatchObject({ length: row.bytes.length, ...row.answer })
    })
  })

  describe(`${name} gives the same answer`, () => {
    it.each(headCases)('cut anywhere: $name', (row) => {
      const parser = make(limitsOf(row))
      const whole = parseWhole(parser, row.bytes)
      for (let cut = 1; cut < row.bytes.length; cut++) {
        expect(parseInPieces(parser, row.bytes, [cut]), `cut at ${cut}`).toEqual(whole)
      }
    })

    it.each(headCases)('byte by byte: $name', (row) => {
      const parser = make(limitsOf(row))
      const everywhere = Array.from({ length: Math.max(row.bytes.length - 1, 0) }, (_, i) => i + 1)
      expect(parseInPieces(parser, row.bytes, everywhere)).toEqual(parseWhole(parser, row.bytes))
    })

    it.each(headCases)('whatever stands behind the bytes: $name', (row) => {
      const parser = make(limitsOf(row))
      const whole = parseWhole(parser, row.bytes)
      for (const stale of STALE) {
        expect(parseWhole(parser, row.bytes, 0, stale), `before ${JSON.stringify(stale)}`).toEqual(whole)
        for (let cut = 1; cut < row.bytes.length; cut++) {
          const answer = parseInPieces(parser, row.bytes, [cut], 0, stale)
          if (answer !== whole) expect(answer, `${cut} bytes before ${JSON.stringify(stale)}`).toEqual(whole)
        }
      }
    })

    it.each(headCases)('wherever the bytes begin: $name', (row) => {
      const parser = make(limitsOf(row))
      const whole = parseWhole(parser, row.bytes)
      for (const from of [1, 2, 3, 5, 1000]) expect(parseWhole(parser, row.bytes, from, 'G')).toEqual(whole)
    })
  })

  describe(`${name} keeps nothing between two heads:`, () => {
    const first = [
      fields('Content-Length: 7', 'Connection: close', 'Expect: 100-continue'),
      fields('Transfer-Encoding: chunked', 'Connection: keep-alive', 'Expect: other'),
      'POST http://x/a?b HTTP/1.0\r\n\r\n',
      'GET /\0',
      bare('Host: x', 'Host: y'),
      line('GET / HTTP/3.0'),
    ]

    it.each(headCases)('$name', (row) => {
      const whole = parseWhole(make(limitsOf(row)), row.bytes)
      const parser = make(limitsOf(row))
      for (const before of first) {
        parse(parser, laidOut(before), 0, before.length)
        expect(parse(parser, laidOut(row.bytes), 0, row.bytes.length), `behind ${before}`).toEqual(whole)
        parser.reset()
      }
    })

    it.each(headCases)('after half a head and reset(): $name', (row) => {
      const parser = make(limitsOf(row))
      const whole = parseWhole(parser, row.bytes)
      const half = fields('Content-Length: 7', 'Transfer-Enc')
      for (let cut = 1; cut <= half.length; cut++) {
        parse(parser, laidOut(half.slice(0, cut)), 0, cut)
        parser.reset()
        expect(parse(parser, laidOut(row.bytes), 0, row.bytes.length)).toEqual(whole)
        parser.reset()
      }
    })
  })

  it(`${name} is not led astray by a head that differs from the last one in a single byte`, () => {
    const heads = [
      fields(
        'Content-Length: 12',
        'Connection: close',
        'Expect: 100-continue',
        'X: \xff\xff\xff\xff\xff\xff\xff\xff',
      ),
      fields('Transfer-Encoding: chunked', 'Connection: keep-alive', 'Cookie: a=b; c=d'),
      'GET / HTTP/1.0\r\nA: b\r\nContent-Length: 1\r\n\r\n',
    ]
    const parser = make(DEFAULT_LIMITS)
    for (const head of heads) {
      for (let at = 0; at < head.length; at++) {
        for (const byte of [
          '\0',
          '\n',
          '\r',
          ' ',
          '0',
          '1',
          ':',
          'x',
          'X',
          '\x7f',
          '\xff',
          String.fromCharCode(head.charCodeAt(at) ^ 0x20),
        ]) {
          const other = head.slice(0, at) + byte + head.slice(at + 1)
          const expected = parseWhole(make(DEFAULT_LIMITS), other)
          for (const text of [head, head, other, other]) {
            const answer = parse(parser, laidOut(text), 0, text.length)
            parser.reset()
            if (text === other)
              expect(answer, `${JSON.stringify(byte)} at ${at} of ${head}`).toEqual(expected)
          }
        }
      }
    }
  })

  it(`${name} judges the same fields anew for another version, target or limit of the bytes`, () => {
    const section = '\r\nA: b\r\nContent-Length: 3\r\n\r\n'
    const parser = make(DEFAULT_LIMITS)
    const starts = [
      'GET / HTTP/1.0',
      'GET / HTTP/1.1',
      'POST /a?b HTTP/1.0',
      'GET / HTTP/1.1',
      'PUT /longer HTTP/1.0',
    ]
    for (const start of [...starts, ...starts]) {
      const whole = start + section
      expect(parse(parser, laidOut(whole), 0, whole.length)).toEqual(parseWhole(make(DEFAULT_LIMITS), whole))
      parser.reset()
      // The rest stands behind the bytes still, from an earlier read.
      for (let limit = 0; limit < whole.length; limit++) {
        expect(parse(parser, laidOut(whole.slice(0, limit), 0, whole.slice(limit)), 0, limit)).toBe(
          'need more',
        )
        parser.reset()
      }
    }
  })

  it(`${name} reads heads that stand behind one another, each where the last one ended`, () => {
    const rows = headCases.filter((row) => typeof row.answer === 'object' && row.limits === undefined)
    const parser = make(DEFAULT_LIMITS)
    const answers = rows.map((row) => parseWhole(parser, row.bytes))
    const heads = rows.map((row, i) => row.bytes.slice(0, (answers[i] as { length: number }).length))
    const stream = heads.join('')
    const bytes = laidOut(stream, 0, '\r\n')
    let at = 0
    for (const expected of answers) {
      const answer = parse(parser, bytes, at, stream.length)
      expect(answer).toEqual(expected)
      at += isHead(answer) ? answer.length : 0
    }
    expect(at).toBe(stream.length)
  })

  it(`${name} wants more as long as a good head isn't complete, and no longer`, () => {
    for (const row of headCases) {
      if (typeof row.answer === 'string') continue
      const parser = make(limitsOf(row))
      const whole = parseWhole(parser, row.bytes)
      const length = isHead(whole) ? whole.length : 0
      for (let cut = 0; cut < length; cut++) {
        expect(parseWhole(parser, row.bytes.slice(0, cut)), `${row.name}, cut at ${cut}`).toBe('need more')
      }
      expect(parseWhole(parser, row.bytes.slice(0, length)), row.name).toEqual(whole)
    }
  })

  it(`${name} holds the default limits to the byte`, () => {
    const { targetBytes, headerBytes, headerFields } = DEFAULT_LIMITS
    const parser = make(DEFAULT_LIMITS)
    const target = (length: number): string => line(`GET /${'t'.repeat(length - 1)} HTTP/1.1`)
    expect(parseWhole(parser, target(targetBytes))).toMatchObject({ form: 'Origin' })
    expect(parseWhole(parser, target(targetBytes + 1))).toBe('CAL_ERR_HTTP_TARGET_TOO_LONG')
    const section = (length: number): string =>
      fields(`A: ${'v'.repeat(length - 'Host: x\r\nA: \r\n'.length)}`)
    expect(parseWhole(parser, section(headerBytes))).toMatchObject({ form: 'Origin' })
    expect(parseWhole(parser, section(headerBytes + 1))).toBe('CAL_ERR_HTTP_HEAD_TOO_LARGE')
    const many = (count: number): string => fields(...Array.from({ length: count - 1 }, () => 'A:'))
    expect(parseWhole(parser, many(headerFields))).toMatchObject({ form: 'Origin' })
    expect(parseWhole(parser, many(headerFields + 1))).toBe('CAL_ERR_HTTP_TOO_MANY_FIELDS')
  })

  it.each(['Connection', 'Expect', 'Transfer-Encoding', 'Host', 'Content-Length', 'X'])(
    `${name} takes a %s of a megabyte without throwing, where the limits allow it`,
    (field) => {
      const parser = make({ ...DEFAULT_LIMITS, headerBytes: 2_000_000, targetBytes: 2_000_000 })
      const answer = parseWhole(parser, fields(`${field}: ${'a,'.repeat(500_000)}`))
      expect(typeof answer === 'object' || answer.startsWith('CAL_ERR_HTTP_')).toBe(true)
    },
  )
}
