import { describe, expect, it } from 'vitest'
import { Headers } from '../../src/http/headers.js'

function headers(...lines: string[]): Headers {
  const before = 'GET / HTTP/1.1\r\n'
  const text = lines.map((line) => `${line}\r\n`).join('')
  return new Headers(`${before}${text}\r\nX-Body: no\r\n`, before.length, before.length + text.length)
}

describe('Headers', () => {
  it('finds a field by its name in any case', () => {
    const given = headers('Host: x', 'X-Trace: 7')
    expect(given.get('x-trace')).toBe('7')
    expect(given.get('X-TRACE')).toBe('7')
  })

  it('gives null for what was not sent, and the empty string for what was sent empty', () => {
    const given = headers('A:', 'B: ')
    expect([given.get('a'), given.get('b'), given.get('c'), given.has('a'), given.has('c')]).toEqual([
      '',
      '',
      null,
      true,
      false,
    ])
  })

  it('looks at nothing outside of the field section', () => {
    expect(headers('A: b').get('X-Body')).toBeNull()
    expect(headers().get('GET / HTTP/1.1\r\n')).toBeNull()
    expect([...headers()]).toEqual([])
  })

  it('joins lines of one name with a comma, in their order (RFC 9110 §5.3)', () => {
    expect(headers('Accept: a', 'X: y', 'ACCEPT: b', 'accept:').get('Accept')).toBe('a, b, ')
  })

  it('joins cookies with a semicolon (RFC 6265bis §5.8.3)', () => {
    expect(headers('Cookie: a=1', 'cookie: b=2; c=3').get('Cookie')).toBe('a=1; b=2; c=3')
  })

  it('takes spaces and tabs from around a value, and nothing else', () => {
    expect(headers('A: \t b \t c\t ').get('a')).toBe('b \t c')
    expect(headers('A:\xa0b\xa0').get('a')).toBe('\xa0b\xa0')
  })

  it('keeps colons in values, and one character for each byte', () => {
    const given = headers('A: b: c:', 'B: \xc3\xa9')
    expect(given.get('a')).toBe('b: c:')
    expect(given.get('b')).toBe('\xc3\xa9')
  })

  it('gives every line in its order, names in lower case', () => {
    const given = headers('B: 1', 'a: 2', 'B: 3')
    const all = [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
    ]
    expect([...given.entries()]).toEqual(all)
    expect([...given]).toEqual(all)
    expect(new Map(given).get('a')).toBe('2')
  })

  it('is not led astray by names that every object has', () => {
    const given = headers('constructor: a', '__proto__: b')
    expect([given.get('constructor'), given.get('__proto__'), given.get('toString')]).toEqual([
      'a',
      'b',
      null,
    ])
  })
})
