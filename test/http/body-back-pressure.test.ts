import { describe, expect, it } from 'vitest'
import { get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'

const KIB = 1024
const MIB = 1024 * KIB

/** Held for a handler that doesn't read: the body's high-water mark, and a read that crosses it; behind it, a backlog. */
const MOST_HELD = 3 * 64 * KIB

/** Sends a body of so many bytes in pieces of 16 KiB. */
function sendBody(client: MemoryClient, length: number): void {
  const piece = Buffer.alloc(16 * KIB, 'x')
  for (let sent = 0; sent < length; sent += piece.length) client.send(piece)
}

const upload = (length: number): string => request('POST', '/', `Content-Length: ${length}`)

describe('a body that its handler does not read', () => {
  it('is taken in up to the high-water mark, and its client is held back', async () => {
    const virtual = new VirtualServer(() => new Promise<void>(() => undefined), {
      limits: { bodyBytes: 100 * MIB },
    })
    const client = virtual.connect().send(upload(10 * MIB))
    sendBody(client, 10 * MIB)
    await virtual.settle()
    const taken = 10 * MIB - client.transport.bytesQueued
    expect(taken).toBeGreaterThanOrEqual(64 * KIB)
    expect(taken).toBeLessThanOrEqual(MOST_HELD)
    await virtual.pass(60 * 60 * 1000)
    // Time in which the handler doesn't read is not the client's.
    expect([client.text, client.isClosed]).toEqual(['', false])
    expect(10 * MIB - client.transport.bytesQueued).toBe(taken)
  })

  it('comes on piece by piece as it is read, never more of it than that', async () => {
    let received = 0
    let most = 0
    const client: { current: MemoryClient | null } = { current: null }
    const virtual = new VirtualServer(
      async (asked, response) => {
        let own = 0
        for await (const piece of asked.body) {
          received += piece.length
          own += piece.length
          await virtual.reactor.sleep(1)
          const head = upload(4 * MIB).length
          const taken = 4 * MIB + head - client.current!.transport.bytesQueued
          most = Math.max(most, taken - received)
        }
        response.send(String(own))
      },
      { limits: { bodyBytes: 100 * MIB } },
    )
    client.current = virtual.connect().send(upload(4 * MIB))
    sendBody(client.current, 4 * MIB)
    client.current.send(get('/'))
    await virtual.pass(10_000)
    expect(client.current.answers()).toEqual([`200 ${4 * MIB}`, '200 0'])
    expect(most).toBeGreaterThan(32 * KIB)
    expect(most).toBeLessThanOrEqual(MOST_HELD)
  })

  it('does not keep other connections waiting', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.method === 'POST') await new Promise<void>(() => undefined)
      response.send('ok')
    })
    const client = virtual.connect().send(upload(MIB))
    sendBody(client, MIB)
    const other = virtual.connect().send(get('/'))
    await virtual.settle()
    expect([client.text, other.answers()]).toEqual(['', ['200 ok']])
  })

  it('goes on when the handler begins after a long time, and has all of it', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await virtual.reactor.sleep(120_000)
      response.send(String((await asked.body.bytes()).length))
    })
    const client = virtual.connect().send(upload(MIB))
    sendBody(client, MIB)
    client.send(post('/', 'abc'))
    await virtual.pass(300_000)
    expect(client.answers()).toEqual([`200 ${MIB}`, '200 3'])
  })

  it('gives way to reading again and again without a lost wake-up (node#3332)', async () => {
    for (const rest of [1, 2, 3]) {
      let total = 0
      const virtual = new VirtualServer(
        async (asked, response) => {
          let i = 0
          for await (const piece of asked.body) {
            total += piece.length
            if (i++ % 4 < rest) await virtual.reactor.sleep(0.5)
          }
          response.send('done')
        },
        { limits: { bodyBytes: 100 * MIB } },
      )
      const client = virtual.connect().send(upload(3 * MIB))
      sendBody(client, 3 * MIB)
      await virtual.pass(10_000)
      expect([client.answers(), total]).toEqual([['200 done'], 3 * MIB])
    }
  })
})

describe('a body in a million chunks of one byte', () => {
  const CHUNKS = 1_000_000
  const CODED = Buffer.from('1\r\nx\r\n'.repeat(CHUNKS) + '0\r\n\r\n')

  function sendChunks(client: MemoryClient): MemoryClient {
    client.send(request('POST', '/', 'Transfer-Encoding: chunked'))
    for (let at = 0; at < CODED.length; at += 64 * KIB) client.send(CODED.subarray(at, at + 64 * KIB))
    return client.send(get('/next'))
  }

  it('reaches its reader in no more pieces than there were reads', async () => {
    let pieces = 0
    let bytes = 0
    const virtual = new VirtualServer(async (asked, response) => {
      for await (const piece of asked.body) {
        pieces++
        bytes += piece.length
      }
      response.send('read')
    })
    const client = sendChunks(virtual.connect())
    await virtual.settle()
    expect(client.answers()).toEqual(['200 read', '200 read'])
    expect(bytes).toBe(CHUNKS)
    expect(pieces).toBeLessThanOrEqual(client.serverEnd.counters.reads)
    expect(client.serverEnd.counters.reads).toBeLessThanOrEqual(CODED.length / (64 * KIB) + 4)
  })

  it('is gathered whole, and discarded, as any other', async () => {
    const virtual = new VirtualServer(
      async (asked, response) =>
        response.send(asked.headers.has('x-skip') ? 'skipped' : String((await asked.body.bytes()).length)),
      { limits: { discardBytes: 10 * MIB } },
    )
    const client = sendChunks(virtual.connect())
    await virtual.settle()
    expect(client.answers()).toEqual([`200 ${CHUNKS}`, '200 0'])
    const unread = virtual.connect().send(request('POST', '/', 'Transfer-Encoding: chunked', 'X-Skip: 1'))
    for (let at = 0; at < CODED.length; at += 64 * KIB) unread.send(CODED.subarray(at, at + 64 * KIB))
    unread.send(get('/next'))
    await virtual.settle()
    expect(unread.answers()).toEqual(['200 skipped', '200 0'])
  })
})
