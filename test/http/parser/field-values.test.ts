import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { Scanner } from '../../../src/http/parser/scanner.js'
import { bare, fields } from './head-case.js'
import { type Answer, parseWhole } from './parsed-head.js'

const read = (head: string): Answer => parseWhole(new Scanner(DEFAULT_LIMITS), head)
const isRead = (head: string): boolean => typeof read(head) === 'object'
const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/** Names that the parser must know, each with a value that has an effect. */
const KNOWN: readonly (readonly [string, string])[] = [
  ['host', 'second'],
  ['expect', '100-continue'],
  ['connection', 'close'],
  ['content-length', '5'],
  ['transfer-encoding', 'chunked'],
]

/** What a field changes, its line aside. */
function effect(name: string, value: string): unknown {
  const answer = read(fields(`${name}: ${value}`))
  return typeof answer === 'string' ? answer : { ...answer, fields: '', length: 0 }
}

describe('the names that frame a message', () => {
  const none = effect('x', 'y')

  it.each(KNOWN)('%s is known in any case', (name, value) => {
    expect(effect(name, value)).not.toEqual(none)
    expect(effect(name.toUpperCase(), value)).toEqual(effect(name, value))
    const mixed = Array.from(name, (char, i) => (i % 2 === 0 ? char.toUpperCase() : char)).join('')
    expect(effect(mixed, value)).toEqual(effect(name, value))
  })

  it.each(KNOWN)('no other token of its length is taken for %s', (name, value) => {
    for (let i = 0; i < name.length; i++) {
      for (const char of TOKEN_CHARS) {
        const other = name.slice(0, i) + char + name.slice(i + 1)
        if (other.toLowerCase() !== name) expect(effect(other, value), other).toEqual(none)
      }
    }
  })

  it.each(KNOWN)('no token that is shorter or longer is taken for %s', (name, value) => {
    for (const other of [name.slice(1), name.slice(0, -1), `${name}s`, `x${name}`, name + name]) {
      expect(effect(other, value), other).toEqual(none)
    }
  })
})

describe('Content-Length', () => {
  const lengthOf = (value: string): number | string => {
    const answer = read(fields(`Content-Length:${value}`))
    return typeof answer === 'string' ? answer : answer.contentLength
  }

  it.each([0, 5, 10, 99, 65_536, 2_147_483_648, 4_294_967_296, 123_456_789_012_345, 999_999_999_999_999])(
    'of %i is read to the digit',
    (length) => {
      expect(lengthOf(` ${length}`)).toBe(length)
    },
  )

  it('takes digits and nothing else, wherever it stands', () => {
    for (let byte = 0x21; byte < 256; byte++) {
      const char = String.fromCharCode(byte)
      for (const text of [char, `1${char}`, `${char}1`, `1${char}1`, `1234567${char}`]) {
        const isRight = /^[0-9]+$/.test(text)
        expect(lengthOf(text), JSON.stringify(text)).toBe(
          isRight ? Number(text) : byte === 0x7f ? 'CAL_ERR_HTTP_FIELD_VALUE' : 'CAL_ERR_HTTP_CONTENT_LENGTH',
        )
      }
    }
  })
})

const HOSTS = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'A.b-c_d~e',
  '1.2.3.4',
  '1.2.3.4:80',
  'a:0',
  'a:65535',
  'a:',
  ':80',
  ':',
  "!$&'()*+,;=",
  '%20',
  '[::1]',
  '[::1]:',
  '[::1]:8080',
  '[2001:db8:0:0:0:0:0:1]',
  '[::ffff:1.2.3.4]',
  '[v1.x]',
  '[fe80::1%25en0]',
  'h'.repeat(255),
]
const NO_HOSTS = [
  'a b',
  'a\tb',
  'a/b',
  '/',
  'a?',
  'a#',
  'u@h',
  'a:b',
  'a:1b',
  'a:1:2',
  '::1',
  '[',
  ']',
  '[]',
  '[]:1',
  '[::1',
  '[::1]a',
  '[::1]]',
  '[[::1]]',
  '[::1]:x',
  '[::1]:1:2',
  '[ ::1]',
  '[::1/]',
  '\xe9',
  'a\\b',
  'a"b',
  '<a>',
  'a|b',
  'a^b',
  'a`b',
  '{a}',
  'a[b]',
  'a:8 0',
  '[::1] :80',
  '[: :1]',
]

describe('Host', () => {
  it.each(HOSTS)('may be %j', (host) => {
    for (const [before, after] of [
      ['', ''],
      [' ', ''],
      ['', ' '],
      ['\t ', ' \t'],
    ] as const) {
      expect(isRead(bare(`Host:${before}${host}${after}`))).toBe(true)
    }
  })

  it.each(NO_HOSTS)('may not be %j', (host) => {
    for (const [before, after] of [
      ['', ''],
      [' ', ''],
      ['', ' '],
      ['\t ', ' \t'],
    ] as const) {
      expect(read(bare(`Host:${before}${host}${after}`))).toBe('CAL_ERR_HTTP_HOST')
    }
  })

  it('is judged the same in the authority of a target', () => {
    const withAuthority = (authority: string): string =>
      `GET http://${authority}/ HTTP/1.1\r\nHost: x\r\n\r\n`
    for (const host of HOSTS) expect(isRead(withAuthority(host)), host).toBe(host !== '')
    for (const host of NO_HOSTS) {
      if (/^[!-~]+$/.test(host) && !/[/?#]/.test(host))
        expect(read(withAuthority(host)), host).toBe('CAL_ERR_HTTP_TARGET')
    }
  })
})
