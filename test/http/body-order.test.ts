import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { Request } from '../../src/http/request.js'
import type { Response } from '../../src/http/response.js'
import { chunked, Gate, get, post, request, VirtualServer } from './memory-client.js'

const KIB = 1024
const reading: Handler = async (asked, response) => response.send(`${asked.path} ${await asked.body.text()}`)

/** A server whose handlers do nothing by themselves. */
function held(): { virtual: VirtualServer; held: { asked: Request; response: Response }[] } {
  const held: { asked: Request; response: Response }[] = []
  const virtual = new VirtualServer((asked, response) => void held.push({ asked, response }))
  return { virtual, held }
}

describe('the next pipelined request', () => {
  it('is not looked at before the body before it has been read', async () => {
    const { virtual, held: begun } = held()
    // More than the body's high-water mark, so that it can't all be taken in.
    const body = 'x'.repeat(200 * KIB)
    const client = virtual.connect().send(post('/a', body) + get('/b') + get('/c'))
    await virtual.settle()
    expect(begun.map(({ asked }) => asked.path)).toEqual(['/a'])
    const { asked, response } = begun[0]!
    const whole = asked.body.text()
    await virtual.settle()
    expect((await whole) === body).toBe(true)
    expect(begun.map(({ asked }) => asked.path)).toEqual(['/a', '/b', '/c'])
    begun[2]!.response.send('c')
    begun[1]!.response.send('b')
    response.send('a')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 a', '200 b', '200 c'])
  })

  it('is served when the body has arrived, though its own reply is not ready: replies keep their order', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      const body = await asked.body.text()
      if (asked.path === '/slow') await gate.opened
      response.send(asked.path + body)
    })
    const client = virtual.connect().send(chunked('/slow', '1\r\na\r\n'))
    await virtual.settle()
    client.send('0\r\n\r\n' + get('/fast') + post('/fast', 'b'))
    await virtual.settle()
    expect([client.text, virtual.server.statistics().requests]).toEqual(['', 3])
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slowa', '200 /fast', '200 /fastb'])
    expect(client.writes).toBe(1)
  })

  it('is served when the body before it has been given up', async () => {
    const { virtual, held: begun } = held()
    const client = virtual.connect().send(post('/a', 'x'.repeat(200 * KIB)) + get('/b'))
    await virtual.settle()
    begun[0]!.response.send('a')
    await virtual.settle()
    expect(begun.map(({ asked }) => asked.path)).toEqual(['/a', '/b'])
    begun[1]!.response.send('b')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 a', '200 b'])
  })

  it('finds its way between bodies of all kinds, in one packet and one write', async () => {
    const virtual = new VirtualServer(reading)
    const warmUp = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(warmUp.writes).toBe(1)
    const client = virtual
      .connect()
      .send(
        post('/?1', 'one') +
          chunked('/?2', '3\r\ntwo\r\n0\r\n\r\n') +
          get('/?3') +
          chunked('/?4', '0\r\n\r\n') +
          post('/?5', '') +
          chunked('/?6', '1;x\r\n6\r\n0\r\nA: b\r\n\r\n') +
          post('/?7', 'seven'),
      )
    await virtual.settle()
    expect(client.answers()).toEqual(['200 / one', '200 / two', '200 / ', '200 / ', '200 / ', '200 / 6', '200 / seven']) // prettier-ignore
    expect(client.writes).toBe(1)
  })
})

describe('the last request of a connection', () => {
  const LAST: readonly (readonly [string, string, string])[] = [
    ['Connection: close', post('/last', 'body', 'Connection: close'), 'body'],
    ['Connection: close and chunks', chunked('/last', '4\r\nbody\r\n0\r\n\r\n', 'Connection: close'), 'body'],
    ['HTTP/1.0', 'POST /last HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody', 'body'],
  ]
  it.each(LAST)('has its body read whole, and nothing behind it: %s', async (_name, bytes, body) => {
    for (let cut = bytes.indexOf('\r\n\r\n') + 4; cut <= bytes.length; cut++) {
      const virtual = new VirtualServer(reading)
      const client = virtual.connect().send(bytes.slice(0, cut))
      await virtual.settle()
      client.send(bytes.slice(cut) + get('/never'))
      await virtual.settle()
      const replies = client.replies()
      expect(replies.map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
        [`/last ${body}`, 'close'],
      ])
      expect(client.isEnded).toBe(true)
      expect(virtual.server.statistics()).toMatchObject({ requests: 1 })
    }
  })

  it.each(LAST)('may leave its body unread: %s', async (_name, bytes) => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.path))
    const client = virtual.connect().send(bytes.slice(0, -2))
    await virtual.settle()
    expect([client.answers(), client.isEnded]).toEqual([['200 /last'], true])
    client.send(bytes.slice(-2) + get('/never'))
    client.transport.end()
    await virtual.settle()
    expect([client.replies().length, client.isClosed, client.closeError]).toEqual([1, true, null])
  })

  it('is the one that limits.requestsPerConnection makes the last, body and all', async () => {
    const virtual = new VirtualServer(reading, { limits: { requestsPerConnection: 2 } })
    const client = virtual.connect().send(post('/a', 'one') + post('/b', 'two').slice(0, -1))
    await virtual.settle()
    client.send('o' + post('/c', 'three'))
    await virtual.settle()
    expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
      ['/a one', undefined],
      ['/b two', 'close'],
    ])
    expect(client.isEnded).toBe(true)
  })
})

describe('server.close() while a body is on its way', () => {
  it('waits for it, and the reply says that it is the last', async () => {
    for (const [part, rest] of [
      [post('/a', 'body').slice(0, -2), 'dy'],
      [chunked('/a', '2\r\nbo\r\n'), '2\r\ndy\r\n0\r\n\r\n'],
    ] as const) {
      const virtual = new VirtualServer(reading)
      const client = virtual.connect().send(part)
      await virtual.settle()
      const outcome = virtual.close()
      await virtual.pass(1000)
      expect([client.isEnded, outcome.report]).toEqual([false, null])
      client.send(rest)
      await virtual.settle()
      expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
        ['/a body', 'close'],
      ])
      client.transport.end()
      await virtual.settle()
      expect(outcome.report).toEqual({ answered: 1, idleClosed: 0, aborted: 0 })
    }
  })

  it('answers what was received behind it too', async () => {
    const virtual = new VirtualServer(reading)
    const client = virtual.connect().send(post('/a', 'body').slice(0, -2))
    await virtual.settle()
    const outcome = virtual.close()
    client.send('dy' + get('/b') + post('/c', 'c'))
    await virtual.settle()
    expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
      ['/a body', undefined],
      ['/b ', undefined],
      ['/c c', 'close'],
    ])
    client.transport.end()
    await virtual.settle()
    expect(outcome.report).toEqual({ answered: 3, idleClosed: 0, aborted: 0 })
  })

  it('aborts it after drainMs, and its reader hears of it', async () => {
    const reasons: unknown[] = []
    const virtual = new VirtualServer(async (asked) => {
      await asked.body.bytes().catch((reason: unknown) => reasons.push(reason))
    })
    const client = virtual.connect().send(post('/a', 'body').slice(0, -2))
    await virtual.settle()
    const outcome = virtual.close({ drainMs: 500 })
    await virtual.pass(500)
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_CLIENT_GONE' }])
    expect([client.text, client.isClosed]).toEqual(['', true])
    expect(outcome.report).toEqual({ answered: 0, idleClosed: 0, aborted: 1 })
  })

  it('does not wait for the rest of a body that nobody reads longer than for it to be discarded', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.path), {
      timeouts: { discardMs: 300 },
      lingerMs: 200,
    })
    const client = virtual.connect().send(request('POST', '/a', 'Content-Length: 10') + 'x')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a'])
    const outcome = virtual.close()
    await virtual.pass(500)
    expect(client.isEnded).toBe(true)
    expect(outcome.report).toEqual({ answered: 0, idleClosed: 0, aborted: 0 })
  })
})
