import { describe, expect, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { HeldResponses } from './held-responses.js'
import { RawClient } from './raw-client.js'
import { get, gets } from './requests.js'
import { READ_PATHS, startFrozenServer, startServer, until } from './started-server.js'

/** Holds the loop, as a handler should not. */
function hold(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('a flood of 20,000 pipelined requests lets another connection in after a time slice', async () => {
    let flood = 0
    let floodBefore = -1
    let floodBetween = -1
    const handler: Handler = (request, response) => {
      if (request.path === '/other') floodBetween = flood - floodBefore
      else {
        clock.advance(0.01) // a time slice of 1 ms holds a hundred of them
        flood++
        if (flood === 5_000) {
          floodBefore = flood
          other.send(get('/other')) // readable at once
        }
      }
      response.send(request.target)
    }
    const { server, clock } = await startFrozenServer({ readPath, handler })
    const flooding = await RawClient.connect(server)
    const other = await RawClient.connect(server)

    flooding.send(gets(20_000, (i) => `/flood?${i}`))

    expect(String((await other.reply()).body)).toBe('/other')
    // The rest of the slice at hand, and one more, with the handlers between two looks at the clock.
    expect(floodBetween).toBeGreaterThan(0)
    expect(floodBetween).toBeLessThanOrEqual(220)
    const replies = await flooding.replies(20_000)
    expect(replies.every(({ body }, i) => String(body) === `/flood?${i}`)).toBe(true)
    expect(server.statistics().slicesUsedUp).toBeGreaterThan(100)
  })

  test('the other’s reply reaches its client before the flood is over', async () => {
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        clock.advance(0.01)
        response.send(request.target)
      },
    })
    const flooding = await RawClient.connect(server)
    const other = await RawClient.connect(server)
    flooding.send(gets(20_000, (i) => `/flood?${i}`))
    await until(() => server.statistics().requests > 0)
    other.send(get('/other'))
    await other.reply()
    expect(server.statistics().requests).toBeLessThan(10_000)
    await flooding.replies(20_000)
  })

  test('150 pipelined requests whose handlers hold the loop for 5 ms each do not hold another connection', async () => {
    let held = 0
    let heldBetween = -1
    const handler: Handler = (request, response) => {
      if (request.path === '/other') heldBetween = held - 10
      else {
        hold(5)
        if (++held === 10) other.send(get('/other'))
      }
      response.send()
    }
    const server = await startServer({ readPath, handler })
    const flooding = await RawClient.connect(server)
    const other = await RawClient.connect(server)

    flooding.send(gets(150, (i) => `/hold?${i}`))

    await other.reply()
    expect(heldBetween).toBeLessThanOrEqual(2)
    expect(held).toBeLessThan(20) // its reply was not held either
    await flooding.replies(150)
    expect(server.statistics().slicesUsedUp).toBeGreaterThanOrEqual(100)
  })

  test('a hundred connections with a handler of 5 ms each, readable together, do not hold another one', async () => {
    let dear = 0
    let before = -1
    let between = -1
    const handler: Handler = (request, response) => {
      if (request.path === '/other') between = dear - before
      else {
        clock.advance(5)
        if (++dear === 10) {
          before = dear
          other.send(get('/other')) // readable at once
        }
      }
      response.send(request.target)
    }
    const { server, clock } = await startFrozenServer({ readPath, handler })
    const other = await RawClient.connect(server)
    const clients: RawClient[] = []
    for (let i = 0; i < 100; i++) clients.push(await RawClient.connect(server))
    clients.forEach((client, i) => client.send(get(`/dear?${i}`)))

    expect(String((await other.reply()).body)).toBe('/other')
    expect(between).toBeLessThanOrEqual(4) // a poll's and a turn's, and once more where it came in between
    for (const [i, client] of clients.entries())
      expect(String((await client.reply()).body)).toBe(`/dear?${i}`)
  })

  test('while one flood is served, replies leave slice by slice, not at its end', async () => {
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: (_request, response) => {
        clock.advance(0.01)
        response.send()
      },
    })
    const client = await RawClient.connect(server)
    client.send(gets(20_000, (i) => `/?${i}`))
    await client.reply()
    expect(server.statistics().requests).toBeLessThan(2_000)
    await client.replies(19_999)
  })

  test('two floods take turns', async () => {
    const order: string[] = []
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        clock.advance(0.01)
        order.push(request.path)
        response.send()
      },
    })
    const [one, other] = [await RawClient.connect(server), await RawClient.connect(server)]
    one.send(gets(5_000, () => '/one'))
    other.send(gets(5_000, () => '/other'))
    await Promise.all([one.replies(5_000), other.replies(5_000)])
    let longestRun = 0
    const lastOfEither = Math.min(order.lastIndexOf('/one'), order.lastIndexOf('/other'))
    for (let i = order.indexOf('/other'), run = 0; i < lastOfEither; i++) {
      run = order[i] === order[i - 1] ? run + 1 : 1
      longestRun = Math.max(longestRun, run)
    }
    expect(longestRun).toBeLessThanOrEqual(220)
  })

  test('a handler that streams as fast as the kernel takes it lets sockets have their say after every time slice', async () => {
    const piece = Buffer.alloc(16 * 1024)
    const runs: number[] = [] // pieces written between two turns of Node's loop
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: async (_request, response) => {
        let isDone = false
        let run = 0
        const countRun = (): void => {
          runs.push(run)
          run = 0
          if (!isDone) setImmediate(countRun)
        }
        countRun()
        for (let i = 0; i < 1000; i++) {
          run++
          clock.advance(0.5) // a batch of four is longer than the slice
          if (!response.write(piece)) await response.drained()
        }
        isDone = true
        response.end()
      },
    })
    const client = await RawClient.connect(server)
    const { body } = await client.send(get('/')).reply()
    expect(body).toHaveLength(1000 * piece.length)
    expect(Math.max(...runs)).toBeLessThanOrEqual(8)
  })

  test('a handler that streams without end lets another connection in', async () => {
    let isDone = false
    const piece = Buffer.alloc(16 * 1024)
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: async (request, response) => {
        while (request.path !== '/other' && !isDone) {
          clock.advance(0.5)
          if (!response.write(piece)) await response.drained()
        }
        response.end()
      },
    })
    const streaming = await RawClient.connect(server)
    streaming.send(get('/stream'))
    const all = streaming.rest()
    const other = await RawClient.connect(server)
    expect((await other.send(get('/other')).reply()).status).toBe(200)
    isDone = true
    streaming.end()
    expect((await all).toString('latin1').endsWith('\r\n0\r\n\r\n')).toBe(true)
  })

  test('async handlers of one connection run side by side, up to the in-flight bound', async () => {
    const held = new HeldResponses()
    const { server } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(gets(300))
    await held.haveStarted(256)
    expect(server.statistics()).toMatchObject({ requests: 256, responses: 0 })
    held.answer(255) // not the first: its slot is not free yet
    held.answer(0)
    await held.haveStarted(257)
    expect(held.started).toHaveLength(257)
    held.answerAll()
    await held.haveStarted(300)
    held.answerAll()
    const replies = await client.replies(300)
    expect(replies.map(({ body }) => String(body))).toEqual(Array.from({ length: 300 }, (_, i) => `/${i}`))
  })
})
