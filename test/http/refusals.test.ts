import { describe, expect, it } from 'vitest'
import { type ErrorCode, ERRORS } from '../../src/errors/catalogue.js'
import type { Limits } from '../../src/http/limits.js'
import { chunked, Gate, get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'
import { headCases } from './parser/request-parser-contract.js'

function served(
  packet: string,
  limits: Partial<Limits> = {},
): { client: MemoryClient; virtual: VirtualServer; seen: string[] } {
  const seen: string[] = []
  const virtual = new VirtualServer(
    (asked, response) => {
      seen.push(asked.path)
      response.send(asked.path)
    },
    { limits },
  )
  const client = virtual.connect().send(packet)
  virtual.run()
  return { client, virtual, seen }
}

const bodyOf = (code: ErrorCode): string =>
  `${code}: ${Buffer.from(ERRORS[code].message).toString('latin1')}\n`

/** What the connection itself refuses, though the head is well-formed. */
interface Refused {
  readonly code: ErrorCode
  readonly bytes: string
  readonly limits?: Partial<Limits> | undefined
}

const CONNECTION_REFUSALS: readonly Refused[] = [
  { code: 'CAL_ERR_HTTP_CHUNK_SIZE', bytes: chunked('/', 'x\r\n') },
  { code: 'CAL_ERR_HTTP_CHUNK_SIZE', bytes: chunked('/', '3\r\nabc\r\n-1\r\n') },
  { code: 'CAL_ERR_HTTP_CHUNK_END', bytes: chunked('/', '3\r\nabcd\r\n0\r\n\r\n') },
  { code: 'CAL_ERR_HTTP_CHUNK_EXTENSION', bytes: chunked('/', '3; a=b\r\nabc\r\n0\r\n\r\n') },
  { code: 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE', bytes: chunked('/', `3;${'a'.repeat(4096)}\r\n`) },
  { code: 'CAL_ERR_HTTP_LINE_END', bytes: chunked('/', '3\nabc\r\n0\r\n\r\n') },
  { code: 'CAL_ERR_HTTP_FIELD_NAME', bytes: chunked('/', '0\r\nA : b\r\n\r\n') },
  { code: 'CAL_ERR_HTTP_TRAILER', bytes: chunked('/', '0\r\nContent-Length: 1\r\n\r\n') },
  { code: 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE', bytes: chunked('/', `0\r\nA: ${'b'.repeat(8192)}\r\n`) },
  { code: 'CAL_ERR_HTTP_CONNECT', bytes: 'CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n' },
  { code: 'CAL_ERR_HTTP_EXPECTATION', bytes: request('POST', '/', 'Expect: 200-ok', 'Content-Length: 1') },
  { code: 'CAL_ERR_HTTP_BODY_TOO_LARGE', bytes: request('POST', '/', 'Content-Length: 1048577') },
  {
    code: 'CAL_ERR_HTTP_BODY_TOO_LARGE',
    bytes: request('POST', '/', 'Content-Length: 11'),
    limits: { bodyBytes: 10 },
  },
  {
    code: 'CAL_ERR_HTTP_BODY_TOO_LARGE',
    bytes: request('POST', '/', 'Content-Length: 1'),
    limits: { bodyBytes: 0 },
  },
  { code: 'CAL_ERR_HTTP_BODY_TOO_LARGE', bytes: chunked('/', '100001\r\n') },
  {
    code: 'CAL_ERR_HTTP_BODY_TOO_LARGE',
    bytes: chunked('/', '6\r\n012345\r\n5\r\n6'),
    limits: { bodyBytes: 10 },
  },
]

const REFUSED: readonly Refused[] = [
  ...headCases.flatMap((row): Refused[] =>
    typeof row.answer === 'string' && row.answer !== 'need more'
      ? [{ code: row.answer, bytes: row.bytes, limits: row.limits }]
      : [],
  ),
  ...CONNECTION_REFUSALS,
]
const REFUSED_BY_DEFAULT = REFUSED.filter(({ limits }) => limits === undefined)

describe('a request that is refused', () => {
  it.each(REFUSED)(
    'is answered with $code, its status and the end of the connection: $bytes',
    ({ code, bytes, limits }) => {
      const { client, virtual, seen } = served(bytes, limits)
      const replies = client.replies()
      expect(replies.map((reply) => [reply.status, reply.body])).toEqual([
        [ERRORS[code].status, bodyOf(code)],
      ])
      expect(replies[0]?.headers.get('connection')).toBe('close')
      expect([client.isEnded, seen]).toEqual([true, []])
      expect(virtual.server.statistics()).toMatchObject({ refused: 1, requests: 0, responses: 1 })
    },
  )

  it.each(REFUSED_BY_DEFAULT)(
    'in mid-burst comes after the whole of every earlier reply, $code: $bytes',
    ({ code, bytes }) => {
      const { client, seen } = served(get('/a') + post('/b', 'x') + get('/c') + bytes + get('/never'))
      const refusal = `${ERRORS[code].status} ${bodyOf(code)}`
      expect(client.answers()).toEqual(['200 /a', '200 /b', '200 /c', refusal])
      expect([client.isEnded, seen]).toEqual([true, ['/a', '/b', '/c']])
    },
  )

  it('waits for the replies of async handlers before it', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b') + 'nonsense\r\n\r\n' + get('/c'))
    await virtual.settle()
    expect([client.text, client.isEnded]).toEqual(['', false])
    gate.open()
    await virtual.settle()
    expect(client.answers().map((text) => text.slice(0, 6))).toEqual(['200 /a', '200 /b', '400 CA'])
    expect(client.writes).toBe(1)
    expect(client.isEnded).toBe(true)
  })

  it('is answered at the first fault, without waiting for the end of the head', () => {
    const { client } = served('GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n')
    expect(client.replies()[0]?.status).toBe(400)
  })

  it('leaves nothing of its connection to be read as a request, in whatever packet it comes', () => {
    const { client, virtual, seen } = served(chunked('/', '3\r\nabcd\r\n'))
    client.send(get('/smuggled'))
    virtual.run()
    client.send(get('/smuggled'))
    virtual.run()
    expect([client.replies().length, seen]).toEqual([1, []])
  })

  it('does not concern other connections', () => {
    const { virtual, client } = served('x\r\n')
    const other = virtual.connect().send(get('/a'))
    virtual.run()
    expect([client.isEnded, other.isEnded, ...other.answers()]).toEqual([true, false, '200 /a'])
  })

  it('with HEAD is answered without a body, where the method is known for sure', () => {
    const { client } = served(request('HEAD', '/', 'Expect: 200-ok'))
    expect(client.replies(['HEAD']).map((reply) => reply.status)).toEqual([417])
  })

  it('is not served in part: a body of exactly the limit is, one byte more is not', () => {
    expect(served(post('/', 'x'.repeat(10)), { bodyBytes: 10 }).seen).toEqual(['/'])
    expect(served(post('/', 'x'.repeat(11)), { bodyBytes: 10 }).seen).toEqual([])
  })
})

describe('a method that nobody knows', () => {
  it('is answered with 501, and the connection goes on', () => {
    const { client, seen, virtual } = served(request('BREW', '/pot') + request('get', '/a') + get('/b'))
    expect(client.answers()).toEqual([
      `501 ${bodyOf('CAL_ERR_HTTP_METHOD_UNKNOWN')}`,
      `501 ${bodyOf('CAL_ERR_HTTP_METHOD_UNKNOWN')}`,
      '200 /b',
    ])
    expect(seen).toEqual(['/b'])
    expect(client.isEnded).toBe(false)
    expect(virtual.server.statistics().refused).toBe(0)
  })

  it('has its body read, and not taken for a request', () => {
    const smuggled = get('/smuggled')
    const { client, seen } = served(
      request('BREW', '/', `Content-Length: ${smuggled.length}`) + smuggled + get('/a'),
    )
    expect(client.replies().map((reply) => reply.status)).toEqual([501, 200])
    expect(seen).toEqual(['/a'])
  })
})
