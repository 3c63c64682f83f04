import { createMemoryPair } from 'calandria'
import { describe, expect, test } from 'vitest'
import { type LoadResult } from '../../bench/generator/load-result.js'
import { reply } from './fake-server.js'
import { VirtualLoad } from './virtual-load.js'

/** Errors that occurred: of requests, then of connections. */
function errors({ errors: { requests, connections } }: LoadResult): unknown {
  const some = (counts: Readonly<Record<string, number>>): unknown =>
    Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return [some(requests), some(connections)]
}

const OPTIONS = { connections: 1, depth: 4, burst: 4, rate: 400, durationMs: 1000 }

function expectConserved({ counts }: LoadResult): void {
  expect(counts.planned).toBe(400)
  expect(counts.answered + counts.failed).toBe(400)
}

describe('a connection', () => {
  test('that is reset in the middle of a response: all that is in flight is tagged, and another one opens', async () => {
    const made: VirtualLoad = new VirtualLoad((asked) => {
      if (asked.number < 41 || asked.number > 43) asked.reply()
      if (asked.number !== 41) return
      asked.transport.write(reply('Hello, World!').slice(0, 20))
      made.reactor.delay(1, () => asked.transport.abort())
    }, OPTIONS)
    const result = await made.run()
    expect(errors(result)).toEqual([{ reset: 3 }, { reset: 1 }])
    expectConserved(result)
    expect(made.server.connections).toBe(2)
  })

  test.each([
    [20, 'in a head that a template fits'],
    [5, 'at the beginning'],
    [55, 'in the body'],
  ])('that ends after %i bytes of a response, %s: cut short', async (bytes) => {
    const made: VirtualLoad = new VirtualLoad((asked) => {
      if (asked.number < 41 || asked.number > 43) {
        asked.reply()
      } else if (asked.number === 41) {
        asked.transport.write(reply('Hello, World!').slice(0, bytes))
        made.reactor.delay(1, () => asked.transport.end())
      }
    }, OPTIONS)
    const result = await made.run()
    expect(errors(result)).toEqual([{ 'cut-short': 1, closed: 2 }, {}])
    expectConserved(result)
  })

  test('that is closed before the answer: closed', async () => {
    const made: VirtualLoad = new VirtualLoad((asked) => {
      if (asked.number === 8) asked.transport.end()
      else if (asked.number < 8 || asked.number > 11) asked.reply()
    }, OPTIONS)
    const result = await made.run()
    expect(errors(result)).toEqual([{ closed: 4 }, {}])
    expectConserved(result)
  })

  test('that the server closes at rest: no error, and another one opens', async () => {
    const made: VirtualLoad = new VirtualLoad((asked) => {
      asked.reply()
      if (asked.number % 40 === 39) made.reactor.delay(3, () => asked.transport.end())
    }, OPTIONS)
    const result = await made.run()
    expect(errors(result)).toEqual([{}, {}])
    expectConserved(result)
    expect(result.connections).toMatchObject({ closedByServer: 10, opened: 11, asked: 1 })
  })

  test('whose server says that it closes: what is behind is closed, and nothing more is sent on it', async () => {
    const made: VirtualLoad = new VirtualLoad((asked) => {
      if (asked.number === 4) {
        asked.reply('Hello, World!', { headers: 'Connection: close\r\n' })
        made.reactor.delay(1, () => asked.transport.end())
      } else if (asked.number < 4 || asked.number > 7) asked.reply()
    }, OPTIONS)
    const result = await made.run()
    expect(errors(result)).toEqual([{ closed: 3 }, {}])
    expectConserved(result)
    expect(result.connections.opened).toBe(2)
  })

  test('whose server says that it closes and then does not: it is closed by us', async () => {
    const made: VirtualLoad = new VirtualLoad(
      (asked) => asked.reply('Hello, World!', { headers: 'Connection: close\r\n' }),
      { connections: 2, rate: 10, durationMs: 1000 },
    )
    const result = await made.run()
    expect(errors(result)).toEqual([{}, {}])
    expect(result.counts.answered).toBe(10)
    expect(made.server.connections).toBeGreaterThanOrEqual(10)
  })

  test('whose responses end with it is as good', async () => {
    const made: VirtualLoad = new VirtualLoad(
      ({ transport }) => {
        transport.write('HTTP/1.0 200 OK\r\n\r\nuntil the end')
        transport.end()
      },
      { connections: 4, rate: 100, durationMs: 1000, requests: [{ expect: { body: 'until the end' } }] },
    )
    const result = await made.run()
    expect(errors(result)).toEqual([{}, {}])
    expect(result.counts.answered).toBe(100)
  })

  test('on which an answer does not come in time: that request is a time-out, those behind it are closed', async () => {
    const made: VirtualLoad = new VirtualLoad(
      (asked) => {
        if (asked.number !== 40 && (asked.number > 43 || asked.number < 40)) asked.reply()
      },
      { ...OPTIONS, timeoutMs: 200 },
    )
    const result = await made.run()
    expect(errors(result)).toEqual([{ timeout: 1, closed: 3 }, {}])
    expectConserved(result)
    expect(result.latency.fromSend.max).toBeGreaterThanOrEqual(200) // it is not left out
    expect(result.latency.fromSend.max).toBeLessThan(210)
  })
})

describe('a server that can’t be reached', () => {
  test('from the beginning: the run does not begin, and says why', async () => {
    const made = new VirtualLoad(() => undefined, {
      connections: 3,
      connect: () => Promise.reject(new Error('nobody is there')),
    })
    await expect(made.run()).rejects.toThrow('nobody is there')
  })

  test('for a while: it is tried again, at growing intervals, and the load goes on', async () => {
    let attempts = 0
    const made: VirtualLoad = new VirtualLoad((asked) => asked.reply(), {
      connections: 2,
      rate: 100,
      durationMs: 1000,
      connect: () => {
        attempts++
        if (attempts > 1 && attempts < 6) return Promise.reject(new Error('not now'))
        const [near, far] = createMemoryPair(made.reactor)
        made.server.accept(far)
        return Promise.resolve(near)
      },
    })
    const result = await made.run()
    expect(result.errors.connections.connect).toBe(4)
    expect(result.errors.examples[0]).toMatchObject({ tag: 'connect', message: 'not now' })
    expect(result.counts).toEqual({ planned: 100, sent: 100, answered: 100, failed: 0 })
    expect(result.connections).toMatchObject({ asked: 2, open: 2, opened: 2 })
  })
})
