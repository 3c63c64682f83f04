import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Handler, serve, Server, type TlsOptions } from '../../src/index.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, gets } from '../sockets/requests.js'
import { startFrozenServer, startServer, transportsOf, until } from '../sockets/started-server.js'
import { Authority } from './certificates.js'
import { connectSecurely, shownBy } from './tls-client.js'

const authority = new Authority()
const stranger = new Authority('Nobody Knows This CA')
afterAll(() => {
  authority.remove()
  stranger.remove()
})
const ca = authority.cert
const localhost = authority.issue('127.0.0.1')
const handler: Handler = (request, response) => response.send(request.target)

/** A server whose clock stands still. */
const start = (tls: Partial<TlsOptions> = {}): ReturnType<typeof startFrozenServer> =>
  startFrozenServer({ handler, tls: { ...localhost, ...tls } })

async function answers(client: RawClient): Promise<boolean> {
  return (await client.send(get('/')).reply()).status === 200
}

describe('a server with TLS', () => {
  test('tells that it serves HTTPS, and reads by data', async () => {
    const { server } = await start()
    expect(server.location).toBe(`https://127.0.0.1:${server.address.port}`)
    expect(server.statistics()).toMatchObject({
      readPath: 'data',
      writePath: 'stream',
      handshakes: { waiting: 0, tlsFailed: 0 },
    })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'answers 100 pipelined GETs in one write, by %s',
    async (version) => {
      const { server } = await start()
      const { client, socket } = await connectSecurely(server.address, { ca, maxVersion: version })
      expect(socket.getProtocol()).toBe(version)
      const before = server.statistics().writes
      const replies = await client.send(gets(100, (i) => `/?${i}`)).replies(100)
      expect(String(replies[99]!.body)).toBe('/?99')
      expect(server.statistics().writes - before).toBe(1)
    },
  )

  test('knows the address of its clients', async () => {
    const server = await startServer({
      tls: localhost,
      handler: (request, response) => response.send(String(request.remoteAddress)),
    })
    const { client } = await connectSecurely(server.address, { ca })
    expect(String((await client.send(get('/')).reply()).body)).toBe('127.0.0.1')
  })

  test('gives a client that half-closes after its burst every reply, also those of async handlers', async () => {
    const waiting: (() => void)[] = []
    const server = await startServer({
      tls: localhost,
      handler: (request, response) => void waiting.push(() => response.send(request.target)),
    })
    const { client } = await connectSecurely(server.address, { ca })
    client.send(gets(16, (i) => `/?${i}`)).end()
    await until(() => waiting.length === 16)
    for (const answer of waiting.reverse()) answer()
    const replies = await client.replies(16)
    expect(replies.map(({ body }) => String(body))).toEqual(Array.from({ length: 16 }, (_, i) => `/?${i}`))
    expect(await client.rest()).toHaveLength(0)
    expect(await client.closed).toBeNull()
  })

  test('sends megabytes to a client that reads late', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 'large')
    const server = await startServer({ tls: localhost, handler: (_, response) => response.send(body) })
    const { client } = await connectSecurely(server.address, { ca })
    const replies = await client.send(gets(3, () => '/')).replies(3)
    expect(replies.every((reply) => reply.body.equals(body))).toBe(true)
  })

  test('the kernel has less and less left to take while a slow client reads one large body', async () => {
    const body = Buffer.alloc(16 * 1024 * 1024, 'large')
    const server = await startServer({ tls: localhost, handler: (_, response) => response.send(body) })
    const transports = transportsOf(server)
    const { client } = await connectSecurely(server.address, { ca })
    client.send(get('/'))
    await client.bytes(1)
    const seen = [transports[0]!.bytesUnsent]
    while (seen.at(-1)! > 0) {
      await client.some()
      seen.push(transports[0]!.bytesUnsent)
    }
    expect(seen).toEqual([...seen].sort((one, other) => other - one))
    expect(new Set(seen).size).toBeGreaterThan(2) // neither all nor nothing
  })

  test('resets the connection of a stream that fails, so that nobody takes a part for the whole', async () => {
    const server = await startServer({
      tls: localhost,
      onError: () => undefined,
      handler: (_, response) => {
        response.write('a part')
        throw new Error('on purpose')
      },
    })
    const { client } = await connectSecurely(server.address, { ca })
    client.send(get('/'))
    await expect(client.reply()).rejects.toThrow()
  })

  test('works on a Unix socket, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'x.sock')
    const server = await serve({ path, handler, tls: localhost })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
    })
    expect(server.location).toBe(`https+unix:${path}`)
    const { client } = await connectSecurely({ path }, { ca })
    expect(await answers(client)).toBe(true)
  })

  test('speaks TLS 1.3 alone when it is told to', async () => {
    const { server } = await start({ minVersion: 'TLSv1.3' })
    await expect(connectSecurely(server.address, { ca, maxVersion: 'TLSv1.2' })).rejects.toThrow()
    await until(() => server.statistics().handshakes?.tlsFailed === 1)
  })
})

describe('ALPN', () => {
  test.each([
    { offered: ['http/1.1'], chosen: 'http/1.1' },
    { offered: ['h2', 'http/1.1'], chosen: 'http/1.1' },
    { offered: undefined, chosen: false },
  ])('of $offered, chooses $chosen', async ({ offered, chosen }) => {
    const { server } = await start()
    const peer = await connectSecurely(server.address, { ca, ...(offered && { ALPNProtocols: offered }) })
    expect(peer.socket.alpnProtocol).toBe(chosen)
    expect(await answers(peer.client)).toBe(true)
  })

  test('refuses a client that speaks only h2 (RFC 7301 §3.2)', async () => {
    const { server } = await start()
    await expect(connectSecurely(server.address, { ca, ALPNProtocols: ['h2'] })).rejects.toThrow(/alert/)
    await until(() => server.statistics().handshakes?.tlsFailed === 1)
    expect(server.statistics().connections.accepted).toBe(0)
  })
})

describe('SNI', () => {
  const example = authority.issue('example.test')
  const starred = authority.issue('*.example.test')
  const sni = { 'Example.test': example, '*.example.test': starred }
  const shownFor = async (tls: Partial<TlsOptions>, servername: string): Promise<string> => {
    const { server } = await start(tls)
    const peer = await connectSecurely(server.address, {
      ca,
      servername,
      checkServerIdentity: () => undefined,
    })
    expect(await answers(peer.client)).toBe(true)
    return shownBy(peer)
  }

  test.each([
    ['example.test', 'example.test'],
    ['EXAMPLE.test', 'example.test'],
    ['www.example.test', '*.example.test'],
    ['a.www.example.test', '127.0.0.1'],
    ['other.test', '127.0.0.1'],
    ['', '127.0.0.1'],
  ])('for %j shows the certificate of %s', async (servername, shown) => {
    expect(await shownFor({ sni }, servername)).toBe(shown)
  })

  test('may be decided by a function, now or later, and only for some names', async () => {
    const now = (name: string): typeof example | undefined => (name === 'example.test' ? example : undefined)
    const later = (name: string): Promise<typeof example | undefined> => Promise.resolve(now(name))
    for (const chooser of [now, later]) {
      expect(await shownFor({ sni: chooser }, 'EXAMPLE.test')).toBe('example.test')
      expect(await shownFor({ sni: chooser }, 'other.test')).toBe('127.0.0.1')
    }
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('on purpose')
      },
    ],
    ['rejects', () => Promise.reject(new Error('on purpose'))],
    ['gives what is no certificate', () => ({ cert: 'x', key: 'y' })],
    ['gives nonsense', () => 5 as never],
  ])('fails the handshake and nothing else when the function %s', async (_, chooser) => {
    const { server } = await start({ sni: (name) => (name === 'bad.test' ? chooser() : undefined) })
    await expect(connectSecurely(server.address, { ca, servername: 'bad.test' })).rejects.toThrow()
    await until(() => server.statistics().handshakes?.tlsFailed === 1)
    expect(await answers((await connectSecurely(server.address, { ca })).client)).toBe(true)
  })
})

describe('reloadCertificates()', () => {
  test('shows the new ones to new connections, while those that are there live on', async () => {
    const { server } = await start({ sni: { 'example.test': authority.issue('example.test') } })
    const before = await connectSecurely(server.address, { ca, checkServerIdentity: () => undefined })
    expect(shownBy(before)).toBe('127.0.0.1')
    server.reloadCertificates(authority.issue('renewed.test'))
    const after = await connectSecurely(server.address, { ca, checkServerIdentity: () => undefined })
    expect(shownBy(after)).toBe('renewed.test')
    expect([await answers(before.client), await answers(after.client)]).toEqual([true, true])
    const named = await connectSecurely(server.address, { ca, servername: 'example.test' })
    expect(shownBy(named)).toBe('example.test') // was left out: stays
    server.reloadCertificates({
      ...localhost,
      sni: { 'example.test': authority.issue('example.test', 'new.test') },
    })
    const renamed = await connectSecurely(server.address, { ca, servername: 'example.test' })
    expect(renamed.socket.getPeerCertificate().subjectaltname).toContain('new.test')
  })

  test.each([
    ['no certificate', { ...localhost, cert: 'x' }],
    ['another key', { ...localhost, key: authority.issue('x.test').key }],
    ['one that is not good among several', { ...localhost, sni: { 'x.test': { cert: 'x', key: 'y' } } }],
    ['an unknown option', { ...localhost, minVersion: 'TLSv1.3' }],
  ])('with %s refuses, and all stays as it was', async (_, certificates) => {
    const { server } = await start()
    expect(() => server.reloadCertificates(certificates)).toThrow(
      expect.objectContaining({ code: 'CAL_ERR_OPTION' }),
    )
    expect(shownBy(await connectSecurely(server.address, { ca }))).toBe('127.0.0.1')
  })

  test('is refused by a server without TLS, and by one that does not listen', async () => {
    const refused: unknown = expect.objectContaining({ code: 'CAL_ERR_OPTION' })
    const server = await startServer({ handler })
    expect(() => server.reloadCertificates(localhost)).toThrow(refused)
    expect(() => new Server({ handler, tls: localhost }).reloadCertificates(localhost)).toThrow(refused)
  })
})

describe('client certificates', () => {
  const known = authority.issue('a client')
  const unknown = stranger.issue('a stranger')
  /** In TLS 1.3 a client is content before the server has looked at its certificate. */
  async function isServed(
    options: Partial<TlsOptions>,
    own: object,
    version: 'TLSv1.2' | 'TLSv1.3',
  ): Promise<boolean> {
    const { server } = await start({ ca, requestCert: true, ...options })
    try {
      const { client } = await connectSecurely(server.address, { ca, ...own, maxVersion: version })
      return await answers(client)
    } catch {
      expect(server.statistics()).toMatchObject({ requests: 0, connections: { accepted: 0 } })
      await until(() => server.statistics().handshakes?.tlsFailed === 1)
      return false
    }
  }

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('by %s', (version) => {
    test('of an authority that we know is served', async () => {
      expect(await isServed({}, known, version)).toBe(true)
    })

    test('of another authority is not', async () => {
      expect(await isServed({}, unknown, version)).toBe(false)
    })

    test('that is missing is not served', async () => {
      expect(await isServed({}, {}, version)).toBe(false)
    })

    test('is not looked at when we say so', async () => {
      expect(await isServed({ rejectUnauthorized: false }, unknown, version)).toBe(true)
      expect(await isServed({ rejectUnauthorized: false }, {}, version)).toBe(true)
    })
  })
})

describe('a handshake', () => {
  test('that does not begin is given up after its time, by the reactor’s clock', async () => {
    const { server, clock } = await start({ handshakeTimeoutMs: 3000 })
    const client = await RawClient.connect(server)
    await until(() => server.statistics().handshakes?.waiting === 1)
    clock.advance(2999)
    server.reactor.post(() => undefined)
    await new Promise(setImmediate)
    expect(server.statistics().handshakes).toEqual(expect.objectContaining({ waiting: 1, tlsFailed: 0 }))
    clock.advance(2)
    server.reactor.post(() => undefined)
    expect(await client.closed).toMatchObject({ code: 'ECONNRESET' })
    expect(server.statistics().handshakes).toEqual(expect.objectContaining({ waiting: 0, tlsFailed: 1 }))
    expect(server.reactor.statistics().timersPending).toBe(0)
  })

  test.each([
    ['plain HTTP', get('/')],
    ['nonsense', '\x16\x03\x01\xff\xff' + 'x'.repeat(1000)],
    ['bytes of all kinds', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ])('that is %s fails, and the server goes on', async (_, bytes) => {
    const { server } = await start()
    const client = await RawClient.connect(server)
    client.send(bytes)
    await client.rest().catch(() => undefined)
    await until(() => server.statistics().handshakes?.tlsFailed === 1)
    expect(server.statistics().connections.accepted).toBe(0)
    expect(await answers((await connectSecurely(server.address, { ca })).client)).toBe(true)
  })

  test.each(['end', 'reset'] as const)(
    'in the middle of which the client goes away (%s) fails',
    async (how) => {
      const { server } = await start()
      const client = await RawClient.connect(server)
      client.send('\x16\x03\x01\x02\x00')
      await until(() => server.statistics().handshakes?.waiting === 1)
      client[how]()
      await until(() => server.statistics().handshakes?.tlsFailed === 1)
      expect(server.statistics().handshakes?.waiting).toBe(0)
      expect(server.reactor.statistics().timersPending).toBe(0)
    },
  )

  test('that is under way does not keep the server from closing', async () => {
    const { server } = await start()
    const client = await RawClient.connect(server)
    await until(() => server.statistics().handshakes?.waiting === 1)
    expect(await server.close()).toEqual({ answered: 0, idleClosed: 0, aborted: 0 })
    expect(await client.closed).toMatchObject({ code: 'ECONNRESET' })
    expect(server.statistics().handshakes).toEqual(expect.objectContaining({ waiting: 0, tlsFailed: 0 }))
  })

  test('in pieces of one byte succeeds', async () => {
    const { server } = await start()
    const relay = await startByteRelay(server.address.port)
    expect(await answers((await connectSecurely({ port: relay }, { ca })).client)).toBe(true)
  })
})

/** Passes on what clients send in pieces of one byte. @returns its port */
async function startByteRelay(port: number): Promise<number> {
  const relay = createServer({ noDelay: true }, (socket) => {
    const onward = connect({ port, host: '127.0.0.1', noDelay: true })
    onward.pipe(socket)
    socket.on('data', (chunk) => {
      for (const byte of chunk) onward.write(Buffer.of(byte))
    })
    for (const end of [socket, onward]) {
      end.on('error', () => undefined)
      end.on('close', () => (socket.destroy(), onward.destroy()))
    }
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  return (relay.address() as { port: number }).port
}
