import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { chunked, Gate, get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'

const KIB = 1024
const LIMITS = { discardBytes: 100 * KIB }
const answering: Handler = (asked, response) => response.send(asked.path)

const declared = (length: number): string => request('POST', '/upload', `Content-Length: ${length}`)
const chunk = (length: number): string => `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`

const closings = (client: MemoryClient): unknown[] =>
  client.replies().map((reply) => [reply.body, reply.headers.get('connection')])

const EARLY: readonly (readonly [string, Handler])[] = [
  ['answers without reading', answering],
  [
    'breaks off reading, then answers',
    async (asked, response) => {
      for await (const piece of asked.body) if (piece.length > 0) break
      response.send(asked.path)
    },
  ],
  [
    'breaks off reading, and answers later',
    async (asked, response) => {
      for await (const piece of asked.body) if (piece.length > 0) break
      await new Promise(setImmediate)
      response.send(asked.path)
    },
  ],
]

describe.each(EARLY)('what is left of a body whose handler %s', (_name, handler) => {
  it('is discarded where it is small, and the next request is served', async () => {
    for (const [head, rest] of [
      [declared(100 * KIB) + 'x', 'x'.repeat(100 * KIB - 1)],
      [chunked('/upload', chunk(1)), `${chunk(50 * KIB)}${chunk(49 * KIB)}0\r\nA: b\r\n\r\n`],
    ] as const) {
      const virtual = new VirtualServer(handler, { limits: LIMITS })
      const client = virtual.connect().send(head)
      await virtual.settle()
      client.send(rest + get('/next'))
      while (virtual.server.statistics().responses < 2) await virtual.settle()
      expect(closings(client)).toEqual([
        ['/upload', undefined],
        ['/next', undefined],
      ])
      expect(client.isEnded).toBe(false)
    }
  })

  it('ends the connection behind the reply where more of it is announced than limits.discardBytes', async () => {
    const virtual = new VirtualServer(handler, { limits: LIMITS })
    const client = virtual.connect().send(declared(200 * KIB) + 'x')
    while (client.text === '') await virtual.settle()
    expect([closings(client), client.isEnded]).toEqual([[['/upload', 'close']], true])
    client.send('x'.repeat(200 * KIB - 1) + get('/never'))
    await virtual.settle()
    expect(client.replies()).toHaveLength(1)
    client.transport.end()
    await virtual.settle()
    expect([client.isClosed, client.closeError]).toEqual([true, null])
    expect(virtual.server.statistics()).toMatchObject({ requests: 1, connections: { open: 0 } })
  })

  it('ends the connection where more of it comes in chunks than limits.discardBytes', async () => {
    const virtual = new VirtualServer(handler, { limits: LIMITS })
    const client = virtual.connect().send(chunked('/upload', chunk(1)))
    while (client.text === '') await virtual.settle()
    client.send(chunk(99 * KIB))
    await virtual.settle()
    expect(client.isEnded).toBe(false)
    client.send(chunk(2 * KIB))
    await virtual.settle()
    client.send('0\r\n\r\n' + get('/never'))
    await virtual.settle()
    expect([client.answers(), client.isEnded]).toEqual([['200 /upload'], true])
    expect(virtual.server.statistics()).toMatchObject({ requests: 1 })
  })

  it('ends the connection when it does not come in time', async () => {
    const virtual = new VirtualServer(handler, { timeouts: { discardMs: 1000 } })
    const client = virtual.connect().send(declared(10) + 'x')
    while (client.text === '') await virtual.settle()
    await virtual.pass(999)
    expect(client.isEnded).toBe(false)
    await virtual.pass(1)
    expect([client.answers(), client.isEnded]).toEqual([['200 /upload'], true])
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1 })
  })

  it('may be cut short by its client, who has its reply', async () => {
    const virtual = new VirtualServer(handler)
    const client = virtual.connect().send(declared(10) + 'x')
    while (client.text === '') await virtual.settle()
    client.transport.end()
    await virtual.settle()
    expect([client.answers(), client.isClosed, client.closeError]).toEqual([['200 /upload'], true, null])
    expect(virtual.errors).toEqual([])
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })
})

describe('an unread body', () => {
  it('is never taken for requests, whatever is in it', async () => {
    const smuggled = get('/smuggled').repeat(100)
    for (const bytes of [
      post('/a', smuggled),
      chunked('/a', chunk(3) + `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`),
    ]) {
      // prettier-ignore
      for (const size of [bytes.length, 50, 7]) {
        const virtual = new VirtualServer(answering)
        const client = virtual.connect()
        for (let at = 0; at < bytes.length; at += size) {
          client.send(bytes.slice(at, at + size))
          virtual.run()
        }
        client.send(get('/b'))
        await virtual.settle()
        expect(client.answers()).toEqual(['200 /a', '200 /b'])
      }
    }
  })

  it('is discarded also when the handler throws, or nobody knows its method', async () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/throws') throw new Error('on purpose')
      response.send(asked.path)
    })
    const client = virtual.connect()
    for (const head of [post('/throws', 'abcdef'), post('/', 'abcdef').replace('POST', 'BREW')]) {
      client.send(head.slice(0, -3))
      await virtual.settle()
      client.send(head.slice(-3) + get('/next'))
      await virtual.settle()
    }
    expect(client.answers().map((text) => text.slice(0, 9))).toEqual([
      '500 CAL_E',
      '200 /next',
      '501 CAL_E',
      '200 /next',
    ])
  })

  it('does not hold its reply back', async () => {
    const virtual = new VirtualServer(answering)
    const client = virtual.connect().send(declared(100))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /upload'])
  })

  it('that is too much ends the connection behind a reply that comes later, which says so', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(
      async (asked, response) => {
        for await (const piece of asked.body) if (piece.length > 0) break
        await gate.opened
        response.send(asked.path)
      },
      { limits: { discardBytes: 0 } },
    )
    const client = virtual.connect().send(chunked('/upload', chunk(1)))
    await virtual.settle()
    client.send(chunk(1))
    await virtual.settle()
    client.send('0\r\n\r\n' + get('/never'))
    await virtual.settle()
    expect([client.text, client.isEnded]).toEqual(['', false])
    gate.open()
    await virtual.settle()
    expect([closings(client), client.isEnded]).toEqual([[['/upload', 'close']], true])
  })

  it('whose client waits for 100 ends the connection also where its reply waits behind another', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      response.send(asked.path)
    })
    const client = virtual
      .connect()
      .send(get('/slow') + request('POST', '/upload', 'Content-Length: 3', 'Expect: 100-continue'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    // A client that takes the refusal for a reason not to send would have its next request eaten as the body.
    client.send(get('/never'))
    await virtual.settle()
    expect([closings(client), client.isEnded]).toEqual([
      [
        ['/slow', undefined],
        ['/upload', 'close'],
      ],
      true,
    ])
  })
})
