import { describe, expect, it } from 'vitest'
import { Gate, get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'

/** A server that answers with the target, and notes what it was asked. */
function noted(): { virtual: VirtualServer; seen: string[] } {
  const seen: string[] = []
  const virtual = new VirtualServer((asked, response) => {
    seen.push(asked.path)
    if (asked.path === '/closing') response.header('Connection', 'close')
    if (asked.path === '/status') response.status(Number(asked.query.get('of')))
    response.send(asked.path)
  })
  return { virtual, seen }
}

function served(...packets: string[]): { client: MemoryClient; seen: string[]; virtual: VirtualServer } {
  const { virtual, seen } = noted()
  const client = virtual.connect().send(...packets)
  virtual.run()
  return { client, seen, virtual }
}

describe('a connection', () => {
  it('goes on after HTTP/1.1 requests, without a word about it', () => {
    const { client } = served(get('/a'), get('/b'))
    expect(client.replies().map((reply) => reply.headers.has('connection'))).toEqual([false, false])
    expect(client.isEnded).toBe(false)
  })

  it('goes on when keep-alive is asked for in HTTP/1.1', () => {
    expect(served(get('/a', 'Connection: keep-alive')).client.isEnded).toBe(false)
  })

  it.each([
    ['close', get('/a', 'Connection: close')],
    ['Close, in a list', get('/a', 'Connection: x, Close')],
    ['close and keep-alive', get('/a', 'Connection: keep-alive, close')],
    ['HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n'],
    ['HTTP/1.0 and close', 'GET /a HTTP/1.0\r\nConnection: close\r\n\r\n'],
    ['HTTP/1.0 with close and keep-alive', 'GET /a HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n'],
    ['HTTP/1.0 with an unknown option', 'GET /a HTTP/1.0\r\nConnection: x\r\n\r\n'],
  ])('ends after a request with %s, and says so', (_name, asked) => {
    const { client } = served(asked)
    expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
      ['/a', 'close'],
    ])
    expect(client.isEnded).toBe(true)
  })

  it('goes on after HTTP/1.0 with keep-alive, and says so', () => {
    const asked = 'GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n'
    const { client } = served(asked + asked)
    expect(client.replies().map((reply) => reply.headers.get('connection'))).toEqual([
      'keep-alive',
      'keep-alive',
    ])
    expect(client.isEnded).toBe(false)
  })

  it('ends after a response with Connection: close', () => {
    const { client } = served(get('/closing'))
    expect(client.replies()[0]?.headers.get('connection')).toBe('close')
    expect(client.isEnded).toBe(true)
  })

  it.each([
    ['of the request, in one packet', [get('/a', 'Connection: close') + get('/b') + get('/c')]],
    ['of the request, in several', [get('/a', 'Connection: close'), get('/b'), get('/c')]],
    ['of the request, with a body', [post('/a', 'x', 'Connection: close') + post('/b', 'y')]],
    ['of the response, in one packet', [get('/closing') + get('/b') + get('/c')]],
    ['of the response, in several', [get('/closing'), get('/b')]],
    ['that HTTP/1.0 implies', ['GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n']],
  ])('serves nothing behind a close %s (bun#33005)', (_name, packets) => {
    const { client, seen } = served(...packets)
    expect(seen).toHaveLength(1)
    expect(client.replies()).toHaveLength(1)
    expect(client.isEnded).toBe(true)
  })

  it('gives every reply that was owed before a close, in one write', () => {
    const { client, virtual, seen } = served(
      get('/a') + get('/a') + get('/a', 'Connection: close') + get('/a'),
    )
    expect(client.answers()).toEqual(['200 /a', '200 /a', '200 /a'])
    expect(client.writes).toBe(1)
    expect(seen).toHaveLength(3)
    expect(virtual.server.statistics().aborted).toBe(0)
  })

  it('gives up requests that were dispatched before an earlier reply closed it, and tells their handlers', async () => {
    const gate = new Gate()
    const reasons: unknown[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/b') {
        asked.signal.addEventListener('abort', () => reasons.push(asked.signal.reason))
        await response.drained()
        return
      }
      await gate.opened
      response.header('Connection', 'close').send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a'])
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_CLIENT_GONE' }])
    expect(virtual.server.statistics()).toMatchObject({ aborted: 1, responses: 1, requests: 2 })
    expect(client.isEnded).toBe(true)
  })

  it('reads on and discards after its end, so that no reset destroys the reply (RFC 9112 §9.6)', () => {
    const { client, virtual, seen } = served(get('/a', 'Connection: close'))
    for (let i = 0; i < 5; i++) client.send(get('/b').repeat(100))
    virtual.run()
    expect(client.transport.bytesQueued).toBe(0)
    expect([client.isClosed, client.closeError, seen.length]).toEqual([false, null, 1])
    client.transport.end()
    virtual.run()
    expect([client.isClosed, client.closeError]).toEqual([true, null])
  })

  it('waits lingerMs for the client’s end, then closes', async () => {
    const virtual = new VirtualServer((_asked, response) => response.send(), { lingerMs: 700 })
    const client = virtual.connect().send(get('/', 'Connection: close'))
    await virtual.pass(699)
    expect([client.isEnded, virtual.server.statistics().connections.open]).toEqual([true, 1])
    await virtual.pass(1)
    expect(virtual.server.statistics().connections).toEqual({ open: 0, accepted: 1, closed: 1, refused: 0 })
  })

  it('leaves no timer behind when the client ends first', async () => {
    const { client, virtual } = served(get('/', 'Connection: close'))
    client.transport.end()
    await virtual.settle()
    expect(virtual.reactor.statistics().timersPending).toBe(0)
    expect(virtual.server.statistics().connections.open).toBe(0)
  })

  it('survives requests that are answered with errors of the handler’s making', () => {
    const { client } = served(get('/status?of=500') + request('BREW', '/') + get('/a'))
    expect(client.replies().map((reply) => reply.status)).toEqual([500, 501, 200])
    expect(client.isEnded).toBe(false)
  })
})

describe('a reply without a body', () => {
  it('to HEAD has the head that GET would have', () => {
    const { client } = served(request('HEAD', '/a') + get('/a') + request('HEAD', '/a'))
    const replies = client.replies(['HEAD', 'GET', 'HEAD'])
    expect(replies.map((reply) => reply.body)).toEqual(['', '/a', ''])
    expect(replies[0]?.headers).toEqual(replies[1]?.headers)
  })

  it('is a 204, without any length (RFC 9110 §8.6)', () => {
    const { client } = served(get('/status?of=204') + get('/a'))
    const replies = client.replies()
    expect(replies.map((reply) => [reply.status, reply.body])).toEqual([
      [204, ''],
      [200, '/a'],
    ])
    expect([replies[0]?.headers.has('content-length'), replies[0]?.headers.has('transfer-encoding')]).toEqual(
      [false, false],
    )
  })

  it('is a 304, with the length that a 200 would have', () => {
    const { client } = served(get('/status?of=304') + get('/a'))
    const replies = client.replies()
    expect(replies.map((reply) => [reply.status, reply.body])).toEqual([
      [304, ''],
      [200, '/a'],
    ])
    expect(replies[0]?.headers.get('content-length')).toBe('7')
  })

  it('has the length that was declared for the body that is not sent', () => {
    const virtual = new VirtualServer((_asked, response) => response.header('Content-Length', 1234).send())
    const client = virtual.connect().send(request('HEAD', '/'))
    virtual.run()
    expect(client.replies(['HEAD'])[0]?.headers.get('content-length')).toBe('1234')
  })

  it('to HEAD of a stream has the head of the stream', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.write('a')
      response.end('b')
    })
    const client = virtual.connect().send(request('HEAD', '/') + get('/'))
    virtual.run()
    const [head, whole] = client.replies(['HEAD', 'GET'])
    expect([head?.body, whole?.body, head?.headers]).toEqual(['', 'ab', whole?.headers])
  })

  it('is a 204 that was streamed', () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/none') response.status(204)
      response.write('a')
      response.end()
    })
    const client = virtual.connect().send(get('/none') + get('/'))
    virtual.run()
    expect(client.answers()).toEqual(['204 ', '200 a'])
  })
})
