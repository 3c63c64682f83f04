import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { RequestBody } from '../../src/http/request-body.js'
import { chunked, Gate, get, post, request, VirtualServer } from './memory-client.js'

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
const head = (length: number, ...fields: string[]): string =>
  request('POST', '/body', `Content-Length: ${length}`, 'Expect: 100-continue', ...fields)

function echoing(): VirtualServer {
  return new VirtualServer(async (asked, response) =>
    response.send(`${asked.path} ${await asked.body.text()}`),
  )
}

describe('Expect: 100-continue', () => {
  it('is answered with 100 when the handler first reads the body, and not before', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      await gate.opened
      const body = asked.body.text()
      response.send(await body)
    })
    const client = virtual.connect().send(head(3))
    await virtual.settle()
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(client.text).toBe(CONTINUE)
    client.send('abc')
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 abc'])
  })

  it.each([
    ['bytes()', (body: RequestBody) => body.bytes()],
    ['text()', (body: RequestBody) => body.text()],
    ['json()', (body: RequestBody) => body.json()],
    ['for await', (body: RequestBody) => body[Symbol.asyncIterator]().next()],
    ['pipe()', (body: RequestBody) => body.pipe(new PassThrough())],
  ])('is answered with 100 by %s', async (_name, read) => {
    const virtual = new VirtualServer(async (asked, response) => {
      await read(asked.body)
      response.send('read')
    })
    const client = virtual.connect().send(head(3))
    await virtual.settle()
    expect(client.text).toBe(CONTINUE)
    client.send('123')
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 read'])
  })

  it.each(['end-of-read', 'end-of-turn', 'per-response'] as const)(
    'is answered with 100 at once under the flush policy %s, whether the handler reads at once or later',
    async (flush) => {
      for (const isLater of [false, true]) {
        const virtual = new VirtualServer(
          async (asked, response) => {
            if (isLater) await virtual.reactor.sleep(10)
            response.send(await asked.body.text())
          },
          { flush },
        )
        const client = virtual.connect().send(head(3))
        await virtual.pass(10)
        expect(client.text).toBe(CONTINUE)
        client.send('abc')
        await virtual.settle()
        expect(client.answers()).toEqual(['100 ', '200 abc'])
      }
    },
  )

  it('is answered with 100 where the body comes in chunks', async () => {
    const virtual = echoing()
    const client = virtual.connect().send(chunked('/body', '', 'Expect: 100-continue'))
    await virtual.settle()
    expect(client.text).toBe(CONTINUE)
    client.send('3\r\nabc\r\n0\r\n\r\n' + get('/next'))
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 /body abc', '200 /next '])
  })

  it.each([
    ['answers without the body', (): void => undefined, 200],
    [
      'throws',
      (): void => {
        throw new Error('on purpose')
      },
      500,
    ],
  ])(
    'gets a final status and the end where the handler %s: nobody knows whether the body comes',
    async (_name, act, status) => {
      const paths: string[] = []
      const virtual = new VirtualServer((asked, response) => {
        paths.push(asked.path)
        act()
        response.send()
      })
      const client = virtual.connect().send(head(3))
      await virtual.settle()
      expect(client.replies().map((reply) => [reply.status, reply.headers.get('connection')])).toEqual([
        [status, 'close'],
      ])
      client.send('abc' + get('/next'))
      await virtual.settle()
      expect([paths, client.isEnded]).toEqual([['/body'], true])
    },
  )

  it('holds no time-out off once the body has begun to come', async () => {
    for (const isReadAtOnce of [true, false]) {
      const gate = new Gate()
      const virtual = new VirtualServer(async (asked) => {
        await gate.opened
        await asked.body.bytes()
      })
      const client = virtual.connect().send(head(100))
      await virtual.pass(60_000)
      expect(client.text).toBe('') // it is the handler's turn
      client.send('a')
      await virtual.settle()
      if (isReadAtOnce) gate.open()
      await virtual.pass(10_000)
      expect(client.replies().map((reply) => reply.status)).toEqual([408])
      gate.open()
      await virtual.settle()
      expect([client.isEnded, virtual.errors]).toEqual([true, []])
    }
  })

  it('with a method that nobody knows gets 501 and the end, not 100', async () => {
    const virtual = echoing()
    const client = virtual.connect().send(head(3).replace('POST', 'BREW'))
    await virtual.settle()
    expect(client.replies().map((reply) => [reply.status, reply.headers.get('connection')])).toEqual([
      [501, 'close'],
    ])
    expect(client.isEnded).toBe(true)
  })

  it('is not answered with 100 any more when the body has begun to come', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      await gate.opened
      response.send(await asked.body.text())
    })
    const client = virtual.connect().send(head(3))
    await virtual.settle()
    client.send('a')
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.text).toBe('')
    client.send('bc')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 abc'])
  })

  it('is answered with 100 before the body, and with the reply after it', async () => {
    const virtual = echoing()
    const client = virtual.connect().send(head(3))
    await virtual.settle()
    expect(client.text).toBe(CONTINUE)
    client.send('abc')
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 /body abc'])
  })

  it.each([
    ['the body came with it', head(3) + 'abc'],
    ['there is no body', head(0)],
    ['there is no length', request('GET', '/body', 'Expect: 100-continue')],
  ])('is not answered with 100 when %s (RFC 9110 §10.1.1)', async (_name, bytes) => {
    const virtual = echoing()
    const client = virtual.connect().send(bytes)
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([200])
  })

  it('of HTTP/1.0 is ignored (RFC 9110 §10.1.1)', async () => {
    const virtual = echoing()
    const client = virtual
      .connect()
      .send('POST /body HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
    await virtual.settle()
    expect(client.text).toBe('')
    client.send('abc')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /body abc'])
  })

  it('is answered behind the replies of the same packet, with them in one write', async () => {
    const virtual = echoing()
    const client = virtual.connect().send(get('/a') + get('/a') + head(3))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a ', '200 /a ', '100 '])
    expect(client.writes).toBe(1)
  })

  it('waits for the replies of async handlers before it: an interim reply has its place too', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      await asked.body.bytes()
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + head(3))
    await virtual.settle()
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '100 '])
    client.send('abc')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '100 ', '200 /body'])
  })

  it('is not answered with 100 any more when the body came while it waited', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      await asked.body.bytes()
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + head(3))
    await virtual.settle()
    client.send('abc')
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '200 /body'])
  })

  it('gets no 100 behind a reply that closes the connection (RFC 9112 §9.6)', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/last') {
        await gate.opened
        response.header('Connection', 'close')
      }
      await asked.body.bytes()
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/last') + head(3))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /last'])
    expect(client.isEnded).toBe(true)
  })

  it.each([
    ['is too large', head(11), 413],
    ['has a length and chunks', head(3, 'Transfer-Encoding: chunked'), 400],
  ])('is answered with the refusal at once when the body %s', async (_name, bytes, status) => {
    const virtual = new VirtualServer((_asked, response) => response.send(), { limits: { bodyBytes: 10 } })
    const client = virtual.connect().send(bytes)
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([status])
  })

  it('may come with each of several requests', async () => {
    const virtual = echoing()
    const client = virtual.connect()
    for (const body of ['one', 'two']) {
      client.send(head(3))
      await virtual.settle()
      client.send(body)
      await virtual.settle()
    }
    client.send(post('/plain', 'x'))
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 /body one', '100 ', '200 /body two', '200 /plain x'])
  })

  it('is answered with 100 once, however the body comes', async () => {
    const virtual = echoing()
    const client = virtual.connect()
    for (const byte of head(3) + 'abc') {
      client.send(byte)
      await virtual.settle()
    }
    expect(client.answers()).toEqual(['100 ', '200 /body abc'])
  })
})
