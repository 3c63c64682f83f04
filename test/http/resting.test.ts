import { describe, expect, it } from 'vitest'
import { CalandriaError } from '../../src/errors/calandria-error.js'
import type { Handler } from '../../src/http/handler.js'
import type { Request } from '../../src/http/request.js'
import type { Response } from '../../src/http/response.js'
import { chunked, Gate, get, post, request, VirtualServer } from './memory-client.js'

/** What the handlers of one client still hold when another one is served by the same connection. */
interface Held {
  readonly request: Request
  readonly response: Response
}

function holding(): { readonly held: Held[]; readonly handler: Handler } {
  const held: Held[] = []
  const handler: Handler = (asked, response) => {
    held.push({ request: asked, response })
    response.send(asked.path)
  }
  return { held, handler }
}

describe('a client that rests', () => {
  it('keeps its address, though what served it serves another one', () => {
    const { held, handler } = holding()
    const virtual = new VirtualServer(handler)
    const [one, other] = ['10.0.0.1', '10.0.0.2'].map((remoteAddress) => virtual.connect({ remoteAddress }))
    for (const client of [one, other]) {
      client!.send(get('/'))
      virtual.run()
    }
    expect(held.map(({ request: asked }) => asked.remoteAddress)).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it('is not heard of again by what its handler does to a response that has left', async () => {
    const { held, handler } = holding()
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/second') await gate.opened
      void handler(asked, response)
    })
    const first = virtual.connect().send(get('/first'))
    await virtual.settle()
    const second = virtual.connect().send(get('/second'))
    await virtual.settle()
    const { response } = held[0]!
    const misuses = [
      () => response.send('late'),
      () => response.write('late'),
      () => response.end('late'),
      () => response.json({}),
      () => response.informational(103),
      () => response.trailer('x', 'y'),
    ]
    for (const misuse of misuses) expect(misuse).toThrow(CalandriaError)
    await expect(response.upgrade()).rejects.toThrow(CalandriaError)
    gate.open()
    await virtual.settle()
    expect(first.answers()).toEqual(['200 /first'])
    expect(second.answers()).toEqual(['200 /second'])
  })

  it('is not heard of again by what its handler does to a body that was read', async () => {
    const bodies: Request['body'][] = []
    const virtual = new VirtualServer(async (asked, response) => {
      bodies.push(asked.body)
      response.send(await asked.body.text())
    })
    const first = virtual.connect().send(post('/', 'first'))
    await virtual.settle()
    const second = virtual.connect().send(post('/', 'second').slice(0, -1))
    await virtual.settle()
    bodies[0]!.discard()
    await expect(bodies[0]!.bytes()).rejects.toMatchObject({ code: 'CAL_ERR_BODY_USED' })
    second.send('d')
    await virtual.settle()
    expect([first.answers(), second.answers()]).toEqual([['200 first'], ['200 second']])
  })

  it('goes on counting its requests when it asks again', () => {
    const virtual = new VirtualServer(holding().handler, { limits: { requestsPerConnection: 3 } })
    const [one, other] = [virtual.connect(), virtual.connect()]
    for (let i = 0; i < 3; i++) {
      for (const client of [one, other]) client.send(get('/'))
      virtual.run()
    }
    for (const client of [one, other]) {
      expect(client.replies().map(({ headers }) => headers.get('connection'))).toEqual([
        undefined,
        undefined,
        'close',
      ])
      expect(client.isEnded).toBe(true)
    }
  })

  it('is served by what others have given back: their halves of heads and bodies are not mixed', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      response.send(`${asked.path} ${await asked.body.text()}`)
    })
    const clients = Array.from({ length: 20 }, () => virtual.connect())
    const messages = (i: number): string[] => [
      get(`/get-${i}`),
      post(`/post-${i}`, `length ${i}`),
      chunked(`/chunked-${i}`, `3\r\n${100 + i}\r\n0\r\n\r\n`),
      request('HEAD', `/head-${i}`),
    ]
    for (let round = 0; round < 4; round++) {
      const parts = clients.map((_, i) => messages(i)[(round + i) % 4]!)
      const longest = Math.max(...parts.map((part) => part.length))
      for (let at = 0; at < longest; at += 7) {
        clients.forEach((client, i) => client.send(parts[i]!.slice(at, at + 7)))
        await virtual.settle()
      }
    }
    clients.forEach((client, i) => {
      const order = [0, 1, 2, 3].map((round) => (round + i) % 4)
      const expected = [
        `200 /get-${i} `,
        `200 /post-${i} length ${i}`,
        `200 /chunked-${i} ${100 + i}`,
        '200 ',
      ]
      const methods = order.map((kind) => (kind === 3 ? 'HEAD' : 'GET'))
      expect(client.answers(methods)).toEqual(order.map((kind) => expected[kind]))
    })
  })

  it.each(['end-of-read', 'end-of-turn', 'per-response'] as const)(
    'rests also when its reply came late or closes the connection, with %s',
    async (flush) => {
      const virtual = new VirtualServer(
        async (asked, response) => {
          await Promise.resolve()
          if (asked.path === '/close') response.header('Connection', 'close')
          response.send('x'.repeat(asked.path === '/large' ? 200_000 : 1))
        },
        { flush, timeouts: { idleMs: 1000 } },
      )
      const client = virtual.connect()
      for (const path of ['/small', '/large', '/small']) {
        client.send(get(path))
        await virtual.pass(999)
        expect(client.isEnded).toBe(false)
      }
      const closing = virtual.connect().send(get('/close'))
      await virtual.pass(2)
      expect([client.isEnded, client.replies().length]).toEqual([true, 3])
      expect([closing.isEnded, closing.replies().length]).toEqual([true, 1])
      expect(virtual.errors).toEqual([])
      expect(virtual.reactorErrors).toEqual([])
    },
  )

  it('is ended with all others that rest, no more in one turn than the time slice holds', async () => {
    const virtual = new VirtualServer(holding().handler, { timeouts: { idleMs: 1000 } })
    const clients = Array.from({ length: 100 }, () => virtual.connect().send(get('/')))
    await virtual.settle()
    virtual.clock.advance(1000)
    const ended = (): number => clients.filter((client) => client.isEnded).length
    for (const client of clients) {
      const { serverEnd } = client
      const end = serverEnd.end.bind(serverEnd)
      serverEnd.end = () => {
        virtual.clock.advance(0.3) // as a system call may
        end()
      }
    }
    const inTurns = Array.from({ length: 8 }, () => {
      const before = ended()
      virtual.reactor.turn()
      return ended() - before
    })
    expect(Math.max(...inTurns)).toBe(1) // which takes longer than the slice
    await virtual.pass(100) // clients that don't end hold the others up, a little
    expect(ended()).toBe(100)
    expect(virtual.server.statistics().timeouts).toBe(100)
  })
})
