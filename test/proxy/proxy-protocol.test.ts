import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { checkListenOptions, type ListenOptions } from '../../src/http/listen-options.js'
import { type Handler, serve } from '../../src/index.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, gets } from '../sockets/requests.js'
import { READ_PATHS, startFrozenServer, startServer, until } from '../sockets/started-server.js'
import { Authority } from '../tls/certificates.js'
import { GOOD, local, tcp4, tcp6, tlv, unixStream, WRONG } from './headers.js'

const authority = new Authority()
const issued = authority.issue('127.0.0.1')
afterAll(() => authority.remove())

const tellClient: Handler = (request, response) => response.send(String(request.remoteAddress))
const trustUs = { trust: ['127.0.0.1'] }
const HEADER = tcp4([192, 0, 2, 1])
/** The client that the server sees. */
const seen = async (client: RawClient): Promise<string> => String((await client.send(get('/')).reply()).body)

describe.each(READ_PATHS)('from a proxy that we trust, read path %s', (readPath) => {
  const start = (handler = tellClient): ReturnType<typeof startFrozenServer> =>
    startFrozenServer({ readPath, handler, proxyProtocol: trustUs })

  test.each(GOOD)('%s names the client', async (_, header, client) => {
    const { server } = await start()
    const proxy = await RawClient.connect(server)
    expect(await seen(proxy.send(header))).toBe(client === undefined ? '127.0.0.1' : String(client))
    expect(await seen(proxy)).toBe(client === undefined ? '127.0.0.1' : String(client))
  })

  test('the header may come with the first requests, which are answered in one write', async () => {
    const { server } = await start((request, response) => response.send(request.target))
    const proxy = await RawClient.connect(server)
    const burst = Buffer.concat([HEADER, Buffer.from(gets(16, (i) => `/?${i}`))])
    const replies = await proxy.send(burst).replies(16)
    expect(replies.map(({ body }) => String(body))).toEqual(Array.from({ length: 16 }, (_, i) => `/?${i}`))
    expect(server.statistics()).toMatchObject({ writes: 1, readPath })
    const more = await proxy.send(gets(16, (i) => `/?${i}`)).replies(16)
    expect(String(more[15]!.body)).toBe('/?15')
  })

  test.each(GOOD.slice(0, 1).concat(GOOD.slice(8, 9)))(
    '%s may be cut anywhere, and behind it',
    async (_, header) => {
      const { server } = await start()
      const all = Buffer.concat([header, Buffer.from(get('/'))])
      const proxies = await Promise.all(
        Array.from({ length: header.length + 3 }, async (_each, i) => {
          const proxy = await RawClient.connect(server)
          proxy.send(all.subarray(0, i + 1))
          return proxy
        }),
      )
      await until(() => server.statistics().connections.accepted >= 4) // those whose header is whole
      for (const [i, proxy] of proxies.entries()) {
        proxy.send(all.subarray(i + 1))
        expect(String((await proxy.reply()).body)).toBe('192.0.2.1')
      }
    },
  )

  test('a megabyte behind the header is not lost, also when its handler is slow', async () => {
    const body = Buffer.alloc(1024 * 1024 - 7, 'body')
    const server = await startServer({
      readPath,
      proxyProtocol: trustUs,
      handler: async (request, response) => {
        await server.reactor.sleep(1)
        response.send(await request.body.bytes())
      },
    })
    const proxy = await RawClient.connect(server)
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`
    const pieces = [HEADER, Buffer.from(head), body, Buffer.from(head), body]
    const [one, other] = await proxy.send(Buffer.concat(pieces)).replies(2)
    expect([one!.body.equals(body), other!.body.equals(body)]).toEqual([true, true])
  })

  test('who half-closes behind header and requests gets its replies', async () => {
    const { server } = await start()
    const proxy = await RawClient.connect(server)
    proxy.send(Buffer.concat([HEADER, Buffer.from(get('/') + get('/'))])).end()
    expect((await proxy.replies(2)).map(({ body }) => String(body))).toEqual(['192.0.2.1', '192.0.2.1'])
    expect(await proxy.rest()).toHaveLength(0)
  })

  test.each(WRONG)(
    '%s: the connection is reset and counted, and nothing of it is a request',
    async (_, bytes) => {
      const { server } = await start()
      const proxy = await RawClient.connect(server)
      proxy.send(bytes)
      await proxy.rest().catch(() => undefined)
      await until(() => server.statistics().handshakes?.proxyFailed === 1)
      expect(server.statistics()).toMatchObject({ requests: 0, refused: 0, connections: { accepted: 0 } })
    },
  )

  test('a second header is a malformed request', async () => {
    const { server } = await start()
    const proxy = await RawClient.connect(server)
    const reply = await proxy.send(Buffer.concat([HEADER, Buffer.from('PROXY UNKNOWN\r\n\r\n')])).reply()
    expect(reply.status).toBe(400)
  })
})

describe('a header that is not there', () => {
  test('in time resets the connection, by the reactor’s clock', async () => {
    const { server, clock } = await startFrozenServer({
      handler: tellClient,
      proxyProtocol: { ...trustUs, timeoutMs: 700 },
    })
    const proxy = await RawClient.connect(server)
    proxy.send(HEADER.subarray(0, 20))
    await until(() => server.statistics().handshakes?.waiting === 1)
    clock.advance(702)
    server.reactor.post(() => undefined)
    expect(await proxy.closed).toMatchObject({ code: 'ECONNRESET' })
    expect(server.statistics().handshakes).toMatchObject({ waiting: 0, proxyFailed: 1 })
  })

  test('before the end is a failure, but not when nothing was said at all: that is a health check', async () => {
    const { server } = await startFrozenServer({ handler: tellClient, proxyProtocol: trustUs })
    const silent = (await RawClient.connect(server)).end()
    expect(await silent.closed).toBeNull()
    const broken = (await RawClient.connect(server)).send('PROXY TCP4').end()
    await broken.closed
    expect(server.statistics().handshakes).toMatchObject({ waiting: 0, proxyFailed: 1 })
    expect(server.reactor.statistics().timersPending).toBe(0)
  })

  test('does not keep the server from closing', async () => {
    const { server } = await startFrozenServer({ handler: tellClient, proxyProtocol: trustUs })
    const proxy = await RawClient.connect(server)
    await until(() => server.statistics().handshakes?.waiting === 1)
    await server.close()
    expect(await proxy.closed).toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('from others', () => {
  test.each([HEADER, Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n')])(
    'a header is never read: it is a malformed request',
    async (header) => {
      const server = await startServer({
        handler: tellClient,
        proxyProtocol: { trust: ['192.0.2.0/24', 'unix'] },
      })
      const client = await RawClient.connect(server)
      expect((await client.send(header).send(get('/')).reply()).status).toBe(400)
    },
  )

  test('requests are answered without one', async () => {
    const server = await startServer({ handler: tellClient, proxyProtocol: { trust: ['192.0.2.1'] } })
    expect(await seen(await RawClient.connect(server))).toBe('127.0.0.1')
  })

  test('Forwarded and X-Forwarded-For change nothing', async () => {
    const server = await startServer({ handler: tellClient, proxyProtocol: { trust: ['192.0.2.1'] } })
    const client = await RawClient.connect(server)
    const fields = 'Forwarded: for=192.0.2.60\r\nX-Forwarded-For: 192.0.2.60\r\n'
    client.send(`GET / HTTP/1.1\r\nHost: x\r\n${fields}\r\n`)
    expect(String((await client.reply()).body)).toBe('127.0.0.1')
  })
})

test('an IPv4 proxy is recognised on a socket for IPv6 and IPv4', async ({ skip }) => {
  const server = await startServer({ handler: tellClient, host: '::', proxyProtocol: trustUs }).catch(
    () => null,
  )
  if (server === null) return skip('this machine has no IPv6')
  const proxy = await RawClient.connect(server)
  expect(await seen(proxy.send(tcp6('20010db8000000000000000000000001', tlv(9))))).toBe('2001:db8::1')
})

describe('on a Unix socket', () => {
  test('whoever may connect is trusted by the word unix', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'x.sock')
    const server = await serve({ path, handler: tellClient, proxyProtocol: { trust: ['unix'] } })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
    })
    for (const [header, client] of [
      [HEADER, '192.0.2.1'],
      [unixStream(), 'null'],
      [local(), 'null'],
    ] as const)
      expect(await seen((await RawClient.connect({ path })).send(header))).toBe(client)
    const wrong = (await RawClient.connect({ path })).send(get('/'))
    await wrong.rest().catch(() => undefined) // bytes that nobody has read look like a reset on Linux
    await until(() => server.statistics().handshakes?.proxyFailed === 1)
  })
})

describe('below TLS', () => {
  test.each(['apart', 'together'])('the header comes before the handshake, %s', async (how) => {
    const server = await startServer({ handler: tellClient, tls: issued, proxyProtocol: trustUs })
    const carrier = connect({ port: server.address.port, host: '127.0.0.1', allowHalfOpen: true })
    await once(carrier, 'connect')
    if (how === 'together') carrier.cork() // with the first bytes of the handshake in one packet
    carrier.write(HEADER)
    if (how === 'apart') await until(() => server.statistics().handshakes?.waiting === 1)
    const socket = connectTls({ socket: carrier, host: '127.0.0.1', ca: authority.cert })
    carrier.uncork()
    await once(socket, 'secureConnect')
    const client = RawClient.over(socket)
    expect(await seen(client)).toBe('192.0.2.1')
    client.send(gets(16, (i) => `/?${i}`)).end()
    expect(await client.replies(16)).toHaveLength(16)
    expect(await client.rest()).toHaveLength(0)
    expect(server.statistics().handshakes).toEqual({ waiting: 0, tlsFailed: 0, proxyFailed: 0 })
  })

  test('in one read with the whole first flight of the handshake', async () => {
    const server = await startServer({ handler: tellClient, tls: issued, proxyProtocol: trustUs })
    // A relay of our own puts the header and the ClientHello into one write.
    const onward = connect({ port: server.address.port, host: '127.0.0.1', noDelay: true })
    await once(onward, 'connect')
    const relay = createServer((socket) => {
      socket.once('data', (hello) => {
        onward.write(Buffer.concat([HEADER, hello]))
        socket.pipe(onward)
      })
      onward.pipe(socket)
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void (relay.close(), onward.destroy()))
    await once(relay, 'listening')
    const socket = connectTls({
      port: (relay.address() as { port: number }).port,
      host: '127.0.0.1',
      ca: authority.cert,
    })
    await once(socket, 'secureConnect')
    expect(await seen(RawClient.over(socket))).toBe('192.0.2.1')
  })

  test('without a header a handshake is refused', async () => {
    const server = await startServer({ handler: tellClient, tls: issued, proxyProtocol: trustUs })
    const socket = connectTls({ port: server.address.port, host: '127.0.0.1', ca: authority.cert })
    await expect(once(socket, 'secureConnect')).rejects.toThrow()
    expect(server.statistics().handshakes).toMatchObject({ proxyFailed: 1, tlsFailed: 0 })
  })
})

describe('options', () => {
  const refusalOf = (proxyProtocol: unknown, where: ListenOptions = { port: 0 }): string => {
    try {
      checkListenOptions({ ...where, proxyProtocol: proxyProtocol as typeof trustUs })
    } catch (error) {
      expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
      return (error as Error).message
    }
    return 'none'
  }

  test.each([
    null,
    1,
    'x',
    [],
    {},
    { trust: [] },
    { trust: '127.0.0.1' },
    { trust: [1] },
    { trust: [null] },
    { trust: ['x'] },
  ])('that are wrong are refused: %j', (options) => {
    expect(refusalOf(options)).toContain('proxyProtocol')
  })

  test.each([null, NaN, 0, -1, Infinity, '1'])('timeoutMs: %j is refused', (timeoutMs) => {
    expect(refusalOf({ ...trustUs, timeoutMs })).toContain('timeoutMs')
  })

  test('are refused when nobody knows their name', () => {
    expect(refusalOf({ ...trustUs, trusted: [] })).toContain('proxyProtocol.trusted')
  })

  test('must trust unix on a Unix socket, where no other peer can be', () => {
    expect(refusalOf(trustUs, { path: 'x' })).toContain('unix')
    expect(refusalOf({ trust: ['unix'] }, { path: 'x' })).toBe('none')
  })
})
