import fc from 'fast-check'
import { METHODS } from '../../../src/http/methods.js'

const TOKEN = "!#$%&'*+-.^_`|~0189AZaz"
const PATH = "/aZ09-._~%!$&'()*+,;=:@[]{}|\\^`"
const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('')

const text = (chars: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(chars)), minLength, maxLength })
const ows = fc.constantFrom('', ' ', '\t', ' \t ')

const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...METHODS.filter((name) => name !== '' && name !== 'CONNECT')) },
  text(TOKEN, 1, 32),
)
const host = fc.constantFrom('x', 'a.example:80', '[::1]:8080', '127.0.0.1', '')
const query = fc.oneof(
  fc.constant(''),
  text(`${PATH}?`, 0, 12).map((query) => `?${query}`),
)
const target = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(text(PATH, 0, 20), query).map(([path, query]) => `/${path}${query}`) },
  fc
    .tuple(fc.constantFrom('http', 'HTTPS'), fc.constantFrom('h', 'h.i:8', '[::]:1'), query)
    .map(([scheme, at, query]) => `${scheme}://${at}/p${query}`),
)
const value = text(`${VISIBLE} \t\x80\xa0\xff`, 0, 30)
const field = fc
  .tuple(text(TOKEN, 1, 20), ows, value, ows)
  .map(([name, before, value, after]) => `${name}:${before}${value}${after}`)
const known = fc.constantFrom(
  'Content-Length: 5',
  'content-length:0',
  'Transfer-Encoding: chunked',
  'Connection: close',
  'connection: Keep-Alive, x',
  'Connection: a, close ,b',
  'Expect: 100-continue',
  'EXPECT: 100-Continue',
  'Expect: more',
  'Host: second',
  'Content-Length: 1, 1',
  'Transfer-Encoding: gzip, chunked',
)

/** Heads that follow the grammar; now and then their framing fields contradict one another. */
export const plausibleHead: fc.Arbitrary<string> = fc
  .record({
    leading: fc.constantFrom('', '', '\r\n'),
    requestLine: fc.oneof(
      { weight: 9, arbitrary: fc.tuple(method, target).map(([name, to]) => `${name} ${to}`) },
      fc.constantFrom('OPTIONS *', 'CONNECT h:1', 'CONNECT [::1]:443'),
    ),
    minor: fc.constantFrom(0, 1, 1, 1),
    host: fc.option(
      fc.tuple(ows, host).map(([before, name]) => `Host:${before}${name}`),
      { freq: 9 },
    ),
    fields: fc.array(fc.oneof({ weight: 3, arbitrary: field }, known), { maxLength: 6 }),
    at: fc.nat(6),
  })
  .map(({ leading, requestLine, minor, host, fields, at }) => {
    const lines = host === null ? fields : [...fields.slice(0, at), host, ...fields.slice(at)]
    return `${leading}${requestLine} HTTP/1.${minor}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
  })

/** What breaks parsers. */
const HOSTILE = [
  '\0',
  '\x01',
  '\t',
  '\n',
  '\v',
  '\r',
  '\r\n',
  '\r\r\n',
  '\n\r',
  '\r\n\r\n',
  ' ',
  '  ',
  '\x7f',
  '\x80',
  '\xff',
  ':',
  ': ',
  '?',
  '#',
  '/',
  '//',
  ',',
  '*',
  '@',
  '[',
  ']',
  '"',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'GET ',
  'http://',
  'Host: x\r\n',
  'Host:',
  'Content-Length: 1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  '\r\n ',
]

const hostile = fc.constantFrom(...HOSTILE)

/** Something hostile put in, over or instead of a few bytes. */
export const hostileEdit = fc.tuple(fc.nat(400), fc.nat(3), fc.oneof(hostile, fc.constant('')))

export function edited(head: string, edits: readonly (readonly [number, number, string])[]): string {
  return edits.reduce((text, [place, removed, put]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + put + text.slice(at + removed)
  }, head)
}

/** Heads with one to three faults. */
export const brokenHead: fc.Arbitrary<string> = fc
  .tuple(plausibleHead, fc.array(hostileEdit, { minLength: 1, maxLength: 3 }))
  .map(([head, edits]) => edited(head, edits))

const anyByte = fc.string({ unit: fc.nat(255).map((byte) => String.fromCharCode(byte)), maxLength: 60 })

/** Bytes without any sense, and pieces of heads without any order. */
export const garbage: fc.Arbitrary<string> = fc.oneof(
  anyByte,
  anyByte.map((text) => `GET /${text}`),
  anyByte.map((text) => `GET / HTTP/1.1\r\nHost: x\r\n${text}`),
  fc
    .array(fc.oneof(hostile, fc.constantFrom('GET / HTTP/1.1\r\n', 'a', 'A: b\r\n')), { maxLength: 20 })
    .map((pieces) => pieces.join('')),
)
