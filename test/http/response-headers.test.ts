import { describe, expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { FIRST_DATE, get, VirtualServer } from './memory-client.js'

type Value = string | number | readonly (string | number)[]

const refusal = expect.objectContaining({
  name: 'CalandriaTypeError',
  code: 'CAL_ERR_RESPONSE_HEADER',
}) as unknown

/** Lets a handler do something to its response before it sends nothing. */
function reply(prepare: (response: Response) => void): { text: string; error: unknown } {
  let error: unknown = 'nothing'
  const virtual = new VirtualServer((_request, response) => {
    try {
      prepare(response)
    } catch (thrown) {
      error = thrown
    }
    response.send()
  })
  const client = virtual.connect().send(get('/'))
  virtual.run()
  return { text: client.text, error }
}

/** The lines that a header becomes. */
function linesOf(name: string, value: Value): string {
  const { text, error } = reply((response) => response.header(name, value))
  expect(error).toBe('nothing')
  const before = `HTTP/1.1 200 OK\r\nDate: ${FIRST_DATE}\r\n`
  const after = 'Content-Length: 0\r\n\r\n'
  expect(text.startsWith(before) && text.endsWith(after)).toBe(true)
  return text.slice(before.length, -after.length)
}

function errorOf(name: unknown, value: unknown): unknown {
  const { text, error } = reply((response) => response.header(name as string, value as Value))
  if (error !== 'nothing')
    expect(text).toBe(`HTTP/1.1 200 OK\r\nDate: ${FIRST_DATE}\r\nContent-Length: 0\r\n\r\n`)
  return error
}

describe('a header', () => {
  it('keeps the spelling of the name and ends the line', () => {
    expect(linesOf('X-Request-ID', 'a b')).toBe('X-Request-ID: a b\r\n')
  })

  it('takes numbers', () => {
    expect(linesOf('Age', 0)).toBe('Age: 0\r\n')
    expect(linesOf('Age', 12.5)).toBe('Age: 12.5\r\n')
  })

  it('takes an empty value, inner white space and bytes above ASCII', () => {
    expect(linesOf('A', '')).toBe('A: \r\n')
    expect(linesOf('A', 'b \t c')).toBe('A: b \t c\r\n')
    expect(linesOf('A', '\x80\xe9\xff')).toBe('A: \x80\xe9\xff\r\n')
  })

  it.each([
    ['CR LF and another field', 'a\r\nSet-Cookie: b'],
    ['CR', 'a\rb'],
    ['LF', 'a\nb'],
    ['LF at the end', 'a\n'],
    ['CR LF at the end', 'a\r\n'],
    ['CR LF alone', '\r\n'],
    ['NUL', 'a\0b'],
    ['DEL', 'a\x7f'],
    ['a control character', 'a\x1bb'],
    ['a leading space', ' a'],
    ['a trailing space', 'a '],
    ['a leading tab', '\ta'],
    ['a trailing tab', 'a\t'],
    ['white space alone', ' '],
    ['a character above Latin-1', 'a\u0100'],
    ['a character whose low byte is LF', '\u010a'],
    ['a character whose low byte is CR', '\u560d'],
    ['an emoji', '😀'],
    ['half of a surrogate pair', '\ud800'],
  ])('refuses a value with %s', (_name, value) => {
    expect(errorOf('A', value)).toEqual(refusal)
    expect(errorOf('A', ['b', value])).toEqual(refusal)
  })

  it('refuses each of 65,536 code units exactly when it is no visible character', () => {
    const attempt = (response: Response, unit: number): void => {
      const isVisible = (unit >= 0x21 && unit <= 0x7e) || (unit >= 0x80 && unit <= 0xff)
      let isTaken = true
      try {
        response.header('A', String.fromCharCode(unit))
      } catch {
        isTaken = false
      }
      if (isTaken !== isVisible) expect.fail(`code unit ${unit}`)
    }
    const { error } = reply((response) => {
      for (let unit = 0; unit < 0x10000; unit++) attempt(response, unit)
    })
    expect(error).toBe('nothing')
  })

  it.each(['', ' ', 'a b', 'a:', 'a\r\n', 'a\nb', 'a\0', 'é', '(', 'a/b', 'a,b', '"a"', 'a\t', '\u0141'])(
    'refuses the name %j',
    (name) => {
      expect(errorOf(name, 'v')).toEqual(refusal)
    },
  )

  it.each([undefined, null, true, {}, Symbol('s'), () => 'v', 1n])(
    'refuses a value of the wrong type (%#)',
    (value) => {
      expect(errorOf('A', value)).toEqual(refusal)
    },
  )

  it.each([undefined, null, 1, {}, []])('refuses a name of the wrong type (%#)', (name) => {
    expect(errorOf(name, 'v')).toEqual(refusal)
  })

  it('checks a value again, however often good ones of that name came before', () => {
    for (let i = 0; i < 10; i++) linesOf('X-Often', 'good')
    expect(errorOf('X-Often', 'bad\r\n')).toEqual(refusal)
    expect(linesOf('X-Often', 'good')).toBe('X-Often: good\r\n')
  })

  it('never becomes a line of another value or spelling, with more names than are remembered', () => {
    for (let round = 0; round < 2; round++) {
      const { text, error } = reply((response) => {
        for (let i = 0; i < 600; i++) response.header(`X-N${i}`, `v${i + round}`).header(`x-m${i}`, i)
      })
      expect(error).toBe('nothing')
      const lines = Array.from({ length: 600 }, (_, i) => `X-N${i}: v${i + round}\r\nx-m${i}: ${i}\r\n`)
      expect(text).toContain(`\r\n${lines.join('')}Content-Length`)
    }
    expect(linesOf('x-N1', 'v1')).toBe('x-N1: v1\r\n')
  })

  it('that is a list becomes a line of each value, in order', () => {
    expect(linesOf('Set-Cookie', ['a=1', 'b=2', 3])).toBe(
      'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: 3\r\n',
    )
  })

  it('that is a list without values is refused', () => {
    expect(errorOf('A', [])).toEqual(refusal)
  })
})

describe('a header in which the runtime has a say', () => {
  it.each(['-1', '+1', '1.5', '', 'x', '1 1', '0x1', '1e3', '9'.repeat(16)])(
    'Content-Length can’t be %j',
    (value) => {
      expect(errorOf('Content-Length', value)).toEqual(refusal)
    },
  )

  it.each([-1, 1.5, NaN, Infinity, 1e21])('Content-Length can’t be the number %d', (value) => {
    expect(errorOf('content-length', value)).toEqual(refusal)
  })

  it.each(['chunked', 'gzip', 'identity', ''])('Transfer-Encoding can’t be set, not even to %j', (value) => {
    expect(errorOf('Transfer-Encoding', value)).toEqual(refusal)
    expect(errorOf('TRANSFER-ENCODING', value)).toEqual(refusal)
  })

  it.each(['upgrade', 'close, x', '', 'closed'])('Connection can’t be %j', (value) => {
    expect(errorOf('Connection', value)).toEqual(refusal)
  })

  it('Connection can’t be a list, and neither can Content-Length', () => {
    expect(errorOf('Connection', ['keep-alive', 'close'])).toEqual(refusal)
    expect(errorOf('Content-Length', [0, 1])).toEqual(refusal)
  })
})
