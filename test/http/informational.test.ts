import { describe, expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { Gate, get, VirtualServer } from './memory-client.js'

const LINK = '</style.css>; rel=preload'

function refusalOf(act: (response: Response) => unknown): { name?: unknown; code?: unknown } {
  let refusal = {}
  const virtual = new VirtualServer((_asked, response) => {
    try {
      act(response)
    } catch (error) {
      refusal = error as Error
    }
  })
  virtual.connect().send(get('/'))
  virtual.run()
  return refusal
}

describe('response.informational()', () => {
  it('sends an interim response before the final one, with nothing but the headers it was given', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.informational(103, { Link: LINK }).header('X-Final', '1').send('final')
    })
    const client = virtual.connect().send(get('/'))
    virtual.run()
    expect(
      client.text.startsWith(`HTTP/1.1 103 Early Hints\r\nLink: ${LINK}\r\n\r\nHTTP/1.1 200 OK\r\n`),
    ).toBe(true)
    expect(client.answers()).toEqual(['103 ', '200 final'])
  })

  it('leaves while the handler is still at work', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (_asked, response) => {
      response.informational(103, { Link: LINK })
      await gate.opened
      response.informational(102)
      await Promise.resolve()
      response.send('final')
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.answers()).toEqual(['103 '])
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['103 ', '102 ', '200 final'])
  })

  it('sends several, in their order, and one line for each value of a list', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response
        .informational(102)
        .informational(103, { Link: ['</a>', '</b>'] })
        .informational(199)
      response.send('final')
    })
    const client = virtual.connect().send(get('/'))
    virtual.run()
    expect(client.text).toContain('Link: </a>\r\nLink: </b>\r\n\r\nHTTP/1.1 199 ')
    expect(client.text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(
      [102, 103, 199, 200].map((status) => `HTTP/1.1 ${status}`),
    )
  })

  it('never comes before the final reply to an earlier request', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      response.informational(103, { 'X-For': asked.path })
      if (asked.path === '/slow') await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + get('/b') + get('/c'))
    await virtual.settle()
    expect(client.answers()).toEqual(['103 '])
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['103 ', '200 /slow', '103 ', '200 /b', '103 ', '200 /c'])
    expect(client.replies().map((reply) => reply.headers.get('x-for'))).toEqual([
      '/slow',
      undefined,
      '/b',
      undefined,
      '/c',
      undefined,
    ])
  })

  it('that waited leaves as soon as it is its turn, though the final reply is not there', async () => {
    const [first, second] = [new Gate(), new Gate()]
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/b') response.informational(103)
      await (asked.path === '/a' ? first : second).opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    first.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '103 '])
    second.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '103 ', '200 /b'])
  })

  it('sends nothing to HTTP/1.0, which knows no interim responses (RFC 9110 §15.2)', () => {
    const virtual = new VirtualServer((_asked, response) => response.informational(103).send('final'))
    const client = virtual.connect().send('GET / HTTP/1.0\r\n\r\n')
    virtual.run()
    expect(client.answers()).toEqual(['200 final'])
  })

  it('goes before a body that is streamed, and before an error of the handler', async () => {
    const virtual = new VirtualServer((asked, response) => {
      response.informational(103)
      if (asked.path === '/error') throw new Error('oops')
      return response.stream(['streamed'])
    })
    const client = virtual.connect().send(get('/') + get('/error'))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([103, 200, 103, 500])
  })

  it('counts as no response', () => {
    const virtual = new VirtualServer((_asked, response) => response.informational(103).send(''))
    virtual.connect().send(get('/'))
    virtual.run()
    expect(virtual.server.statistics()).toMatchObject({ requests: 1, responses: 1 })
  })

  it.each([99, 100, 101, 200, 204, 103.5, NaN, '103', undefined])('refuses the status %s', (status) => {
    expect(refusalOf((response) => response.informational(status as number))).toMatchObject({
      name: 'CalandriaTypeError',
      code: 'CAL_ERR_RESPONSE_INFORMATIONAL',
    })
  })

  it.each(['Content-Length', 'Transfer-Encoding', 'Connection', 'Upgrade', 'content-length'])(
    'refuses %s, which would frame it',
    (name) => {
      expect(refusalOf((response) => response.informational(103, { [name]: '1' }))).toMatchObject({
        name: 'CalandriaTypeError',
        code: 'CAL_ERR_RESPONSE_HEADER',
      })
    },
  )

  it.each([
    ['bad name', 'x'],
    ['X', 'a\r\nX-Injected: 1'],
  ])('refuses what HTTP forbids: %j: %j', (name, value) => {
    expect(refusalOf((response) => response.informational(103, { [name]: value }))).toMatchObject({
      code: 'CAL_ERR_RESPONSE_HEADER',
    })
  })

  it('comes too late behind the final response', () => {
    const sent = refusalOf((response) => {
      response.send('x')
      response.informational(103)
    })
    expect(sent.code).toBe('CAL_ERR_RESPONSE_ENDED')
    const started = refusalOf((response) => {
      response.write('x')
      response.informational(103)
    })
    expect(started.code).toBe('CAL_ERR_RESPONSE_STARTED')
  })

  it('does nothing when the client has gone', async () => {
    let kept: Response | null = null
    const virtual = new VirtualServer((_asked, response) => {
      kept = response
    })
    const client = virtual.connect().send(get('/'))
    virtual.run()
    client.transport.abort()
    await virtual.settle()
    expect(kept!.informational(103)).toBe(kept)
  })
})
