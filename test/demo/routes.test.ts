import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { type RunningServer } from '../sockets/child-program.js'
import { RawClient, type Reply } from '../sockets/raw-client.js'
import { get, gets, post, request } from '../sockets/requests.js'
import { startDemo } from './demo-process.js'

let demo: RunningServer

beforeAll(async () => {
  demo = await startDemo({ isShared: true })
  return () => demo.program.kill()
})

async function ask(bytes: string, method = 'GET'): Promise<Reply> {
  const client = await RawClient.connect(demo)
  return client.send(bytes).reply(method)
}

const type = (reply: Reply): string | undefined => reply.headers.get('content-type')

test('/ greets', async () => {
  const reply = await ask(get('/'))
  expect([reply.status, String(reply.body), type(reply)]).toEqual([200, 'Hello, World!', 'text/plain'])
  expect(Date.parse(reply.headers.get('date')!)).not.toBeNaN()
})

test('/ answers HEAD without a body, and POST with 405', async () => {
  const head = await ask(request('HEAD', '/', [], ''), 'HEAD')
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '13'])
  const posted = await ask(post('/', 'x'))
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('/echo gives the body and its type back, with any method', async () => {
  const client = await RawClient.connect(demo)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS', 'QUERY']) {
    const reply = await client
      .send(request(method, '/echo', ['Content-Type: text/x-test'], 'h\xe9\0llo'))
      .reply()
    expect([method, reply.status, reply.body.toString('latin1')]).toEqual([method, 200, 'h\xe9\0llo'])
    expect(type(reply)).toBe('text/x-test')
  }
  expect((await client.send(post('/echo', 'x'.repeat(1024 * 1024))).reply()).body).toHaveLength(1024 * 1024)
  expect((await client.send(post('/echo', 'x'.repeat(1024 * 1024 + 1))).reply()).status).toBe(413)
})

test('/headers gives the headers as JSON', async () => {
  const reply = await ask(get('/headers', 'X-One: 1', 'x-one: 2', 'Cookie: a', 'Cookie: b'))
  expect(type(reply)).toBe('application/json')
  expect(JSON.parse(String(reply.body))).toEqual({ host: 'localhost', 'x-one': '1, 2', cookie: 'a; b' })
})

test.each([0, 1, 10_000, 65_536, 65_537, 3_000_000])('/bytes/%i gives so many bytes', async (length) => {
  const reply = await ask(get(`/bytes/${length}`))
  expect([reply.status, reply.headers.get('content-length')]).toEqual([200, String(length)])
  // Pieces of 64 KiB, each of which begins anew.
  const piece = Buffer.alloc(64 * 1024, 'calandria ')
  const expected = Buffer.concat(Array.from({ length: Math.ceil(length / piece.length) }, () => piece))
  expect(reply.body.equals(expected.subarray(0, length))).toBe(true)
})

test.each(['-1', '1.5', 'x', '1e3', '0x10', '', '%31', '1000000001', '99999999999', 'NaN'])(
  '/bytes/%s is not found',
  async (number) => {
    const reply = await ask(get(`/bytes/${number}`) + get('/'))
    expect(reply.status).toBe(number === '%31' ? 200 : 404) // an encoded 1 is a 1
  },
)

test.each([
  ['/stream/-1', 404],
  ['/stream/1000001', 404],
  ['/delay/x', 404],
  ['/delay/3600001', 404],
  ['/block/-5', 404],
  ['/block/60001', 404],
  ['/nowhere', 404],
  ['/echo/', 404],
])('%s gets %i', async (path, status) => {
  expect((await ask(get(path))).status).toBe(status)
})

test.each([0, 1, 8, 1000])('/stream/%i gives so many chunks of 1 KiB', async (chunks) => {
  const reply = await ask(get(`/stream/${chunks}`))
  expect([reply.status, reply.body.length]).toEqual([200, chunks * 1024])
})

test('/delay answers later, and not before what was asked earlier', async () => {
  const client = await RawClient.connect(demo)
  client.send(get('/delay/60') + get('/delay/1') + get('/'))
  const replies = await client.replies(3)
  expect(replies.map(({ body }) => String(body))).toEqual(['60', '1', 'Hello, World!'])
})

test('/block answers after it has held the loop; what was ready is there before', async () => {
  const client = await RawClient.connect(demo)
  const replies = await client.send(get('/') + get('/block/20') + get('/')).replies(3)
  expect(replies.map(({ body }) => String(body))).toEqual(['Hello, World!', '20', 'Hello, World!'])
})

test('/block is named by the watchdog: the function, the line of its source, the request', async () => {
  const ownDemo = await startDemo()
  const client = await RawClient.connect(ownDemo)
  expect((await client.send(get('/block/1000')).reply()).status).toBe(200)
  const [, line] = await ownDemo.program.printed(
    /held for \d{4,} ms by \w+ \(\S*examples\/demo-routes\.ts:(\d+)\), for GET \/block\/1000\n/,
  )
  const source = readFileSync('examples/demo-routes.ts', 'utf8').split('\n')
  expect(source[Number(line) - 1]).toMatch(/while \(/)
})

test('/throw gets 500, the error is printed, and the demo serves on', async () => {
  const ownDemo = await startDemo()
  const client = await RawClient.connect(ownDemo)
  const replies = await client.send(get('/throw') + get('/')).replies(2)
  expect(replies.map(({ status }) => status)).toEqual([500, 200])
  expect(String(replies[0]!.body)).toMatch(/^CAL_ERR_HTTP_HANDLER: /)
  ownDemo.program.process.kill('SIGTERM')
  client.end()
  await ownDemo.program.ended
  expect(ownDemo.program.errors).toContain(
    'the handler of GET /throw failed: Error: the demo was asked to throw',
  )
})

test('sixteen pipelined requests get sixteen replies', async () => {
  const client = await RawClient.connect(demo)
  const replies = await client.send(gets(16, () => '/')).replies(16)
  expect(replies.every(({ status, body }) => status === 200 && String(body) === 'Hello, World!')).toBe(true)
})
