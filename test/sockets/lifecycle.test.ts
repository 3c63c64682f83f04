import { createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CalandriaError, CalandriaTypeError, serve, type ServeOptions } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get, gets, post } from './requests.js'
import { nextRead, READ_PATHS, startFrozenServer, startServer, until } from './started-server.js'

const ok: ServeOptions['handler'] = (_request, response) => response.send()

describe('starting', () => {
  test('port 0 takes a free port, and the address tells which', async () => {
    const server = await startServer({ handler: ok })
    expect(server.address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    expect(server.address.port).toBeGreaterThan(0)
    expect(Object.isFrozen(server.address)).toBe(true)
    expect((await (await RawClient.connect(server)).send(get('/')).reply()).status).toBe(200)
  })

  test('a taken port rejects with CAL_ERR_ADDRESS_IN_USE and the port in its message', async () => {
    const { address } = await startServer({ handler: ok })
    const error: unknown = await serve({ handler: ok, port: address.port }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CalandriaError)
    expect(error).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE', status: null })
    expect((error as Error).message).toContain(`127.0.0.1:${address.port}`)
    expect((error as Error).cause).toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a host that is not of this machine rejects with CAL_ERR_LISTEN', async () => {
    await expect(serve({ handler: ok, port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'CAL_ERR_LISTEN',
    })
  })

  test('IPv6 serves too, where there is one', async (context) => {
    const probe = createServer().listen(0, '::1')
    const hasIpv6 = await new Promise((resolve) =>
      probe.once('listening', () => resolve(true)).once('error', () => resolve(false)),
    )
    probe.close()
    if (hasIpv6 !== true) return context.skip('this machine has no ::1')
    const server = await startServer({ handler: ok, host: '::1' })
    expect(server.address).toMatchObject({ address: '::1', family: 'IPv6' })
    expect((await fetch(`http://[::1]:${server.address.port}/`)).status).toBe(200)
  })

  test.each<[string, unknown]>([
    ['nothing at all', undefined],
    ['no handler', { port: 0 }],
    ['a handler that is no function', { port: 0, handler: {} }],
    ['no port', { handler: ok }],
    ['a port above 65535', { handler: ok, port: 65_536 }],
    ['a port that is no whole number', { handler: ok, port: 80.5 }],
    ['a port that is a string', { handler: ok, port: '8080' }],
    ['an empty host', { handler: ok, port: 0, host: '' }],
    ['a flush policy that nobody knows', { handler: ok, port: 0, flush: 'sometimes' }],
    ['a negative budget', { handler: ok, port: 0, flushBudgetMs: -1 }],
    ['a limit that nobody knows', { handler: ok, port: 0, limits: { bodyBites: 1 } }],
    ['an in-flight limit of 0', { handler: ok, port: 0, limits: { inFlight: 0 } }],
    ['a read path that nobody knows', { handler: ok, port: 0, readPath: 'telepathy' }],
    ['a reactor that is none', { handler: ok, port: 0, reactor: {} }],
    ['a misspelt option', { handler: ok, port: 0, prot: 1 }],
  ])('%s rejects with CAL_ERR_OPTION', async (_what, options) => {
    const error: unknown = await serve(options as ServeOptions).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CalandriaTypeError)
    expect(error).toMatchObject({ code: 'CAL_ERR_OPTION' })
  })

  describe('the write path', () => {
    afterEach(() => vi.unstubAllEnvs())

    test.each(['direct', 'stream'] as const)(
      '%s can be forced by the option, and by CALANDRIA_WRITE_PATH',
      async (writePath) => {
        expect((await startServer({ handler: ok, writePath })).statistics().writePath).toBe(writePath)
        vi.stubEnv('CALANDRIA_WRITE_PATH', writePath)
        expect((await startServer({ handler: ok })).statistics().writePath).toBe(writePath)
      },
    )

    test('by itself it is direct where that works', async () => {
      vi.stubEnv('CALANDRIA_WRITE_PATH', '')
      const expected = process.platform === 'win32' ? 'stream' : 'direct'
      expect((await startServer({ handler: ok })).statistics().writePath).toBe(expected)
    })
  })

  describe('the read path', () => {
    afterEach(() => vi.unstubAllEnvs())

    test.each(READ_PATHS)('%s can be forced by the option, and by CALANDRIA_READ_PATH', async (readPath) => {
      expect((await startServer({ handler: ok, readPath })).statistics().readPath).toBe(readPath)
      vi.stubEnv('CALANDRIA_READ_PATH', readPath)
      expect((await startServer({ handler: ok })).statistics().readPath).toBe(readPath)
    })

    test('the option beats the variable', async () => {
      vi.stubEnv('CALANDRIA_READ_PATH', 'onread')
      expect((await startServer({ handler: ok, readPath: 'data' })).statistics().readPath).toBe('data')
    })

    test('by itself it is onread where that works', async () => {
      vi.stubEnv('CALANDRIA_READ_PATH', '')
      const expected = process.platform === 'win32' ? 'data' : 'onread'
      expect((await startServer({ handler: ok })).statistics().readPath).toBe(expected)
    })

    test('a wrong variable rejects, and names it', async () => {
      vi.stubEnv('CALANDRIA_READ_PATH', 'telepathy')
      await expect(serve({ handler: ok, port: 0 })).rejects.toThrow(/CALANDRIA_READ_PATH must be one of/)
    })
  })
})

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each([
    ['HTTP/1.1', [], undefined, true],
    ['HTTP/1.1', ['Connection: close'], 'close', false],
    ['HTTP/1.1', ['Connection: TE, close'], 'close', false],
    ['HTTP/1.0', [], 'close', false],
    ['HTTP/1.0', ['Connection: keep-alive'], 'keep-alive', true],
    ['HTTP/1.0', ['Connection: close'], 'close', false],
  ])('%s with %j: the reply says %s', async (version, lines, connection, livesOn) => {
    const { server } = await startFrozenServer({ readPath, handler: ok })
    const client = await RawClient.connect(server)
    const bytes = [`GET / ${version}`, 'Host: localhost', ...lines].join('\r\n') + '\r\n\r\n'
    const first = await client.send(bytes).reply()
    expect(first.headers.get('connection')).toBe(connection)
    if (livesOn) expect((await client.send(bytes).reply()).status).toBe(200)
    else expect(await client.rest()).toHaveLength(0)
  })

  test('the client’s address reaches the handler', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => response.send(String(request.remoteAddress)),
    })
    const client = await RawClient.connect(server)
    expect(String((await client.send(get('/')).reply()).body)).toBe('127.0.0.1')
  })

  test('a request’s signal aborts when the client resets, with CAL_ERR_CLIENT_GONE', async () => {
    const reasons: unknown[] = []
    const { server } = await startFrozenServer({
      readPath,
      handler: (request) => {
        const { signal } = request
        signal.addEventListener('abort', () => reasons.push(signal.reason))
      },
    })
    const client = await RawClient.connect(server)
    client.send(gets(3))
    await until(() => server.statistics().requests === 3)
    client.reset()
    await until(() => reasons.length === 3)
    expect(reasons[0]).toMatchObject({ name: 'CalandriaError', code: 'CAL_ERR_CLIENT_GONE' })
    expect(server.statistics()).toMatchObject({ aborted: 3, connections: { open: 0, closed: 1 } })
  })

  test('a request’s signal does not abort once its response is complete', async () => {
    const signals: AbortSignal[] = []
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        signals.push(request.signal)
        response.send()
      },
    })
    const client = await RawClient.connect(server)
    await client.send(get('/')).reply()
    client.reset()
    await until(() => server.statistics().connections.open === 0)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  })

  test('an answer that comes after the client has gone is ignored', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: async (request, response) => {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
        response.header('X', 'y').send('too late')
        isDone = true
      },
      onError: (error) => expect.unreachable(String(error)),
    })
    let isDone = false
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await until(() => server.statistics().requests === 1)
    client.reset()
    await until(() => isDone)
    expect(server.statistics()).toMatchObject({ responses: 0, aborted: 1, handlerErrors: 0 })
  })

  test('lingering close: what the client still sends is discarded until its end, and nothing is reset', async () => {
    const { server } = await startFrozenServer({ readPath, handler: ok })
    const client = await RawClient.connect(server)
    client.send(get('/', 'Connection: close'))
    await client.reply()
    expect(await client.rest()).toHaveLength(0)
    for (let i = 0; i < 3; i++) {
      const read = nextRead(server)
      client.send(gets(1000))
      await read
    }
    expect(server.statistics()).toMatchObject({ requests: 1, connections: { open: 1 } })
    client.end()
    expect(await client.closed).toBeNull()
    expect(server.statistics().requests).toBe(1)
  })

  test('lingering close ends by itself when the client never does', async () => {
    const { server, clock } = await startFrozenServer({ readPath, handler: ok, lingerMs: 5000 })
    const client = await RawClient.connect(server)
    await client.send(get('/', 'Connection: close')).reply()
    await client.rest()
    const turn = (): Promise<void> => new Promise((resolve) => server.reactor.post(resolve))
    clock.advance(4999)
    await turn()
    expect(server.statistics().connections.open).toBe(1)
    clock.advance(2)
    await turn()
    await until(() => server.statistics().connections.open === 0)
  })

  test('an upload that waits for 100 Continue gets it, and only then sends its body', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: async (request, response) => response.send(await request.body.bytes()),
    })
    const client = await RawClient.connect(server)
    const bytes = post('/', 'the body', 'Expect: 100-continue')
    client.send(bytes.slice(0, -8))
    expect((await client.anyReply()).status).toBe(100)
    client.send(bytes.slice(-8))
    const reply = await client.anyReply()
    expect([reply.status, String(reply.body)]).toEqual([200, 'the body'])
  })
})
