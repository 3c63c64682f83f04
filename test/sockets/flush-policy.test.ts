import { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FlushPolicy, Handler, ListeningServer, ServeOptions } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get, gets } from './requests.js'
import { READ_PATHS, startFrozenServer, startServer, until } from './started-server.js'

/** Connects, sends what it is given, and wakes whoever waits for `seen` when the first reply is there. */
const CLIENT_IN_A_THREAD = `
  const { connect } = require('node:net')
  const { workerData: { port, requests, seen } } = require('node:worker_threads')
  const flag = new Int32Array(seen)
  const socket = connect(port, '127.0.0.1', () => socket.write(requests))
  socket.once('data', () => {
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
  })
`

const SLOW_MS = 10

describe.each(READ_PATHS)('read path %s', (readPath) => {
  /**
   * A handler takes as long as the number in its query says, on a clock that otherwise stands still.
   * @returns how many writes there had been when each handler that takes time began
   */
  async function startPaced(
    options: Pick<ServeOptions, 'flush' | 'flushBudgetMs'> = {},
  ): Promise<{ server: ListeningServer; writesBefore: number[] }> {
    const writesBefore: number[] = []
    const handler: Handler = (request, response) => {
      const ms = Number(request.query.get('ms') ?? 0)
      if (ms > 0) writesBefore.push(server.statistics().writes)
      clock.advance(ms)
      response.send(request.target)
    }
    const { server, clock } = await startFrozenServer({ readPath, handler, ...options })
    return { server, writesBefore }
  }

  test('a client has its first reply while the handler of its second request holds the loop', async () => {
    const seen = new SharedArrayBuffer(4)
    let waited = ''
    const server = await startServer({
      readPath,
      handler: (request, response) => {
        // The loop stands still until the client has the first reply; the bound only turns a hang into a failure.
        if (request.path === '/second') waited = Atomics.wait(new Int32Array(seen), 0, 0, 20_000)
        response.send()
      },
    })
    const workerData = { port: server.address.port, requests: get('/first') + get('/second'), seen }
    const worker = new Worker(CLIENT_IN_A_THREAD, { eval: true, workerData })
    onTestFinished(() => void worker.terminate())
    await until(() => waited !== '')
    expect(waited).not.toBe('timed-out')
  })

  test('what is ready leaves before a handler whose path is known to be slow', async () => {
    const { server, writesBefore } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(get(`/slow?ms=${SLOW_MS}`)).reply()
    await client.send(get('/fast')).reply()
    client.send(get('/fast') + get('/fast') + get(`/slow?ms=${SLOW_MS}`))
    await client.replies(3)
    expect(writesBefore).toEqual([0, 3]) // one each for the first two, one for both that were ready
    expect(server.statistics()).toMatchObject({ writes: 4, repliesHeld: 0, longestHoldMs: 0 })
  })

  test('what is ready leaves before a handler whose path was never measured', async () => {
    const { server, writesBefore } = await startPaced()
    const client = await RawClient.connect(server)
    client.send(get('/fast') + get('/fast') + get(`/new?ms=${SLOW_MS}`))
    await client.replies(3)
    expect(writesBefore).toEqual([1])
    expect(server.statistics()).toMatchObject({ writes: 2, repliesHeld: 0 })
  })

  test('replies held by a handler that is fast as a rule and slow once are counted', async () => {
    const { server, writesBefore } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(get('/moody') + get('/moody')).replies(2)
    client.send(get('/moody') + get('/moody') + get(`/moody?ms=${SLOW_MS}`))
    await client.replies(3)
    expect(writesBefore).toEqual([1])
    expect(server.statistics()).toMatchObject({ repliesHeld: 2, longestHoldMs: SLOW_MS })
  })

  test('replies held by the last handler of a read are counted, however trusted its path is', async () => {
    const { server } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(gets(100, () => '/moody')).replies(100)
    await client.send(get('/moody') + get('/moody') + get(`/moody?ms=${SLOW_MS}`)).replies(3)
    expect(server.statistics()).toMatchObject({ repliesHeld: 2, longestHoldMs: SLOW_MS })
  })

  test('replies held by a trusted path are counted when a path that was never measured follows', async () => {
    const { server } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(gets(100, () => '/moody')).replies(100)
    await client.send(get('/moody') + get(`/moody?ms=${SLOW_MS}`) + get('/new')).replies(3)
    expect(server.statistics()).toMatchObject({ repliesHeld: 1, longestHoldMs: SLOW_MS })
  })

  test('a trusted path that turns slow is found out, however few requests a read brings', async () => {
    const { server, writesBefore } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(gets(100, () => '/moody')).replies(100)
    for (let i = 0; i < 16; i++) await client.send(get(`/moody?ms=${SLOW_MS}`)).reply()
    const { writes } = server.statistics()
    await client.send(get('/moody') + get(`/moody?ms=${SLOW_MS}`)).replies(2)
    expect(writesBefore.at(-1)).toBe(writes + 1) // it was expected to be slow: the first reply did not wait
    expect(server.statistics().repliesHeld).toBe(0)
  })

  test('a path that was slow once is expected to be slow the next time', async () => {
    const { server, writesBefore } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(get('/moody') + get('/moody') + get(`/moody?ms=${SLOW_MS}`)).replies(3)
    const { writes } = server.statistics()
    await client.send(get('/moody?a') + get(`/moody?ms=${SLOW_MS}`)).replies(2)
    expect(writesBefore[1]).toBe(writes + 1)
    expect(server.statistics().repliesHeld).toBe(2) // those of the first time
  })

  test('a batch that is older than the budget leaves before the next handler runs', async () => {
    const { server } = await startPaced({ flushBudgetMs: 0.25 })
    const batches: number[] = []
    server.reactor.instrument({ flushStarted: (_now, _connection, _bytes, replies) => batches.push(replies) })
    const client = await RawClient.connect(server)
    await client.send(gets(100, () => '/?ms=0.0625')).replies(100) // each on its own is fast enough
    // Four fit into the budget; the clock is looked at after every eighth handler of a trusted path.
    expect(Math.max(...batches)).toBeLessThanOrEqual(16)
    expect(batches.reduce((sum, replies) => sum + replies)).toBe(100)
  })

  test('sixteen requests for one new path leave in one write', async () => {
    const { server } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(gets(16, () => '/new')).replies(16)
    expect(server.statistics().writes).toBe(1)
  })

  test('where every request has a path of its own, batching is not lost', async () => {
    const { server } = await startPaced()
    const client = await RawClient.connect(server)
    await client.send(gets(300)).replies(300)
    expect(server.statistics().writes).toBeLessThanOrEqual(20)
  })

  test('per-response: every reply is a write of its own', async () => {
    const { server } = await startPaced({ flush: 'per-response' })
    const client = await RawClient.connect(server)
    await client.send(gets(16, () => '/')).replies(16)
    expect(server.statistics()).toMatchObject({ writes: 16, responsesPerWrite: 1 })
  })

  test.each([
    ['end-of-read', 2],
    ['end-of-turn', 1],
  ] as const)(
    '%s: replies made by a read and by promises of the same turn leave in %i writes',
    async (flush, writes) => {
      const handler: Handler = async (request, response) => {
        if (request.target === '/?7') await Promise.resolve()
        response.send(request.target)
      }
      const { server } = await startFrozenServer({ readPath, handler, flush })
      const client = await RawClient.connect(server)
      const replies = await client.send(gets(16, (i) => `/?${i}`)).replies(16)
      expect(replies.map(({ body }) => String(body))).toEqual(Array.from({ length: 16 }, (_, i) => `/?${i}`))
      expect(server.statistics().writes).toBe(writes)
    },
  )

  test('end-of-turn too lets go of what is ready before a slow handler', async () => {
    const { server, writesBefore } = await startPaced({ flush: 'end-of-turn' })
    const client = await RawClient.connect(server)
    await client.send(get('/fast') + get(`/slow?ms=${SLOW_MS}`)).replies(2)
    expect(writesBefore).toEqual([1])
    expect(server.statistics().repliesHeld).toBe(0)
  })

  test('a policy of one’s own decides', async () => {
    const asked: number[] = []
    const flush: FlushPolicy = {
      name: 'every fourth',
      leavesBefore: (expectedMs) => asked.push(expectedMs) % 4 === 0,
      leavesAfterReply: false,
      leavesAtEndOfRead: true,
    }
    const { server } = await startPaced({ flush })
    const client = await RawClient.connect(server)
    await client.send(gets(16, () => '/')).replies(16)
    expect(asked).toHaveLength(15) // not with an empty batch
    expect(server.statistics().writes).toBe(4)
  })
})
