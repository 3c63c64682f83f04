import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { Response } from '../../src/http/response.js'
import { statusLine } from '../../src/http/status-lines.js'
import { FIRST_DATE, get, VirtualServer } from './memory-client.js'

const DATE = `Date: ${FIRST_DATE}\r\n`

/** The bytes of a reply, exactly. */
function answerOf(answer: (response: Response) => void, asked = get('/')): string {
  const virtual = new VirtualServer((_request, response) => answer(response))
  const client = virtual.connect().send(asked)
  virtual.run()
  expect(virtual.errors).toEqual([])
  return client.text
}

describe('statusLine', () => {
  it('has the number and the reason of a status, and ends the line', () => {
    expect(statusLine(200)).toBe('HTTP/1.1 200 OK\r\n')
    expect(statusLine(404)).toBe('HTTP/1.1 404 Not Found\r\n')
    expect(statusLine(418)).toBe("HTTP/1.1 418 I'm a teapot\r\n")
  })

  it('keeps the space where there is no reason (RFC 9112 §4)', () => {
    expect(statusLine(299)).toBe('HTTP/1.1 299 \r\n')
  })

  it('is well-formed for every status that a response may have, the second time too', () => {
    for (let status = 200; status <= 599; status++) {
      expect(statusLine(status)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Za-z' -]*\r\n$`))
      expect(statusLine(status)).toBe(statusLine(status))
    }
  })
})

describe('the head of a reply', () => {
  it('is a status line, the date, the type of a string, the length and an empty line', () => {
    expect(answerOf((response) => response.send('Hello'))).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nHello`,
    )
  })

  it('declares bytes as octet-stream, JSON as JSON, and nothing as nothing', () => {
    expect(answerOf((response) => response.send(Buffer.from([1, 2])))).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\n\x01\x02`,
    )
    expect(answerOf((response) => response.json({ a: 1 }))).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}`,
    )
    expect(answerOf((response) => response.send())).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\n\r\n`,
    )
  })

  it('puts the handler’s lines in their order, and no type of its own before theirs', () => {
    const text = answerOf((response) => {
      response
        .status(404)
        .header('B', 1)
        .header('Set-Cookie', ['x', 'y'])
        .header('content-type', 'a/b')
        .send('n')
    })
    expect(text).toBe(
      `HTTP/1.1 404 Not Found\r\n${DATE}B: 1\r\nSet-Cookie: x\r\nSet-Cookie: y\r\ncontent-type: a/b\r\nContent-Length: 1\r\n\r\nn`,
    )
  })

  it('keeps a content type that was set before json()', () => {
    expect(answerOf((response) => response.header('Content-Type', 'a/b').json(1))).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Type: a/b\r\nContent-Length: 1\r\n\r\n1`,
    )
  })

  it('has the last of several headers of one name, in the place of the first', () => {
    expect(answerOf((response) => response.header('A', '1').header('B', '2').header('a', '3').send())).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}a: 3\r\nB: 2\r\nContent-Length: 0\r\n\r\n`,
    )
  })

  it.each([200, 404])('has the date that the handler has set, and no other (%i)', (status) => {
    expect(answerOf((response) => response.status(status).header('Date', 'then').send())).toBe(
      `${statusLine(status)}Date: then\r\nContent-Length: 0\r\n\r\n`,
    )
  })

  it('declares the length in bytes, not in characters', () => {
    const bodies = ['', 'é', '€', '😀', 'a'.repeat(2047), 'a'.repeat(2048), 'é'.repeat(40_000), '\ud800']
    for (const body of bodies) {
      const text = answerOf((response) => response.send(body))
      const bytes = Buffer.from(body)
      expect(text).toContain(`\r\nContent-Length: ${bytes.length}\r\n\r\n`)
      expect(text.endsWith(`\r\n\r\n${bytes.toString('latin1')}`)).toBe(true)
    }
  })

  it('sends a view of a larger buffer, and no byte around it', () => {
    const large = new Uint8Array(5000).fill(0x78).fill(0x61, 1000, 4000)
    for (const [from, to] of [
      [999, 1002],
      [999, 4001],
    ] as const) {
      const text = answerOf((response) => response.send(large.subarray(from, to)))
      expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(
        `x${'a'.repeat(to - from - (to > 4000 ? 2 : 1))}${to > 4000 ? 'x' : ''}`,
      )
    }
  })

  it('keeps nothing of the reply before it, whatever that was', () => {
    const kinds: Record<string, (response: Response) => void> = {
      plain: (response) => response.send('a'),
      bytes: (response) => response.send(Buffer.from('b')),
      empty: (response) => response.send(),
      found: (response) => response.status(302).header('Location', '/').send(),
      other: (response) => response.header('A', '1').send('a'),
      changed: (response) => response.header('A', '2').send('a'),
      more: (response) => response.header('A', '1').header('B', '1').send('a'),
      dated: (response) => response.header('Date', 'then').send('a'),
      chunked: (response) => response.end(void response.write('c')),
      none: (response) => response.status(204).send(),
      cookies: (response) => response.header('Set-Cookie', ['a', 'b']).send(),
      cookie: (response) => response.header('Set-Cookie', ['a', 'c']).send(),
    }
    const names = Object.keys(kinds)
    const handler: Handler = (request, response) => kinds[request.path.slice(1)]!(response)
    const alone = (name: string): string => answerOf((response) => kinds[name]!(response))
    const virtual = new VirtualServer(handler)
    const order = names.flatMap((first) => names.flatMap((second) => [first, second]))
    const client = virtual.connect().send(order.map((name) => get(`/${name}`)).join(''))
    virtual.run()
    expect(client.text).toBe(order.map(alone).join(''))
  })
})
