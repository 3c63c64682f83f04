import { beforeAll, describe, expect, test } from 'vitest'
import type { Handler, TransportListener } from '../../src/index.js'
import { type RunningServer } from '../sockets/child-program.js'
import { BAD_REQUESTS, SMALL_LIMITS } from '../sockets/bad-requests.js'
import { get, gets, post, request } from '../sockets/requests.js'
import { startServer } from '../sockets/started-server.js'
import { startDemo } from '../demo/demo-process.js'
import { whyWithout } from './programs.js'
import { runProgram } from './run-program.js'

/** Debian's own: a machine may have another Python first in its path, which doesn't know h11. */
const PYTHON = '/usr/bin/python3'
const reason = whyWithout('h11', [PYTHON, '-c', 'import h11'])

interface Exchange {
  readonly name: string
  readonly methods: readonly string[]
  readonly bytes: string
}

interface Judged {
  readonly name: string
  readonly responses: readonly {
    readonly status: number
    readonly version: string
    readonly length: number
    readonly trailers: readonly string[]
  }[]
  readonly error: string | null
}

/** What h11 makes of the answers to `exchanges`. */
async function judge(port: number, exchanges: readonly Exchange[]): Promise<Judged[]> {
  const { output } = await runProgram(
    PYTHON,
    ['test/clients/h11_judge.py'],
    Buffer.from(JSON.stringify({ port, exchanges })),
  )
  return JSON.parse(output) as Judged[]
}

async function judgeOne(port: number, bytes: string, ...methods: readonly string[]): Promise<Judged> {
  const [judged] = await judge(port, [
    { name: bytes, methods: methods.length > 0 ? methods : ['GET'], bytes },
  ])
  expect(judged!.error).toBeNull()
  return judged!
}

const summary = ({ responses }: Judged): string[] =>
  responses.map(({ status, length }) => `${status} ${length}`)

const refusals: readonly Exchange[] = BAD_REQUESTS.flatMap(([name, bytes]) => [
  { name, methods: ['GET'], bytes },
  { name: `${name}, behind a GET`, methods: ['GET'], bytes: get('/') + bytes },
])

describe(`h11 accepts, of the demo${reason ?? ''}`, () => {
  let demo: RunningServer

  beforeAll(async () => {
    demo = await startDemo({ isShared: true })
    return () => demo.program.kill()
  })

  const routes: readonly (readonly [path: string, status: number, length: number | null])[] = [
    ['/', 200, 13],
    ['/?a=b', 200, 13],
    ['/echo', 200, 0],
    ['/headers', 200, null],
    ['/bytes/0', 200, 0],
    ['/bytes/10000', 200, 10_000],
    ['/bytes/1000000', 200, 1_000_000],
    ['/bytes/x', 404, null],
    ['/stream/0', 200, 0],
    ['/stream/8', 200, 8192],
    ['/stream/300', 200, 307_200],
    ['/stream/x', 404, null],
    ['/delay/5', 200, 1],
    ['/delay/x', 404, null],
    ['/block/1', 200, 1],
    ['/block/x', 404, null],
    ['/throw', 500, null],
    ['/nowhere', 404, null],
  ]

  test.skipIf(reason !== null)('GET, HEAD, POST and OPTIONS of every route, in 1.1 and 1.0', async () => {
    const exchanges = routes.flatMap(([path]) =>
      ['GET', 'HEAD', 'POST', 'OPTIONS'].flatMap((method) => [
        { name: `${method} ${path} 1.1`, methods: [method], bytes: request(method, path, [], '') },
        { name: `${method} ${path} 1.0`, methods: [method], bytes: `${method} ${path} HTTP/1.0\r\n\r\n` },
        {
          name: `${method} ${path} 1.0, kept alive`,
          methods: [method],
          bytes: `${method} ${path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
        },
      ]),
    )
    const judged = await judge(demo.address.port, exchanges)
    expect(judged).toHaveLength(exchanges.length)
    for (const { name, error, responses } of judged) {
      const [method, path] = name.split(' ')
      const [, status, length] = routes.find(([route]) => route === path)!
      expect([name, error, responses.length]).toEqual([name, null, 1])
      const [response] = responses
      expect([name, response!.version]).toEqual([name, '1.1'])
      if (method === 'GET' || method === 'HEAD') expect([name, response!.status]).toEqual([name, status])
      if (method === 'GET' && length !== null) expect([name, response!.length]).toEqual([name, length])
      if (method === 'HEAD') expect([name, response!.length]).toEqual([name, 0])
    }
  })

  test.skipIf(reason !== null)('bodies sent with a length, in chunks, and after 100 Continue', async () => {
    const chunked = request('POST', '/echo', ['Transfer-Encoding: chunked'], '')
    const expecting = request('POST', '/echo', ['Expect: 100-continue', 'Transfer-Encoding: chunked'], '')
    const chunks = '5;a=b\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n'
    const { port } = demo.address
    expect(summary(await judgeOne(port, post('/echo', 'hello')))).toEqual(['200 5'])
    expect(summary(await judgeOne(port, chunked + chunks))).toEqual(['200 5'])
    expect(summary(await judgeOne(port, expecting + chunks))).toEqual(['200 5'])
  })

  test.skipIf(reason !== null)(
    'every reply to a burst, up to the last one that the client asked for',
    async () => {
      const { port } = demo.address
      const mixed =
        get('/') + request('HEAD', '/', [], '') + post('/echo', 'abc') + get('/stream/2') + get('/delay/1')
      const judged = await judgeOne(port, mixed + gets(20, () => '/'), 'GET', 'HEAD', 'POST', 'GET')
      expect(summary(judged)).toEqual([
        '200 13',
        '200 0',
        '200 3',
        '200 2048',
        '200 1',
        ...Array<string>(20).fill('200 13'),
      ])
      const ending = get('/') + get('/stream/1', 'Connection: close') + get('/')
      expect(summary(await judgeOne(port, ending))).toEqual(['200 13', '200 1024'])
    },
  )

  test.skipIf(reason !== null)('every refusal, also behind a reply', async () => {
    for (const { name, error } of await judge(demo.address.port, refusals)) {
      expect([name, error]).toEqual([name, null])
    }
  })
})

const nothing = (): void => undefined
const deaf: TransportListener = { onBytes: nothing, onDrain: nothing, onEnd: nothing, onClose: nothing }

describe(`h11 accepts, of handlers${reason ?? ''}`, () => {
  const handler: Handler = async (asked, response) => {
    switch (asked.path) {
      case '/hints':
        response.informational(103, { Link: '</a.css>; rel=preload' }).informational(102)
        response.send('hinted')
        return
      case '/trailers':
        response.header('Trailer', 'X-Sum').write('streamed')
        response.trailer('X-Sum', '1').end()
        return
      case '/not-modified':
        response.status(304).header('ETag', '"1"').send()
        return
      case '/reset-content':
        response.status(205).send()
        return
      case '/nothing':
        response.status(204).send()
        return
      case '/':
        response.send('here')
        return
      case '/unread':
        response.status(403).send('no')
        return
      default: {
        const { transport } = await response.header('Upgrade', 'echo').upgrade()
        transport.attach({ ...deaf, onEnd: () => transport.end() })
        transport.write('tunnelled')
      }
    }
  }

  test.skipIf(reason !== null)(
    'interim replies, trailers, replies without a body, and what leaves HTTP',
    async () => {
      const { address } = await startServer({ handler, connect: handler })
      const upgrade = get('/upgrade', 'Connection: upgrade', 'Upgrade: echo')
      const one = async (bytes: string, method = 'GET'): Promise<string[]> =>
        summary(await judgeOne(address.port, bytes, method))
      expect(await one(get('/hints'))).toEqual(['103 undefined', '102 undefined', '200 6'])
      expect(await one(get('/not-modified'))).toEqual(['304 0'])
      expect(await one(get('/reset-content'))).toEqual(['205 0'])
      expect(await one(get('/nothing'))).toEqual(['204 0'])
      expect(await one(post('/unread', 'x'.repeat(1000)), 'POST')).toEqual(['403 2'])
      expect(await one(upgrade, 'UPGRADE')).toEqual(['101 9'])
      expect(await one(request('CONNECT', 'a:1', [], ''), 'CONNECT')).toEqual(['200 9'])
      const { responses } = await judgeOne(address.port, get('/trailers'))
      expect(responses).toEqual([{ status: 200, version: '1.1', length: 8, trailers: ['x-sum'] }])
    },
  )

  test.skipIf(reason !== null)('every refusal by a server with small limits', async () => {
    const { address } = await startServer({ limits: SMALL_LIMITS, handler })
    for (const { name, error, responses } of await judge(address.port, refusals)) {
      expect([name, error]).toEqual([name, null])
      expect(responses.length, name).toBeGreaterThanOrEqual(name.endsWith(', behind a GET') ? 2 : 1)
      expect(responses.at(-1)!.status, name).toBeGreaterThanOrEqual(400)
    }
  })
})
