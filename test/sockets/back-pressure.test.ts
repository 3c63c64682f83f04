import { describe, expect, test } from 'vitest'
import type { Handler, ListeningServer, Transport } from '../../src/index.js'
import { HeldResponses } from './held-responses.js'
import { RawClient } from './raw-client.js'
import { get, gets, post } from './requests.js'
import { READ_PATHS, startFrozenServer, startServer, transportsOf, until } from './started-server.js'

const KIB = 1024
const MIB = 1024 * KIB

/** High-water mark and batch cap are 64 KiB each; the reply that crosses a line comes on top. */
const MOST_QUEUED = (64 + 64 + 16) * KIB

const REQUESTS = 50_000
const BODY = 10_000
const FILLERS = Array.from({ length: 251 }, (_, i) => Buffer.alloc(BODY, i))

/** A body that tells which it is: its number, then one byte over and over, which differs from those around it. */
function numberedBody(i: number): Buffer {
  const body = Buffer.from(FILLERS[i % FILLERS.length]!)
  body.writeUInt32BE(i)
  return body
}

function isNumberedBody(body: Buffer, i: number): boolean {
  const filler = FILLERS[i % FILLERS.length]!
  return body.length === BODY && body.readUInt32BE() === i && body.compare(filler, 4, BODY, 4, BODY) === 0
}

const numbered: Handler = (request, response) => response.send(numberedBody(Number(request.query.get('i'))))
const target = (i: number): string => `/bytes/10000?i=${i}`

/** Resolves when the client's and the server's kernel buffers are full and the server has done all that it may. */
async function stalled(server: ListeningServer, transport: () => Transport | undefined): Promise<void> {
  await until(() => transport()?.isWritable === false)
  let before = -1
  await until(() => before === (before = server.statistics().bytesWritten))
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('a client that pipelines 50,000 requests for 10,000 bytes and does not read makes the server hold next to nothing', async () => {
    const { server } = await startFrozenServer({ readPath, handler: numbered })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    await client.send(get(target(0))).reply()
    const replyBytes = server.statistics().bytesWritten
    const requests = gets(REQUESTS, target)
    const rssBefore = process.memoryUsage().rss

    client.send(requests)
    await stalled(server, () => transports[0])

    const { requests: dispatched, bytesWritten } = server.statistics()
    expect(dispatched).toBeLessThan(REQUESTS / 5) // what the kernel's buffers take, and little more
    expect(dispatched * replyBytes - bytesWritten).toBeLessThan(MOST_QUEUED) // in batches
    expect(transports[0]!.bytesQueued).toBeLessThan(MOST_QUEUED)
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(160 * MIB)

    // Now it reads: everything arrives, whole and in order, and the server never holds more than before.
    let mostQueued = 0
    for (let i = 0; i < REQUESTS; i++) {
      const { body } = await client.reply()
      if (!isNumberedBody(body, i)) expect.fail(`reply ${i} is not what it should be`)
      mostQueued = Math.max(mostQueued, transports[0]!.bytesQueued)
    }
    expect(mostQueued).toBeLessThan(MOST_QUEUED)
    expect(server.statistics()).toMatchObject({ responses: REQUESTS + 1, aborted: 0 })
  })

  test('the server keeps serving others while one does not read', async () => {
    const { server } = await startFrozenServer({ readPath, handler: numbered })
    const transports = transportsOf(server)
    const deaf = await RawClient.connect(server)
    deaf.send(gets(10_000, target))
    await stalled(server, () => transports[0])
    const other = await RawClient.connect(server)
    expect(isNumberedBody((await other.send(get(target(3))).reply()).body, 3)).toBe(true)
  })

  test('a connection that is reset while it does not read is let go, with what it was owed', async () => {
    const { server } = await startFrozenServer({ readPath, handler: numbered })
    const transports = transportsOf(server)
    const deaf = await RawClient.connect(server)
    deaf.send(gets(10_000, target))
    await stalled(server, () => transports[0])
    deaf.reset()
    await until(() => server.statistics().connections.open === 0)
  })

  test('a streaming reply to a client that does not read waits, piece by piece', async () => {
    const piece = Buffer.alloc(16 * KIB, 'piece ')
    const pieces = 4000
    let written = 0
    const { server } = await startFrozenServer({
      readPath,
      handler: async (_request, response) => {
        response.header('Content-Length', piece.length * pieces)
        for (; written < pieces; written++) if (!response.write(piece)) await response.drained()
        response.end()
      },
    })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await stalled(server, () => transports[0])
    expect(written).toBeLessThan(pieces)
    expect(transports[0]!.bytesQueued).toBeLessThan(MOST_QUEUED)

    const { body } = await client.reply()
    expect(body.equals(Buffer.concat(Array.from({ length: pieces }, () => piece)))).toBe(true)
    expect(server.statistics()).toMatchObject({ responses: 1, aborted: 0 })
  })

  test('a handler that streams to a client that goes away is told so', async () => {
    let failure: unknown = null
    const { server } = await startFrozenServer({
      readPath,
      handler: async (_request, response) => {
        try {
          for (;;) if (!response.write(Buffer.alloc(64 * KIB))) await response.drained()
        } catch (error) {
          failure = error
        }
      },
    })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await stalled(server, () => transports[0])
    client.reset()
    await until(() => failure !== null)
    expect(failure).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
    expect(server.statistics().aborted).toBe(1)
  })

  test('a reply that becomes ready while the client does not read leaves when it does, and so does the end', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    client.send(get('/large') + get('/small', 'Connection: close'))
    await held.haveStarted(2)
    const large = Buffer.alloc(64 * MIB, 'large ')
    held.waiting.shift()!.response.send(large)
    await stalled(server, () => transports[0])
    held.answer()

    expect((await client.reply()).body.equals(large)).toBe(true)
    expect(String((await client.reply()).body)).toBe('/small')
    expect(await client.rest()).toHaveLength(0)
  })

  test('replies held behind one that is slow stop the reading before they grow without bound', async () => {
    let finish!: () => void
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        if (request.path === '/slow') finish = () => response.send()
        else response.send(numberedBody(Number(request.query.get('i'))))
      },
    })
    const client = await RawClient.connect(server)
    client.send(get('/slow') + gets(200, target))
    await until(() => server.statistics().requests > 1)
    expect(server.statistics().requests).toBeLessThan(12) // 64 KiB
    finish()
    expect((await client.reply()).body).toHaveLength(0)
    for (let i = 0; i < 200; i++) expect(isNumberedBody((await client.reply()).body, i)).toBe(true)
  })

  describe('uploads', () => {
    const LIMIT = 3 * MIB
    const received: number[] = []
    const measure: Handler = async (request, response) => {
      const body = await request.body.bytes()
      received.push(body.length)
      response.send(body)
    }

    test('a body as large as the limit is taken whole', async () => {
      const server = await startServer({ readPath, handler: measure, limits: { bodyBytes: LIMIT } })
      const client = await RawClient.connect(server)
      const body = Array.from({ length: LIMIT / 16 }, (_, i) => i.toString(16).padStart(16)).join('')
      const reply = await client.send(post('/', body)).reply()
      expect(reply.body.equals(Buffer.from(body))).toBe(true)
    })

    test('a body one byte larger than the limit gets 413 before it is read, and the connection ends in peace', async () => {
      received.length = 0
      const server = await startServer({ readPath, handler: measure, limits: { bodyBytes: LIMIT } })
      const client = await RawClient.connect(server)
      client.send(post('/', 'x'.repeat(LIMIT + 1)) + get('/never'))
      const { status, headers, body } = await client.reply()
      expect([status, headers.get('connection')]).toEqual([413, 'close'])
      expect(String(body)).toMatch(/^CAL_ERR_HTTP_BODY_TOO_LARGE: /)
      expect(await client.rest()).toHaveLength(0)
      client.end()
      expect(await client.closed).toBeNull()
      expect(received).toEqual([])
    })

    test('a limit of 0 takes requests without a body only', async () => {
      const server = await startServer({ readPath, handler: measure, limits: { bodyBytes: 0 } })
      const client = await RawClient.connect(server)
      expect((await client.send(get('/')).reply()).status).toBe(200)
      expect((await client.send(post('/', 'x')).reply()).status).toBe(413)
    })
  })
})
