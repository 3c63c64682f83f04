import { describe, expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { Gate, get, type MemoryClient, VirtualServer } from './memory-client.js'

describe('a streamed reply', () => {
  it('comes in chunks, pieces and an end, to HTTP/1.1', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.write('a')
      response.write(Buffer.from('bc'))
      response.write('é')
      response.end('d'.repeat(20))
    })
    const client = virtual.connect().send(get('/'))
    virtual.run()
    expect(
      client.text.endsWith(
        `\r\n\r\n1\r\na\r\n2\r\nbc\r\n2\r\n\xc3\xa9\r\n14\r\n${'d'.repeat(20)}\r\n0\r\n\r\n`,
      ),
    ).toBe(true)
    expect(client.replies()[0]?.headers.get('transfer-encoding')).toBe('chunked')
  })

  it('has no empty chunk in its midst: that would be its end', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.write('')
      response.write('a')
      response.write(Buffer.alloc(0))
      response.write('b')
      response.end('')
    })
    const client = virtual.connect().send(get('/') + get('/'))
    virtual.run()
    expect(client.answers()).toEqual(['200 ab', '200 ab'])
  })

  it('ends with the connection, to HTTP/1.0, and serves nothing behind it', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.write('a')
      response.end('b')
    })
    const client = virtual.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'.repeat(2))
    virtual.run()
    expect(client.replies()).toMatchObject([{ status: 200, body: 'ab' }])
    expect(client.replies()[0]?.headers.get('connection')).toBe('close')
    expect(client.isEnded).toBe(true)
  })

  it('keeps HTTP/1.0 alive where its length was declared', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.header('Content-Length', 2).write('a')
      response.end('b')
    })
    const client = virtual.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'.repeat(2))
    virtual.run()
    expect(client.answers()).toEqual(['200 ab', '200 ab'])
    expect(client.isEnded).toBe(false)
  })

  it('reaches the client piece by piece, not when it ends', async () => {
    const gates = [new Gate(), new Gate()]
    const virtual = new VirtualServer(async (_asked, response) => {
      response.write('a')
      await gates[0]!.opened
      response.write('b')
      await gates[1]!.opened
      response.end('c')
    })
    const client = virtual.connect().send(get('/'))
    const seen: string[] = []
    for (const gate of [...gates, null]) {
      await virtual.settle()
      seen.push(client.text.slice(client.text.indexOf('\r\n\r\n') + 4))
      gate?.open()
    }
    expect(seen).toEqual(['1\r\na\r\n', '1\r\na\r\n1\r\nb\r\n', '1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n'])
  })

  it('that is not first yet is held, and flows when it is its turn', async () => {
    const [slow, late] = [new Gate(), new Gate()]
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') {
        await slow.opened
        response.send('slow')
        return
      }
      response.write('early ')
      await late.opened
      response.end('late')
    })
    const client = virtual.connect().send(get('/slow') + get('/stream') + get('/stream'))
    await virtual.settle()
    expect(client.text).toBe('')
    slow.open()
    await virtual.settle()
    expect(client.text.endsWith('6\r\nearly \r\n')).toBe(true)
    late.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 slow', '200 early late', '200 early late'])
  })

  it('is not closed under its feet by a Connection: close behind it (bun#38128)', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      response.write(asked.path)
      await gate.opened
      response.end('!')
    })
    const client = virtual.connect().send(get('/a') + get('/b', 'Connection: close'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a!', '200 /b!'])
    expect(client.isEnded).toBe(true)
  })
})

/** So that back-pressure alone is seen, and no time-out. */
const PATIENT = { timeouts: { writeMs: Infinity } }

/** A client that does not read, and a handler that writes as long as it may. */
function slowReader(
  pieces: number,
  size: number,
): { virtual: VirtualServer; client: MemoryClient; written: () => number } {
  let written = 0
  const virtual = new VirtualServer(async (_asked, response) => {
    for (; written < pieces; written++) {
      if (!response.write('x'.repeat(size))) await response.drained()
    }
    response.end()
  }, PATIENT)
  const client = virtual.connect({ highWaterMark: 10_000 })
  client.transport.pause()
  client.send(get('/'))
  return { virtual, client, written: () => written }
}

describe('write()', () => {
  it('says no when the client does not read, and drained() waits until it does', async () => {
    const { virtual, client, written } = slowReader(1000, 1000)
    await virtual.settle()
    const atFirst = written()
    expect(atFirst).toBeLessThan(100) // a batch of 64 KiB at most
    await virtual.pass(60_000)
    expect(written()).toBe(atFirst)
    client.transport.resume()
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(1_000_000)
  })

  it('never has more queued than the high-water mark and a batch (rust-rpxy#596)', async () => {
    const { virtual, client } = slowReader(1000, 1000)
    let most = 0
    for (let i = 0; i < 200; i++) {
      client.transport.resume()
      virtual.reactor.turn()
      client.transport.pause()
      await new Promise(setImmediate)
      most = Math.max(most, client.serverEnd.bytesQueued)
    }
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(10_000 + 65_536 + 2000)
  })

  it('says no when the time slice is used up, so that others have their turn; drained() lets it go on', async () => {
    const order: string[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      order.push(asked.path)
      if (asked.path === '/other') {
        response.send('other')
        return
      }
      for (let i = 0; i < 200; i++) {
        virtual.clock.advance(0.1)
        order.push('piece')
        if (!response.write('x'.repeat(10_000))) await response.drained()
      }
      response.end()
    })
    const client = virtual.connect({ highWaterMark: 1 << 30 }).send(get('/stream'))
    const other = virtual.connect()
    virtual.reactor.turn()
    other.send(get('/other'))
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(2_000_000)
    expect(order.indexOf('/other')).toBeLessThan(40)
    expect(other.answers()).toEqual(['200 other'])
  })

  it('says no when 64 KiB are held behind a slow reply, and drained() waits for its turn', async () => {
    const gate = new Gate()
    const said: boolean[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') {
        await gate.opened
        response.send('slow')
        return
      }
      for (let i = 0; i < 10; i++) {
        const goOn = response.write('x'.repeat(10_000))
        said.push(goOn)
        if (!goOn) await response.drained()
      }
      response.end()
    })
    const client = virtual.connect({ highWaterMark: 1 << 30 }).send(get('/slow') + get('/stream'))
    await virtual.settle()
    expect(said).toEqual([true, true, true, true, true, true, false])
    gate.open()
    await virtual.settle()
    expect(client.replies().map((reply) => reply.body.length)).toEqual([4, 100_000])
  })

  it('keeps all that is written although it said no', () => {
    const virtual = new VirtualServer((_asked, response) => {
      for (let i = 0; i < 50; i++) response.write('x'.repeat(10_000))
      response.end()
    })
    const client = virtual.connect({ highWaterMark: 1000 }).send(get('/'))
    virtual.run()
    expect(client.replies()[0]?.body.length).toBe(500_000)
  })
})

describe('drained()', () => {
  it('resolves at once where write() may go on', async () => {
    let kept: Response | null = null
    const virtual = new VirtualServer((_asked, response) => {
      kept = response
      response.write('a')
    })
    virtual.connect().send(get('/'))
    virtual.run()
    await expect(kept!.drained()).resolves.toBeUndefined()
  })

  it('is one promise for all who wait', async () => {
    const results: string[] = []
    const virtual = new VirtualServer(async (_asked, response) => {
      response.write('x'.repeat(100_000))
      await Promise.all([1, 2, 3].map(() => response.drained().then(() => results.push('drained'))))
      response.end()
    })
    const client = virtual.connect({ highWaterMark: 1000 }).send(get('/'))
    client.transport.pause()
    await virtual.settle()
    expect(results).toEqual([])
    client.transport.resume()
    await virtual.settle()
    expect(results).toHaveLength(3)
    expect(client.replies()).toHaveLength(1)
  })
})

describe('a client that does not read', () => {
  it('has no more requests dispatched than its replies may fill, until it reads', () => {
    let dispatched = 0
    const virtual = new VirtualServer((_asked, response) => {
      dispatched++
      response.send('x'.repeat(1000))
    })
    const client = virtual.connect({ highWaterMark: 5000 })
    client.transport.pause()
    for (let i = 0; i < 50; i++) {
      client.send(get('/').repeat(20))
      virtual.run()
    }
    expect(dispatched).toBeLessThan(100)
    client.transport.resume()
    virtual.run()
    expect(client.replies()).toHaveLength(1000)
  })
})

describe('drained()', () => {
  it('goes on when somebody else ends the response, and the next write says so', async () => {
    const outcomes: unknown[] = []
    const virtual = new VirtualServer((_, response) => {
      response.write('x'.repeat(100_000))
      const writing = response.drained().then(() => response.write('more'))
      writing.catch((error: unknown) => outcomes.push(error))
      response.end()
    }, PATIENT)
    const client = virtual.connect({ highWaterMark: 10_000 })
    client.transport.pause()
    client.send(get('/'))
    await virtual.settle()
    expect(outcomes).toEqual([expect.objectContaining({ code: 'CAL_ERR_RESPONSE_ENDED' })])
    client.transport.resume()
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(100_000)
  })
})
