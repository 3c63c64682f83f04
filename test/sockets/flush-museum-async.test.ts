// The flush museum of design.md, first room: handlers that answer later. Every test is named after a failure that
// some server has shown.
import { describe, expect, test } from 'vitest'
import { HeldResponses } from './held-responses.js'
import { RawClient } from './raw-client.js'
import { get, gets } from './requests.js'
import { SeededRandom } from './seeded-random.js'
import { nextRead, READ_PATHS, startFrozenServer, startServer } from './started-server.js'

const targets = (count: number): string[] => Array.from({ length: count }, (_, i) => `/${i}`)

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('replies out of order (deno std#331)', async () => {
    const random = new SeededRandom('replies out of order')
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(gets(200))
    await held.haveStarted(200)

    while (held.waiting.length > 0) {
      held.answer(random.below(held.waiting.length))
      if (random.below(10) === 0) await new Promise((resolve) => setImmediate(resolve)) // leave in several turns
    }

    const replies = await client.replies(200)
    expect(replies.map(({ body }) => String(body))).toEqual(targets(200))
  })

  test('replies out of order: fast ones wait for a slow one before them', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) =>
        request.target === '/0' ? held.handler(request, response) : response.send(request.target),
    })
    const client = await RawClient.connect(server)
    client.send(gets(16))
    await held.haveStarted(1)
    expect(server.statistics()).toMatchObject({ requests: 16, responses: 0, writes: 0 })
    held.answerAll()
    const replies = await client.replies(16)
    expect(replies.map(({ body }) => String(body))).toEqual(targets(16))
  })

  test.each([16, 200])('async handlers cannot be pipelined (uWebSockets#1395): %i of them', async (count) => {
    const server = await startServer({
      readPath,
      handler: async (request, response) => {
        await new Promise((resolve) => setImmediate(resolve))
        response.send(request.target)
      },
    })
    const client = await RawClient.connect(server)
    const replies = await client.send(gets(count)).replies(count)
    expect(replies.map(({ body }) => String(body))).toEqual(targets(count))
  })

  test.each([16, 200])(
    'pipelined async handlers run one after the other (Deno 2.9): %i of them',
    async (count) => {
      const held = new HeldResponses()
      const { server } = await startFrozenServer({ readPath, handler: held.handler })
      const client = await RawClient.connect(server)
      client.send(gets(count))
      await held.haveStarted(count)
      expect(server.statistics()).toMatchObject({ requests: count, responses: 0 })
      held.answerAll()
      expect(String((await client.replies(count)).at(-1)!.body)).toBe(`/${count - 1}`)
    },
  )

  test('the connection is closed when a request is pipelined behind a pending async one (Bun 1.4)', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(get('/first'))
    await held.haveStarted(1)
    client.send(get('/second')) // in a read of its own
    await held.haveStarted(2)
    held.answer(1)
    held.answer()
    expect((await client.replies(2)).map(({ body }) => String(body))).toEqual(['/first', '/second'])

    client.send(get('/third'))
    await held.haveStarted(3)
    held.answer()
    expect(String((await client.reply()).body)).toBe('/third')
  })

  test('replies of async handlers are lost after the client’s half-close (node:http, Bun, Deno)', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(gets(16)).end()
    await held.haveStarted(16)
    while (held.waiting.length > 0) {
      held.answer(held.waiting.length - 1) // the last first
      await new Promise((resolve) => setImmediate(resolve))
    }
    const replies = await client.replies(16)
    expect(replies.map(({ body }) => String(body))).toEqual(targets(16))
    expect(await client.rest()).toHaveLength(0)
    expect(await client.closed).toBeNull()
    expect(server.statistics().aborted).toBe(0)
  })

  test('replies are lost after a half-close that comes while a streaming reply is under way', async () => {
    const server = await startServer({
      readPath,
      handler: async (_request, response) => {
        response.write('begun ')
        await halfClosed
        response.write('and ')
        await new Promise((resolve) => setImmediate(resolve))
        response.end('ended')
      },
    })
    let tell!: () => void
    const halfClosed = new Promise<void>((resolve) => (tell = resolve))
    const client = await RawClient.connect(server)
    client.send(get('/'))
    expect(await client.bytes(12)).toHaveLength(12)
    client.end()
    await new Promise((resolve) => client.socket.once('finish', resolve))
    tell()
    expect(String(await client.rest())).toContain('begun \r\n4\r\nand \r\n5\r\nended\r\n0\r\n\r\n')
    expect(await client.closed).toBeNull()
  })

  test('the in-flight bound stops reading for good: it must only hold it back', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler, limits: { inFlight: 16 } })
    const client = await RawClient.connect(server)
    client.send(gets(40))
    await nextRead(server)
    expect(held.started).toHaveLength(16)
    for (let answered = 0; answered < 40; answered++) {
      await held.haveStarted(answered + 1)
      held.answer()
      expect(server.statistics().requests - server.statistics().responses).toBeLessThanOrEqual(16)
    }
    const replies = await client.replies(40)
    expect(replies.map(({ body }) => String(body))).toEqual(targets(40))
  })
})
