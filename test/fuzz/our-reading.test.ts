import { describe, expect, it } from 'vitest'
import { engineOf, sharedLlhttp } from '../../src/http/parser/llhttp/llhttp-engine.js'
import { scannerEngine } from '../../src/http/parser/scanner-engine.js'
import { LlhttpReader } from './llhttp-reading.js'
import { OurReader } from './our-reading.js'
import type { Reading } from './reading.js'

const llhttp = await sharedLlhttp()
const post = (...lines: string[]): string => ['POST /p HTTP/1.1', 'Host: x', ...lines].join('\r\n')

const STREAM =
  'GET /a?b HTTP/1.0\r\nConnection: keep-alive\r\nA:\tb \r\nE:\r\n\r\n' +
  post('Content-Length: 3', '', 'a\r\n') +
  post('Transfer-Encoding: chunked', '', '3;x="y"', 'a\r\n', '00A', '0123456789', '0', 'T: u', 'V:', '', '')

const read: Reading['requests'] = [
  {
    method: 'GET',
    target: '/a?b',
    minor: 0,
    fields: ['connection: keep-alive', 'a: b', 'e: '],
    body: '',
    trailers: [],
  },
  {
    method: 'POST',
    target: '/p',
    minor: 1,
    fields: ['host: x', 'content-length: 3'],
    body: 'a\r\n',
    trailers: [],
  },
  {
    method: 'POST',
    target: '/p',
    minor: 1,
    fields: ['host: x', 'transfer-encoding: chunked'],
    body: 'a\r\n0123456789',
    trailers: ['t: u', 'v: '],
  },
]

describe.each<[string, (pieces: readonly string[]) => Reading | Promise<Reading>]>([
  ['our reader with the scanner', (pieces) => new OurReader(scannerEngine).read(pieces)],
  ['our reader with the llhttp engine', (pieces) => new OurReader(engineOf(llhttp)).read(pieces)],
  ['llhttp', (pieces) => new LlhttpReader(llhttp).read(pieces)],
])('%s', (_name, reading) => {
  it('reads requests, bodies and trailers, however they are cut', async () => {
    const expected = { requests: read, ending: { kind: 'waits' } }
    expect(await reading([STREAM])).toMatchObject(expected)
    expect(await reading(Array.from(STREAM))).toMatchObject(expected)
    for (let cut = 1; cut < STREAM.length; cut++)
      expect(await reading([STREAM.slice(0, cut), STREAM.slice(cut)])).toMatchObject(expected)
  })

  it.each([
    ['closed', `${STREAM}${post('Connection: close', '', '')}GET`, 4],
    ['closed', 'GET / HTTP/1.0\r\n\r\n', 1],
    ['refused', `${STREAM}GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n`, 3],
    ['refused', post('Transfer-Encoding: chunked', '', '3', 'abc', 'x'), 0],
    ['waits', post('Transfer-Encoding: chunked', '', '3', 'abc', '0', ''), 0],
    ['waits', post('Content-Length: 3', '', 'ab'), 0],
  ])('tells how a stream ends: %s %j', async (kind, stream, count) => {
    for (const pieces of [[stream], Array.from(stream)]) {
      const { requests, ending } = await reading(pieces)
      expect([ending.kind, requests.length]).toEqual([kind, count])
    }
  })

  it('leaves what stands behind CONNECT alone', async () => {
    const stream = 'CONNECT h:1 HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n'
    for (const pieces of [[stream], Array.from(stream)])
      expect((await reading(pieces)).ending).toEqual({ kind: 'tunnel', bytes: 'GET / HTTP/1.1\r\n\r\n' })
  })
})

it.each(['Content-Length', 'Transfer-Encoding'])(
  '%s in a trailer section is refused when its line ends',
  async (name) => {
    const reader = new OurReader(scannerEngine)
    const stream = post('Transfer-Encoding: chunked', '', '0', `${name}: 1\r\n`)
    expect((await reader.read([stream])).ending).toEqual({ kind: 'refused', code: 'CAL_ERR_HTTP_TRAILER' })
  },
)

it.each([
  ['content', post('Content-Length: 1', '', 'a').replace('POST /p', 'CONNECT h:1')],
  ['chunks', post('Transfer-Encoding: chunked', '', '0', '', '').replace('POST /p', 'CONNECT h:1')],
])('CONNECT with %s is refused: others would begin the tunnel elsewhere', async (_name, stream) => {
  const { ending } = await new OurReader(scannerEngine).read([stream])
  expect(ending).toEqual({ kind: 'refused', code: 'CAL_ERR_HTTP_CONNECT_CONTENT' })
})
