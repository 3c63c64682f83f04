import { describe, expect, test } from 'vitest'
import { type ErrorCode, ERRORS, type Handler, Router } from '../../src/index.js'
import { BAD_REQUESTS, SMALL_LIMITS } from './bad-requests.js'
import { RawClient } from './raw-client.js'
import { get, post, request } from './requests.js'
import { nextRead, READ_PATHS, startFrozenServer } from './started-server.js'

const echo: Handler = async (request, response) =>
  response.send(`${request.method} ${request.target} ${await request.body.text()}`)

/** Not caused by bytes that come, but by bytes that don't; their tests are below. */
const OF_WHAT_IS_MISSING: readonly ErrorCode[] = ['CAL_ERR_HTTP_BODY_INCOMPLETE', 'CAL_ERR_HTTP_TIMEOUT']

test('every error that closes a connection has a bad request here that causes it', () => {
  const closing = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].connection === 'closes')
  const caused = new Set([...BAD_REQUESTS.map(([, , , code]) => code), ...OF_WHAT_IS_MISSING])
  expect([...caused].sort()).toEqual(closing.sort())
})

describe.each(READ_PATHS)('read path %s', (readPath) => {
  const limits = SMALL_LIMITS

  describe('gets its coded answer, then the connection closes, and others are served on', () => {
    test.each(BAD_REQUESTS)('%s', async (_what, bytes, status, code) => {
      const { server } = await startFrozenServer({ readPath, limits, handler: echo })
      const other = await RawClient.connect(server)
      const client = await RawClient.connect(server)
      client.send(get('/before') + bytes)

      expect(String((await client.reply()).body)).toBe('GET /before ')
      const reply = await client.reply()
      expect(reply.status).toBe(status)
      expect(reply.headers.get('connection')).toBe('close')
      expect(String(reply.body)).toBe(`${code}: ${ERRORS[code].message}\n`)
      expect(await client.rest()).toHaveLength(0)
      client.end()
      expect(await client.closed).toBeNull()

      expect(String((await other.send(get('/other')).reply()).body)).toBe('GET /other ')
      expect(server.statistics()).toMatchObject({ requests: 2, responses: 3, refused: 1, handlerErrors: 0 })
    })
  })

  test('a body that ends before its end gets CAL_ERR_HTTP_BODY_INCOMPLETE', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echo })
    const client = await RawClient.connect(server)
    client.send(get('/before') + post('/', 'body').slice(0, -1)).end()
    expect(String((await client.reply()).body)).toBe('GET /before ')
    const reply = await client.reply()
    expect([reply.status, reply.headers.get('connection')]).toEqual([400, 'close'])
    expect(String(reply.body)).toMatch(/^CAL_ERR_HTTP_BODY_INCOMPLETE: /)
    expect(await client.rest()).toHaveLength(0)
    expect(await client.closed).toBeNull()
    expect(server.statistics()).toMatchObject({ requests: 2, responses: 2, refused: 1, handlerErrors: 0 })
  })

  test.each([
    ['a head', get('/').slice(0, -1)],
    ['a body', post('/', 'body').slice(0, -1)],
  ])('%s that does not come in time gets CAL_ERR_HTTP_TIMEOUT', async (_what, part) => {
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: echo,
      timeouts: { headMs: 1000, bodyMs: 1000 },
    })
    const client = await RawClient.connect(server)
    client.send(get('/before') + part)
    expect(String((await client.reply()).body)).toBe('GET /before ')
    clock.advance(1001)
    server.reactor.post(() => undefined) // a turn, which looks at the clock
    const reply = await client.reply()
    expect([reply.status, reply.headers.get('connection')]).toEqual([408, 'close'])
    expect(String(reply.body)).toMatch(/^CAL_ERR_HTTP_TIMEOUT: /)
    expect(await client.rest()).toHaveLength(0)
    client.end()
    expect(await client.closed).toBeNull()
    expect(server.statistics()).toMatchObject({ responses: 2, timeouts: 1, handlerErrors: 0 })
  })

  test('an answer of ours to a well-formed request leaves the connection open', async () => {
    const router = new Router()
      .get('/', (_request, response) => response.send())
      .get('/throw', () => {
        throw new Error('on purpose')
      })
      .get('/reject', () => Promise.reject(new Error('on purpose')))
    const errors: unknown[] = []
    const { server } = await startFrozenServer({
      readPath,
      handler: router.handler,
      onError: (error) => errors.push(error),
    })
    const client = await RawClient.connect(server)
    client.send(
      get('/nowhere') +
        post('/', 'x') +
        get('/throw') +
        get('/reject') +
        request('BREW', '/', [], '') +
        get('/'),
    )
    const replies = await client.replies(6)
    expect(replies.map(({ status }) => status)).toEqual([404, 405, 500, 500, 501, 200])
    expect(replies[1]!.headers.get('allow')).toBe('GET, HEAD')
    expect(replies.map(({ body }) => String(body).split(':')[0])).toEqual([
      'CAL_ERR_HTTP_NOT_FOUND',
      'CAL_ERR_HTTP_METHOD_NOT_ALLOWED',
      'CAL_ERR_HTTP_HANDLER',
      'CAL_ERR_HTTP_HANDLER',
      'CAL_ERR_HTTP_METHOD_UNKNOWN',
      '',
    ])
    expect(replies.every(({ headers }) => !headers.has('connection'))).toBe(true)
    expect(errors).toHaveLength(2)
  })

  describe('cut anywhere into two packets, a message is read like a whole one', () => {
    test.each([
      ['a GET', get('/path?query=1', 'Cookie: a=b', 'Accept: */*'), 'GET /path?query=1 '],
      ['a POST', post('/upload', 'the body\r\n', 'X: y'), 'POST /upload the body\r\n'],
      ['an empty line and a GET', '\r\n' + get('/'), 'GET / '],
      [
        'absolute form',
        'GET http://localhost:80/a?b HTTP/1.1\r\nHost: localhost:80\r\n\r\n',
        'GET http://localhost:80/a?b ',
      ],
      ['HTTP/1.0', 'DELETE /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', 'DELETE /a '],
    ])('%s', async (_what, bytes, body) => {
      const { server } = await startFrozenServer({ readPath, handler: echo })
      const client = await RawClient.connect(server)
      for (let cut = 1; cut < bytes.length; cut++) {
        const read = nextRead(server)
        client.send(bytes.slice(0, cut))
        await read
        client.send(bytes.slice(cut))
        const reply = await client.reply()
        expect([cut, reply.status, String(reply.body)]).toEqual([cut, 200, body])
      }
      expect(server.statistics().reads).toBe(2 * (bytes.length - 1))
    })

    test('a malformed request gets the same answer wherever it is cut', async () => {
      const { server } = await startFrozenServer({ readPath, handler: echo })
      const bytes = 'GET /a?b HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n'
      for (let cut = 1; cut < bytes.length; cut++) {
        const client = await RawClient.connect(server)
        const read = nextRead(server)
        client.send(bytes.slice(0, cut))
        await read
        client.send(bytes.slice(cut))
        const reply = await client.reply()
        expect([cut, reply.status, String(reply.body).split(':')[0]]).toEqual([
          cut,
          400,
          'CAL_ERR_HTTP_FIELD_NAME',
        ])
        client.end()
        expect(await client.closed).toBeNull()
      }
    })
  })
})
