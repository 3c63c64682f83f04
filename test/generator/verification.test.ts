import { describe, expect, test } from 'vitest'
import { type RequestPattern } from '../../bench/generator/load-options.js'
import { type LoadResult, type RequestError } from '../../bench/generator/load-result.js'
import { seed } from '../reactor/seed.js'
import { type Answer, reply } from './fake-server.js'
import { VirtualLoad, type VirtualOptions } from './virtual-load.js'

/** The first `count` requests get `answer`, the others a good one. */
function first(count: number, answer: Answer): Answer {
  return (asked) => (asked.number < count ? answer(asked) : asked.reply())
}

function run(answer: Answer, options: VirtualOptions = {}): Promise<LoadResult> {
  return new VirtualLoad(answer, { rate: 100, durationMs: 1000, connections: 2, depth: 4, ...options }).run()
}

/** Errors of requests that occurred. */
function tags({ errors }: LoadResult): Partial<Record<RequestError, number>> {
  return Object.fromEntries(Object.entries(errors.requests).filter(([, count]) => count > 0))
}

const expecting = (expectation: RequestPattern['expect']): VirtualOptions => ({
  requests: [{ expect: expectation! }],
})

describe('a response', () => {
  test('is read by the parser once, and those that are equal to it are compared', async () => {
    const { verification, counts } = await run(({ reply: good }) => good(), { durationMs: 10_000 })
    expect(counts.answered).toBe(1000)
    expect(verification.byParser).toBeLessThanOrEqual(2) // one on each connection
    expect(verification.byComparison + verification.byParser).toBe(1000)
  })

  test('with another status than expected is tagged', async () => {
    const result = await run(first(3, (asked) => asked.reply('gone', { status: 404 })))
    expect(tags(result)).toEqual({ status: 3 })
    expect(result.counts.answered).toBe(97)
    expect(result.errors.examples[0]).toEqual({
      tag: 'status',
      at: expect.any(Number) as number,
      message: 'GET /: status 404, expected 200 to 299',
    })
  })

  test('may have any status that is expected', async () => {
    const result = await run(
      (asked) => asked.reply('', { status: asked.number % 2 === 0 ? 404 : 200 }),
      expecting({ status: [200, 404] }),
    )
    expect(tags(result)).toEqual({})
  })

  test('with a body of another length than expected is tagged', async () => {
    const result = await run(
      first(2, (asked) => asked.reply('short')),
      expecting({ length: 13 }),
    )
    expect(tags(result)).toEqual({ length: 2 })
  })

  test('with another body than expected is tagged, be it one byte', async () => {
    const result = await run(
      first(2, (asked) => asked.reply('Hello, World?')),
      expecting({ body: 'Hello, World!' }),
    )
    expect(tags(result)).toEqual({ body: 2 })
  })

  test('that goes wrong after a thousand good ones is noticed all the same', async () => {
    const wrong = [500, 501, 999]
    const result = await run(
      (asked) => asked.reply(wrong.includes(asked.number) ? 'Hello, World?' : 'Hello, World!'),
      { ...expecting({ body: 'Hello, World!' }), durationMs: 10_000 },
    )
    expect(tags(result)).toEqual({ body: 3 })
    expect(result.counts.answered).toBe(997)
  })

  test('that belongs to another request in flight is tagged as out of order', async () => {
    const held: (() => void)[] = []
    const requests = Array.from({ length: 4 }, (_, id) => ({ path: `/${id}`, expect: { body: `id ${id}` } }))
    const result = await run(
      (asked) => {
        const answer = (): void => asked.reply(`id ${asked.target.slice(1)}`)
        if (asked.number === 40) held.push(answer)
        else answer()
        if (asked.number === 43) for (const late of held.splice(0)) late()
      },
      { requests, seed, connections: 1, depth: 4, burst: 4 },
    )
    const { order = 0, body = 0 } = tags(result)
    expect(order).toBeGreaterThan(0)
    expect(order + body).toBeLessThanOrEqual(4)
    expect(result.counts.answered).toBe(100 - order - body)
  })

  test('in pieces of any size is as good as a whole one', async () => {
    for (const size of [1, 2, 7, 40, 58, 59, 60, 100]) {
      const pieces: { transport: { write(bytes: string): unknown }; bytes: string }[] = []
      const made: VirtualLoad = new VirtualLoad(
        ({ transport }) => {
          const bytes = reply('Hello, World!')
          for (let at = 0; at < bytes.length; at += size)
            pieces.push({ transport, bytes: bytes.slice(at, at + size) })
          made.reactor.post(() => {
            for (const piece of pieces.splice(0)) piece.transport.write(piece.bytes)
          })
        },
        { ...expecting({ body: 'Hello, World!' }), depth: 3, durationMs: 100, rate: 300, burst: 3 },
      )
      const result = await made.run()
      expect([size, result.counts]).toEqual([size, { planned: 30, sent: 30, answered: 30, failed: 0 }])
    }
  })

  test('may have a Date that moves on, with a parse for each new one and no more', async () => {
    const made: VirtualLoad = new VirtualLoad(
      (asked) => {
        const second = Math.floor(made.clock.now() / 1000)
        asked.reply('Hello, World!', { headers: `Date: ${new Date(second * 1000).toUTCString()}\r\n` })
      },
      { rate: 1000, durationMs: 5000, connections: 10 },
    )
    const { counts, verification } = await made.run()
    expect(counts).toEqual({ planned: 5000, sent: 5000, answered: 5000, failed: 0 })
    expect(verification.byParser).toBeLessThanOrEqual(16)
  })

  test('may be different each time', async () => {
    const result = await run((asked) => asked.reply(`number ${asked.number}`), { rate: 1000 })
    expect(result.counts.answered).toBe(1000)
    expect(result.verification.byComparison).toBe(0)
  })

  test.each(['chunked', 'HEAD', 'interim', 'empty'])('of another kind is understood: %s', async (kind) => {
    const bytes = {
      chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n',
      HEAD: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      interim: 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello',
      empty: 'HTTP/1.1 204 No Content\r\n\r\n',
    }[kind]!
    const length = { chunked: 5, HEAD: 0, interim: 5, empty: 0 }[kind]!
    const result = await run(({ transport }) => transport.write(bytes), {
      requests: [{ method: kind === 'HEAD' ? 'HEAD' : 'GET', expect: { length } }],
      durationMs: 10_000,
    })
    expect(tags(result)).toEqual({})
    expect(result.verification.byComparison).toBeGreaterThan(990)
  })
})

describe('a connection', () => {
  test('on which garbage comes is given up: its oldest request is malformed, those behind are closed', async () => {
    const result = await run(
      (asked) => (asked.number === 0 ? asked.transport.write('SSH-2.0-OpenSSH\r\n') : asked.reply()),
      { connections: 1, depth: 4, burst: 4 },
    )
    expect(tags(result)).toEqual({ malformed: 1, closed: 3 })
    expect(result.counts.answered).toBe(96)
    expect(result.connections.opened).toBe(2)
  })

  test('on which more comes than was asked for is given up, and told', async () => {
    const result = await run(
      first(1, ({ transport }) => transport.write(reply('Hello, World!') + reply('and more'))),
    )
    expect(tags(result)).toEqual({})
    expect(result.errors.connections.unexpected).toBe(1)
    expect(result.connections.opened).toBe(3)
  })

  test('on which stray bytes come while it rests is given up, and told', async () => {
    const made: VirtualLoad = new VirtualLoad(
      ({ transport, number, reply: good }) => {
        good()
        if (number === 10) made.reactor.delay(2, () => transport.write('\r\n'))
      },
      { rate: 100, durationMs: 1000 },
    )
    const result = await made.run()
    expect(result.errors.connections.unexpected).toBe(1)
    expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
  })
})
