import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Handler, Request } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get, post, request } from './requests.js'
import { SeededRandom } from './seeded-random.js'
import { nextRead, READ_PATHS, startFrozenServer, startServer, until } from './started-server.js'

const KIB = 1024
const MIB = 1024 * KIB

const chunkedHead = (target: string, ...lines: string[]): string =>
  request('POST', target, ['Transfer-Encoding: chunked', ...lines], '')
const lengthHead = (target: string, length: number): string =>
  request('POST', target, [`Content-Length: ${length}`], '')

const echo: Handler = async (asked, response) => response.send(await asked.body.bytes())
const streamBack: Handler = async (asked, response) => {
  for await (const piece of asked.body) if (!response.write(piece)) await response.drained()
  response.end()
}

/** The body in chunks of random sizes, some with an extension, and a trailer. */
function inChunks(random: SeededRandom, body: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const data = body.subarray(at, at + 1 + random.below(random.pick([10, 1000, 100_000])))
    const extension = random.pick(['', '', '', ';a', ';a="b"'])
    pieces.push(Buffer.from(`${data.length.toString(16)}${extension}\r\n`), data, Buffer.from('\r\n'))
    at += data.length
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\nX-Trailer: 1\r\n\r\n')])
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each([
    ['gathered', echo],
    ['streamed back', streamBack],
  ])('bodies of both framings, cut at random, are whole: %s', async (what, handler) => {
    const random = new SeededRandom(what)
    const server = await startServer({ readPath, handler, limits: { chunkExtensionBytes: MIB } })
    const client = await RawClient.connect(server)
    for (let round = 0; round < 12; round++) {
      const body = random.bytes(random.pick([1, 1000, 70_000, 300_000]))
      const isChunked = random.below(3) > 0
      const bytes = isChunked
        ? Buffer.concat([Buffer.from(chunkedHead('/')), inChunks(random, body)])
        : Buffer.concat([Buffer.from(lengthHead('/', body.length)), body])
      const reply = client.reply()
      for (let at = 0; at < bytes.length;) {
        const piece = 1 + random.below(100_000)
        client.send(bytes.subarray(at, at + piece))
        at += piece
        if (random.below(2) === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      expect((await reply).body.equals(body)).toBe(true)
    }
  })

  // The flush museum: time grows faster than their number, or memory by hundreds of MB (Deno, node:http).
  test('a million one-byte chunks make no more pieces than there were reads', async () => {
    const CHUNKS = 1_000_000
    let pieces = 0
    let bytes = 0
    const server = await startServer({
      readPath,
      handler: async (asked, response) => {
        for await (const piece of asked.body) {
          pieces++
          bytes += piece.length
        }
        response.send('done')
      },
    })
    const client = await RawClient.connect(server)
    client.send(chunkedHead('/') + '1\r\nx\r\n'.repeat(CHUNKS) + '0\r\n\r\n')
    expect(String((await client.reply()).body)).toBe('done')
    expect(bytes).toBe(CHUNKS)
    // A read may be dispatched in two parts, when the handler has to make room first.
    expect(pieces).toBeLessThanOrEqual(2 * server.statistics().reads)
  })

  test('a client is held back while its body is not read, and memory is bounded', async () => {
    const LENGTH = 40 * MIB
    let asked: Request | null = null
    let read!: () => void
    const mayRead = new Promise<void>((resolve) => (read = resolve))
    const server = await startServer({
      readPath,
      limits: { bodyBytes: LENGTH },
      handler: async (request, response) => {
        if (request.method === 'POST') asked = request
        if (request.method === 'POST') await mayRead
        let length = 0
        for await (const piece of request.body) length += piece.length
        response.send(String(length))
      },
    })
    const client = await RawClient.connect(server)
    client.send(lengthHead('/', LENGTH)).send(Buffer.alloc(LENGTH, 'x'))
    await until(() => asked?.body.wantsMore === false)
    let before = -1
    await until(() => before === (before = server.statistics().bytesRead))
    expect(server.statistics().bytesRead).toBeLessThanOrEqual(3 * 64 * KIB)
    // Others are served meanwhile.
    const other = await RawClient.connect(server)
    expect(String((await other.send(get('/')).reply()).body)).toBe('0')
    read()
    expect(String((await client.reply()).body)).toBe(String(LENGTH))
  })

  test('a body is piped into a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'calandria-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'upload')
    const server = await startServer({
      readPath,
      limits: { bodyBytes: 8 * MIB },
      handler: async (asked, response) => {
        await asked.body.pipe(createWriteStream(file))
        response.status(201).send(asked.body.trailers?.get('x-trailer') ?? 'no trailer')
      },
    })
    const random = new SeededRandom('a file')
    const body = Buffer.concat(Array.from({ length: 30 }, () => random.bytes(100_000)))
    const client = await RawClient.connect(server)
    const reply = await client.send(chunkedHead('/')).send(inChunks(random, body)).reply()
    expect([reply.status, String(reply.body)]).toEqual([201, '1'])
    expect((await readFile(file)).equals(body)).toBe(true)
  })

  test.each([
    ['reset', (client: RawClient) => client.reset(), 'CAL_ERR_CLIENT_GONE'],
    ['half-closed', (client: RawClient) => client.end(), 'CAL_ERR_HTTP_BODY_INCOMPLETE'],
  ])('a connection that is %s in mid-body rejects the read with %s', async (_what, leave, code) => {
    const reasons: unknown[] = []
    const { server } = await startFrozenServer({
      readPath,
      handler: async (asked) => {
        await asked.body.bytes().catch((reason: unknown) => reasons.push(reason))
      },
    })
    const client = await RawClient.connect(server)
    const read = nextRead(server)
    client.send(post('/', 'x'.repeat(1000)).slice(0, -1))
    await read
    leave(client)
    await until(() => reasons.length > 0)
    expect(reasons).toMatchObject([{ code }])
    if (code === 'CAL_ERR_HTTP_BODY_INCOMPLETE') expect((await client.reply()).status).toBe(400)
  })

  test.each([
    ['a fault', chunkedHead('/') + '3\r\nabcd\r\n', 400],
    ['a body that is too large', chunkedHead('/') + '100001\r\n', 413],
    ['an unread body, too large to discard', lengthHead('/unread', MIB), 200],
  ])('the answer to %s arrives, though megabytes follow that nobody reads', async (_what, bytes, status) => {
    const server = await startServer({
      readPath,
      handler: async (asked, response) => {
        if (asked.path !== '/unread') await asked.body.bytes()
        response.send()
      },
    })
    const client = await RawClient.connect(server)
    client.send(bytes).send(Buffer.alloc(10 * MIB, get('/smuggled')))
    const reply = await client.reply()
    expect([reply.status, reply.headers.get('connection')]).toEqual([status, 'close'])
    expect(await client.rest()).toHaveLength(0)
    client.end()
    expect(await client.closed).toBeNull()
    expect(server.statistics().requests).toBeLessThanOrEqual(1)
  })

  test('the next request waits for the body before it, however the two are cut', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: async (asked, response) => response.send(`${asked.path} ${await asked.body.text()}`),
    })
    const client = await RawClient.connect(server)
    const bytes = chunkedHead('/a') + '3;x\r\none\r\n0\r\nA: b\r\n\r\n' + post('/b', 'two') + get('/c')
    for (let cut = 1; cut < bytes.length; cut++) {
      const read = nextRead(server)
      client.send(bytes.slice(0, cut))
      await read
      client.send(bytes.slice(cut))
      const replies = await client.replies(3)
      expect([cut, ...replies.map(({ body }) => String(body))]).toEqual([cut, '/a one', '/b two', '/c '])
    }
  })
})
