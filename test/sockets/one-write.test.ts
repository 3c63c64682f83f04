import { describe, expect, test } from 'vitest'
import type { Handler, ListeningServer } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get, gets, post, request } from './requests.js'
import { READ_PATHS, startFrozenServer, until } from './started-server.js'

// All on one path: what is ready leaves before a path is served for the first time; see flush-policy.test.ts.
const onePath = (i: number): string => `/?${i}`
const echoTarget: Handler = (request, response) => response.send(request.target)
const echoBody: Handler = async (request, response) => response.send(await request.body.bytes())

/** How many writes, and replies, there have been since the last call. */
function writesSince(server: ListeningServer): () => { writes: number; responses: number } {
  let before = server.statistics()
  return () => {
    const now = server.statistics()
    const since = { writes: now.writes - before.writes, responses: now.responses - before.responses }
    before = now
    return since
  }
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each([16, 100, 400])('%i pipelined GETs in one packet leave in one write', async (count) => {
    const { server } = await startFrozenServer({ readPath, handler: echoTarget })
    const client = await RawClient.connect(server)
    const since = writesSince(server)

    const replies = await client.send(gets(count, onePath)).replies(count)

    expect(replies.map(({ body }) => String(body))).toEqual(
      Array.from({ length: count }, (_, i) => onePath(i)),
    )
    expect(since()).toEqual({ writes: 1, responses: count })
  })

  test('statistics tell how many responses one write carries', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoTarget })
    const client = await RawClient.connect(server)
    for (let batch = 0; batch < 3; batch++) await client.send(gets(16, onePath)).replies(16)
    expect(server.statistics()).toMatchObject({
      requests: 48,
      responses: 48,
      writes: 3,
      responsesPerWrite: 16,
    })
  })

  test('methods and bodies of all kinds mix in one write', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoBody })
    const client = await RawClient.connect(server)
    const since = writesSince(server)
    const methods = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'QUERY']
    const bodies = ['', 'one', '', '\x00\xff\r\n\r\n', 'four', '', 'x'.repeat(5000), 'GET / HTTP/1.1\r\n\r\n']

    client.send(methods.map((method, i) => request(method, '/', [], bodies[i]!)).join(''))

    for (const [i, method] of methods.entries()) {
      const { status, body } = await client.reply(method)
      expect([method, status, body.toString('latin1')]).toEqual([method, 200, bodies[i]])
    }
    expect(since()).toEqual({ writes: 1, responses: methods.length })
  })

  test('async handlers that finish in the same turn share one write', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: async (request, response) => {
        for (let i = 0; i < 3; i++) await Promise.resolve()
        response.send(request.target)
      },
    })
    const client = await RawClient.connect(server)
    const since = writesSince(server)
    const replies = await client.send(gets(100, onePath)).replies(100)
    expect(String(replies[99]!.body)).toBe('/?99')
    expect(since()).toEqual({ writes: 1, responses: 100 })
  })

  test('replies that tasks of one turn make ready, in any order, share one write', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => void finish.push(() => response.send(request.target)),
    })
    const finish: (() => void)[] = []
    const client = await RawClient.connect(server)
    client.send(gets(16, onePath) + get('/all-in'))
    const since = writesSince(server)
    await until(() => finish.length === 17)

    for (const task of finish.reverse()) server.reactor.post(task)

    const replies = await client.replies(17)
    expect(replies.map(({ body }) => String(body))).toEqual([
      ...Array.from({ length: 16 }, (_, i) => onePath(i)),
      '/all-in',
    ])
    expect(since()).toEqual({ writes: 1, responses: 17 })
  })

  test('a large Buffer among small replies leaves with them in one write', async () => {
    const large = Buffer.alloc(40_000, 'large ')
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => response.send(request.target === '/?7' ? large : request.target),
    })
    const client = await RawClient.connect(server)
    const since = writesSince(server)
    const replies = await client.send(gets(16, onePath)).replies(16)
    expect(replies[7]!.body.equals(large)).toBe(true)
    expect(String(replies[15]!.body)).toBe('/?15')
    expect(since()).toEqual({ writes: 1, responses: 16 })
  })

  test('replies that failed leave in the same write as those that did not', async () => {
    const { server } = await startFrozenServer({
      readPath,
      onError: () => undefined,
      handler: (request, response) => {
        if (request.target === '/?1') throw new Error('on purpose')
        response.send()
      },
    })
    const client = await RawClient.connect(server)
    const since = writesSince(server)
    client.send(
      get('/?0') + get('/?1') + post('/?2', 'abc') + request('BREW', '/', [], '') + 'no request\r\n\r\n',
    )
    const replies = await client.replies(5)
    expect(replies.map(({ status }) => status)).toEqual([200, 500, 200, 501, 400])
    expect(since()).toEqual({ writes: 1, responses: 5 })
  })

  test('two connections never share a write', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoTarget })
    const [one, other] = [await RawClient.connect(server), await RawClient.connect(server)]
    const since = writesSince(server)
    one.send(gets(16, onePath))
    other.send(gets(16, (i) => `/?other${i}`))
    expect(String((await one.replies(16))[15]!.body)).toBe('/?15')
    expect(String((await other.replies(16))[15]!.body)).toBe('/?other15')
    expect(since()).toEqual({ writes: 2, responses: 32 })
  })
})
