// The flush museum of design.md, third room: what holds bytes back, or lets them pile up. Every test is named after
// a failure that some server has shown.
//
// A row that can't be reached yet: "stray bytes on an idle socket desynchronise the client" (undici
// GHSA-35p6-xmwp-9g52), for there is no client.
import { describe, expect, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { HeldResponses } from './held-responses.js'
import { RawClient } from './raw-client.js'
import { get, gets, post } from './requests.js'
import { SeededRandom } from './seeded-random.js'
import { nextRead, READ_PATHS, startFrozenServer, transportsOf, until } from './started-server.js'

const echoTarget: Handler = (request, response) => response.send(request.target)
const echoBody: Handler = async (request, response) => response.send(await request.body.bytes())

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each([
    ['a head', get('/second').slice(0, 20), get('/second').slice(20)],
    ['a body', post('/second', 'abcdef').slice(0, -3), 'def'],
    ['a single byte', 'G', get('/second').slice(1)],
  ])(
    'a partial next request holds back a finished reply (fasthttp#1043, hyper): %s',
    async (_what, part, rest) => {
      const { server } = await startFrozenServer({
        readPath,
        handler: async (request, response) => {
          await request.body.bytes()
          response.send(request.target)
        },
      })
      const client = await RawClient.connect(server)
      client.send(get('/first') + part)
      expect(String((await client.reply()).body)).toBe('/first')
      expect(server.statistics().responses).toBe(1)
      client.send(rest)
      expect(String((await client.reply()).body)).toBe('/second')
    },
  )

  test('the end of a message buffered, then no flush (hyper#4143): a streamed one', async () => {
    let end!: () => void
    const { server } = await startFrozenServer({
      readPath,
      handler: (_request, response) => {
        response.write('piece')
        end = () => response.end()
      },
    })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    for (let text = ''; !text.endsWith('5\r\npiece\r\n');) text += String(await client.some())
    end()
    expect(String(await client.bytes(5))).toBe('0\r\n\r\n')
  })

  test('the end of a message buffered, then no flush: each piece is sent without waiting for the next', async () => {
    let next!: (piece: string) => void
    const { server } = await startFrozenServer({
      readPath,
      handler: (_request, response) => {
        response.header('Content-Length', 9)
        next = (piece) => response.write(piece)
        next('one')
      },
    })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    for (let text = ''; !text.endsWith('one');) text += String(await client.some())
    next('two')
    expect(String(await client.bytes(3))).toBe('two')
    next('six')
    expect(String(await client.bytes(3))).toBe('six')
  })

  test('the end of a message buffered, then no flush: a reply from outside any read', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await held.haveStarted(1)
    setImmediate(() => held.answer())
    expect((await client.reply()).status).toBe(200)
  })

  test('pause/resume loses the wake-up (node#3332, reactor-netty#4347): paused by the in-flight bound', async () => {
    const random = new SeededRandom('pause/resume')
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler, limits: { inFlight: 3 } })
    const client = await RawClient.connect(server)
    const all = Array.from({ length: 500 }, (_, i) =>
      i % 7 === 3 ? post(`/${i}`, 'x'.repeat(i)) : get(`/${i}`),
    ).join('')
    const sending = (async () => {
      for (let sent = 0; sent < all.length;) {
        const piece = 1 + random.below(2000)
        client.send(all.slice(sent, sent + piece))
        sent += piece
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const answering = (async () => {
      while (held.started.length < 500 || held.waiting.length > 0) {
        await until(() => held.waiting.length > 0)
        held.answer(random.below(held.waiting.length))
        if (random.below(2) === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const replies = await client.replies(500)
    await Promise.all([sending, answering])
    expect(replies.map(({ body }) => String(body))).toEqual(Array.from({ length: 500 }, (_, i) => `/${i}`))
  })

  test('pause/resume loses the wake-up: paused again and again by a client that reads in fits', async () => {
    const random = new SeededRandom('reads in fits')
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => response.send(Buffer.alloc(100_000, request.target)),
    })
    const client = await RawClient.connect(server)
    client.send(gets(400))
    for (let i = 0; i < 400; i++) {
      const { body } = await client.reply()
      expect(body.equals(Buffer.alloc(100_000, `/${i}`))).toBe(true)
      if (random.below(20) > 0) continue
      // Doesn't read until the server has done all that it may.
      let before = -1
      await until(() => before === (before = server.statistics().bytesWritten))
    }
    expect(server.statistics()).toMatchObject({ requests: 400, responses: 400 })
  })

  test('pause/resume loses the wake-up: the client’s end comes while reading is paused', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler, limits: { inFlight: 1 } })
    const client = await RawClient.connect(server)
    client.send(gets(3)).end()
    for (let i = 0; i < 3; i++) {
      await held.haveStarted(i + 1)
      held.answer()
      expect(String((await client.reply()).body)).toBe(`/${i}`)
    }
    expect(await client.rest()).toHaveLength(0)
    expect(await client.closed).toBeNull()
  })

  test('batching gets round the write cap, memory grows (rust-rpxy#596)', async () => {
    const reply = Buffer.alloc(10_000, 'x')
    const { server } = await startFrozenServer({
      readPath,
      handler: (_request, response) => response.send(reply),
    })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    client.send(gets(20_000))
    await until(() => transports[0]?.isWritable === false)

    let most = 0
    let left = 200_000_000
    while (left > 0) {
      most = Math.max(most, transports[0]!.bytesQueued)
      left -= (await client.some()).length
    }
    // High-water mark and batch cap are 64 KiB each, and the reply that crosses a line comes on top.
    expect(most).toBeLessThan(64 * 1024 + 64 * 1024 + 2 * 11_000)
  })

  test('batching silently gone (bun#42762): a hundred batches in a row are one write each', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoTarget })
    const client = await RawClient.connect(server)
    for (let batch = 1; batch <= 100; batch++) {
      await client.send(gets(16, (i) => `/?${i}`)).replies(16)
      expect(server.statistics().writes).toBe(batch)
    }
  })

  test('a slow handler holds finished replies (bun#42796): they are on their way before it starts', async () => {
    const writesBefore: number[] = []
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        if (request.path === '/slow') {
          writesBefore.push(server.statistics().writes)
          clock.advance(502)
        }
        response.send(request.path)
      },
    })
    const client = await RawClient.connect(server)
    for (let round = 0; round < 3; round++) {
      client.send(gets(3, () => '/fast') + get('/slow') + get('/fast'))
      await client.replies(5)
    }
    // Each round: one write before the slow handler, and its own reply leaves with the time slice, /fast after it.
    expect(writesBefore).toEqual([1, 4, 7])
    expect(server.statistics()).toMatchObject({ repliesHeld: 0, longestHoldMs: 0, writes: 9 })
  })

  test('a head and a body that come byte by byte are read like any others', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoBody })
    const client = await RawClient.connect(server)
    for (const byte of Buffer.from(post('/', 'byte by byte', 'X-Filler: 0123456789'))) {
      const read = nextRead(server)
      client.send(Buffer.of(byte))
      await read
    }
    expect(String((await client.reply()).body)).toBe('byte by byte')
  })
})
