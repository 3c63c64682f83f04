import { PassThrough, Transform, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { RequestBody } from '../../src/http/request-body.js'
import { chunked, get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'

const MEGABYTE = Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 31 + (i >> 8)) & 255))

async function iterated(body: RequestBody): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function piped(body: RequestBody): Promise<Buffer> {
  const pieces: Buffer[] = []
  await body.pipe(
    new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(piece)
        setImmediate(done)
      },
    }),
  )
  return Buffer.concat(pieces)
}

const WAYS: readonly (readonly [string, (body: RequestBody) => Promise<Buffer>])[] = [
  ['bytes()', (body) => body.bytes()],
  ['text()', async (body) => Buffer.from(await body.text())],
  ['json()', async (body) => Buffer.from(JSON.stringify(await body.json()))],
  ['for await', iterated],
  ['pipe()', piped],
]

/** A body of JSON, as text of ASCII: every way of reading gives the same bytes. */
const DOCUMENT = JSON.stringify({ list: Array.from({ length: 2000 }, (_, i) => `entry ${i}`) })

function inChunks(text: string, size: number): string {
  let coded = ''
  for (let at = 0; at < text.length; at += size) {
    const data = text.slice(at, at + size)
    coded += `${data.length.toString(16)}\r\n${data}\r\n`
  }
  return `${coded}0\r\n\r\n`
}

const FRAMINGS: readonly (readonly [string, string])[] = [
  ['Content-Length', post('/', DOCUMENT)],
  ['chunks of 1 byte', chunked('/', inChunks(DOCUMENT, 1))],
  ['chunks of 1000 bytes', chunked('/', inChunks(DOCUMENT, 1000))],
  ['one chunk', chunked('/', inChunks(DOCUMENT, DOCUMENT.length))],
]

async function sendInPieces(
  virtual: VirtualServer,
  client: MemoryClient,
  text: string,
  size: number,
): Promise<void> {
  for (let at = 0; at < text.length; at += size) {
    client.send(text.slice(at, at + size))
    await virtual.settle()
  }
}

describe.each(WAYS)('a body read with %s', (_way, read) => {
  const handler: Handler = async (asked, response) => {
    const body = asked.method === 'GET' ? 'none' : await read(asked.body)
    response.send(body)
  }

  it.each(FRAMINGS)('is whole, in one packet and in many: %s', async (_framing, bytes) => {
    for (const size of [bytes.length, 1021, 60]) {
      const virtual = new VirtualServer(handler)
      const client = virtual.connect()
      await sendInPieces(virtual, client, bytes + get('/next'), size)
      while (virtual.server.statistics().responses < 2) await virtual.settle()
      expect(client.replies().map((reply) => reply.body === DOCUMENT)).toEqual([true, false])
      expect(client.answers()[1]).toBe('200 none')
      expect(virtual.errors).toEqual([])
    }
  })

  it('rejects when the client goes away, and nobody is told but the handler', async () => {
    for (const part of [post('/', DOCUMENT), chunked('/', inChunks(DOCUMENT, 99))]) {
      const reasons: unknown[] = []
      const virtual = new VirtualServer(async (asked, response) => {
        await read(asked.body).catch((reason: unknown) => {
          reasons.push(reason, asked.signal.reason)
          throw reason
        })
        response.send()
      })
      const client = virtual.connect().send(part.slice(0, 500))
      await virtual.settle()
      client.transport.abort()
      await virtual.settle()
      expect(reasons).toHaveLength(2)
      expect(reasons[0]).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
      expect(reasons[1]).toBe(reasons[0])
      expect([virtual.errors, virtual.reactorErrors]).toEqual([[], []])
      expect(virtual.server.statistics()).toMatchObject({ aborted: 1, handlerErrors: 0 })
      expect(virtual.reactor.statistics().timersPending).toBe(0)
    }
  })
})

describe('a request body', () => {
  it('of a megabyte in many pieces is whole, byte for byte', async () => {
    for (const size of [65_536, 3001]) {
      const virtual = new VirtualServer(async (asked, response) =>
        response.send((await asked.body.bytes()).equals(MEGABYTE) ? 'same' : 'different'),
      )
      const client = virtual.connect().send(request('PUT', '/', `Content-Length: ${MEGABYTE.length}`))
      for (let at = 0; at < MEGABYTE.length; at += size) client.send(MEGABYTE.subarray(at, at + size))
      await virtual.settle()
      expect(client.answers()).toEqual(['200 same'])
    }
  })

  it('tells its length before it is there; null where it comes in chunks', () => {
    const lengths: (number | null)[] = []
    const virtual = new VirtualServer((asked) => void lengths.push(asked.body.length))
    for (const head of [post('/', 'abc').slice(0, -3), chunked('/', ''), get('/'), post('/', '')])
      virtual.connect().send(head)
    virtual.run()
    expect(lengths).toEqual([3, null, 0, 0])
  })

  it('reaches the handler piece by piece, before its end', async () => {
    const seen: string[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      for await (const piece of asked.body) seen.push(String(piece))
      response.send('done')
    })
    const client = virtual.connect()
    for (const piece of [chunked('/', ''), '3\r\none\r\n', '3\r\ntwo\r\n', '0\r\n\r\n']) {
      client.send(piece)
      await virtual.settle()
      if (!piece.startsWith('0')) expect(client.text).toBe('')
    }
    expect(seen).toEqual(['one', 'two'])
    expect(client.answers()).toEqual(['200 done'])
  })

  it('has its trailers once it has been read to its end, and not before', async () => {
    const seen: unknown[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      for await (const piece of asked.body) seen.push(String(piece), asked.body.trailers)
      response.send(asked.body.trailers?.get('X-Sum') ?? 'none')
    })
    const client = virtual.connect().send(chunked('/', '3\r\none\r\n'))
    await virtual.settle()
    client.send('3\r\ntwo\r\n0\r\nx-sum: 17\r\nOther: 1\r\n\r\n' + chunked('/', '0\r\n\r\n'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 17', '200 none'])
    expect(seen.slice(0, 2)).toEqual(['one', null])
  })

  it('can be streamed back while it comes', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      for await (const piece of asked.body) if (!response.write(piece)) await response.drained()
      response.end()
    })
    const client = virtual.connect()
    await sendInPieces(virtual, client, chunked('/', inChunks(DOCUMENT, 700)) + get('/'), 4096)
    expect(client.replies().map((reply) => reply.body)).toEqual([DOCUMENT, ''])
  })

  it('that is not JSON is answered with 400 where the handler leaves it to us, and the connection goes on', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      response.header('X-Half', 'done').json(await asked.body.json())
    })
    const client = virtual
      .connect()
      .send(post('/', '{"a":1') + post('/', '{"a":1}') + chunked('/', '0\r\n\r\n'))
    await virtual.settle()
    const replies = client.replies()
    expect(replies.map((reply) => reply.status)).toEqual([400, 200, 400])
    expect(replies[0]?.body).toMatch(/^CAL_ERR_HTTP_JSON: /)
    expect(replies.map((reply) => reply.headers.get('connection'))).toEqual([undefined, undefined, undefined])
    expect(replies[0]?.headers.has('x-half')).toBe(false)
    expect([virtual.errors, client.isEnded]).toEqual([[], false])
    expect(virtual.server.statistics()).toMatchObject({ handlerErrors: 0, responses: 3 })
  })

  it('shows nothing of itself in that answer', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      response.json(await asked.body.json())
    })
    const client = virtual.connect().send(post('/', '{"password":"hunter2",'))
    await virtual.settle()
    expect(client.text).not.toContain('hunter2')
  })

  it('read twice fails the handler with CAL_ERR_BODY_USED', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await asked.body.bytes()
      response.send(await asked.body.bytes())
    })
    const client = virtual.connect().send(post('/', 'abc') + get('/'))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([500, 200])
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_BODY_USED' }])
  })
})

describe('pipe()', () => {
  it('goes at the pace of a slow stream, through transforms too', async () => {
    const upper = new Transform({
      transform(piece: Buffer, _encoding, done) {
        setImmediate(() => done(null, piece.toString('latin1').toUpperCase()))
      },
    })
    const sink = new PassThrough({ highWaterMark: 16 })
    const pieces: string[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      const read = (async () => {
        for await (const piece of upper.pipe(sink)) pieces.push(String(piece))
      })()
      await asked.body.pipe(upper)
      await read
      response.send(pieces.join(''))
    })
    const client = virtual.connect()
    await sendInPieces(virtual, client, chunked('/', inChunks(DOCUMENT, 333)), 1500)
    while (client.text === '') await virtual.settle()
    expect(client.replies().map((reply) => reply.body)).toEqual([DOCUMENT.toUpperCase()])
  })

  it.each([
    ['at once', 0],
    ['later', 3],
  ])(
    'into a stream that fails %s rejects with its error, and the rest is discarded',
    async (_when, failsAt) => {
      const failure = new Error('the disk is full')
      let writes = 0
      const virtual = new VirtualServer(async (asked, response) => {
        if (asked.method === 'POST') {
          const full = new Writable({
            write: (_piece, _encoding, done) => done(writes++ === failsAt ? failure : null),
          })
          await asked.body.pipe(full)
        }
        response.send('next')
      })
      const client = virtual.connect()
      await sendInPieces(virtual, client, post('/', DOCUMENT) + get('/'), 1500)
      expect(client.replies().map((reply) => reply.status)).toEqual([500, 200])
      expect(virtual.errors).toEqual([failure])
      expect(client.isEnded).toBe(false)
    },
  )

  it('into a stream that is destroyed rejects, and the rest is discarded', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.method === 'POST') {
        const gone = new PassThrough()
        gone.destroy()
        await asked.body.pipe(gone)
      }
      response.send('next')
    })
    const client = virtual.connect()
    await sendInPieces(virtual, client, post('/', DOCUMENT) + get('/'), 1500)
    expect(client.replies().map((reply) => reply.status)).toEqual([500, 200])
    expect(virtual.errors).toHaveLength(1)
  })

  it('destroys the stream with the reason when the client goes away', async () => {
    const sink = new PassThrough()
    const reasons: unknown[] = []
    sink.on('error', (error) => reasons.push(error)).resume()
    const virtual = new VirtualServer((asked) => asked.body.pipe(sink))
    const client = virtual.connect().send(post('/', DOCUMENT).slice(0, 2000))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_CLIENT_GONE' }])
    expect(sink.destroyed).toBe(true)
  })
})
