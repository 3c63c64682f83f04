import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { Response } from '../../src/http/response.js'
import { get, request, VirtualServer } from './memory-client.js'

function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'none'
}

/** Runs `act` within a handler. @returns the code it throws, and what the client got */
function inHandler(act: (response: Response) => unknown, head = get('/')): { code: unknown; text: string } {
  let code: unknown
  const virtual = new VirtualServer((_asked, response) => {
    code = codeOf(() => act(response))
    if (!response.isEnded) response.end('')
  })
  const client = virtual.connect().send(head)
  virtual.run()
  return { code, text: client.text }
}

const FORBIDDEN = `Authorization Cache-Control Connection Content-Encoding Content-Length Content-Range Content-Type
  Host Keep-Alive Set-Cookie TE Trailer Transfer-Encoding Upgrade WWW-Authenticate transfer-encoding CONTENT-LENGTH`

describe('response.trailer()', () => {
  const handler: Handler = (_asked, response) => {
    response.header('Trailer', 'X-Sum')
    response.write('abc')
    response.trailer('X-Sum', '1').trailer('X-Other', 'b').trailer('X-Sum', '2')
    response.end()
  }

  it('follows the last chunk; a name that is set again is replaced where it stands', () => {
    const virtual = new VirtualServer(handler)
    const client = virtual.connect().send(get('/'))
    virtual.run()
    const end = client.text.slice(client.text.indexOf('\r\n0\r\n') + 2)
    expect(end).toBe('0\r\nX-Sum: 2\r\nX-Other: b\r\n\r\n')
  })

  it('keeps the connection in step: the next reply follows', () => {
    const virtual = new VirtualServer((asked, response) =>
      asked.path === '/' ? handler(asked, response) : response.send('next'),
    )
    const client = virtual.connect().send(get('/') + get('/next'))
    virtual.run()
    expect(client.text).toMatch(/X-Other: b\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*next$/)
  })

  it('can be set before the first piece, and for a stream', async () => {
    const virtual = new VirtualServer((_asked, response) => response.trailer('X-Sum', '3').stream(['abc']))
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.text.endsWith('\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n')).toBe(true)
  })

  it('can be set while the source of a stream is at its last piece', async () => {
    const virtual = new VirtualServer((_asked, response) =>
      response.stream(
        (function* () {
          yield 'abc'
          response.trailer('X-Sum', '3')
        })(),
      ),
    )
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.text.endsWith('abc\r\n0\r\nX-Sum: 3\r\n\r\n')).toBe(true)
  })

  it.each([
    ['HEAD', request('HEAD', '/')],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ])('is left out where no trailers can be sent: %s', (_name, head) => {
    const virtual = new VirtualServer(handler)
    const client = virtual.connect().send(head)
    virtual.run()
    expect(client.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(client.text).not.toMatch(/X-Sum: |X-Other/)
  })

  it.each([204, 304])('is left out with %i', (status) => {
    const { code, text } = inHandler((response) => {
      response.status(status).trailer('X-Sum', '1')
      response.write('')
    })
    expect(code).toBe('none')
    expect(text).not.toContain('X-Sum')
  })

  it.each(FORBIDDEN.split(/\s+/))('refuses %s, which frames, routes or describes the message', (name) => {
    expect(inHandler((response) => response.trailer(name, 'x')).code).toBe('CAL_ERR_RESPONSE_TRAILER')
  })

  it.each([
    ['bad name', 'x'],
    ['', 'x'],
    ['X-Sum', 'a\r\nX-Injected: 1'],
    ['X-Sum', 'a\0b'],
  ])('refuses what HTTP forbids: %j: %j', (name, value) => {
    const { code, text } = inHandler((response) => response.trailer(name, value))
    expect(code).toBe('CAL_ERR_RESPONSE_HEADER')
    expect(text).not.toContain('Injected')
  })

  it('refuses a declared length, whichever comes first', () => {
    const { code } = inHandler((response) => response.header('Content-Length', 0).trailer('X-Sum', '1'))
    expect(code).toBe('CAL_ERR_RESPONSE_TRAILER')
    const later = inHandler((response) =>
      response.trailer('X-Sum', '1').header('Content-Length', 3).write('abc'),
    )
    expect(later.code).toBe('CAL_ERR_RESPONSE_TRAILER')
  })

  it('refuses a reply that is sent whole: the handler hears of it, and the client gets a 500', () => {
    const virtual = new VirtualServer((_asked, response) => response.trailer('X-Sum', '1').send('abc'))
    const client = virtual.connect().send(get('/'))
    virtual.run()
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_TRAILER' }])
    expect(client.replies()[0]?.status).toBe(500)
    expect(client.text).not.toContain('X-Sum')
  })

  it('comes too late when the reply is complete', () => {
    const { code } = inHandler((response) => {
      response.write('a')
      response.end()
      response.trailer('X-Sum', '1')
    })
    expect(code).toBe('CAL_ERR_RESPONSE_ENDED')
  })

  it('is ignored when the client has gone', async () => {
    let kept: Response | null = null
    const virtual = new VirtualServer((_asked, response) => {
      kept = response
    })
    const client = virtual.connect().send(get('/'))
    virtual.run()
    client.transport.abort()
    await virtual.settle()
    expect(codeOf(() => kept!.trailer('X-Sum', '1'))).toBe('none')
  })
})
