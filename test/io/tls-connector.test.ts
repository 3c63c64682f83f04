import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { IoCounters } from '../../src/io/io-counters.js'
import { connectTls, type TlsConnectOptions } from '../../src/io/tls-connector.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { Authority } from '../tls/certificates.js'
import { Recorder } from './contract/recorder.js'

const reactor = new Reactor()
const authority = new Authority()
afterAll(() => authority.remove())
const issued = authority.issue('localhost', '127.0.0.1')

async function listen(server: Server, path?: string): Promise<number> {
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return path === undefined ? (server.address() as AddressInfo).port : 0
}

/** A server that says welcome, and remembers whom it was asked for. */
function welcoming(seen: TLSSocket[] = []): Server {
  return createServer({ ...issued, ALPNProtocols: ['http/1.1'] }, (socket) => {
    seen.push(socket)
    socket.on('error', () => undefined)
    socket.end('welcome')
    socket.resume()
  })
}

async function hear(options: TlsConnectOptions): Promise<string> {
  const transport = await connectTls(reactor, options)
  return new Promise((resolve) => {
    const recorder = new Recorder('client', () => {
      if (recorder.isClosed) resolve(recorder.received.toString())
    })
    recorder.onEndDo = () => recorder.end()
    recorder.adopt(transport)
  })
}

const trusted = { ca: authority.cert }

describe('connectTls()', () => {
  it('loses nothing of what the server says at once, and counts it', async () => {
    const port = await listen(welcoming())
    const counters = new IoCounters()
    expect(await hear({ host: '127.0.0.1', port, counters, ...trusted })).toBe('welcome')
    expect(counters.bytesRead).toBe('welcome'.length)
  })

  it('asks for the name of the host, or for another one, and speaks HTTP/1.1', async () => {
    const seen: TLSSocket[] = []
    const port = await listen(welcoming(seen))
    await hear({ host: 'localhost', port, ...trusted })
    await hear({ host: '127.0.0.1', port, servername: 'localhost', ...trusted })
    await hear({ host: '127.0.0.1', port, ...trusted }) // an address is no name (RFC 6066 §3)
    const asked = seen.map((socket) => (socket as { readonly servername?: unknown }).servername)
    expect(asked).toEqual(['localhost', 'localhost', false])
    expect(seen.map((socket) => socket.alpnProtocol)).toEqual(['http/1.1', 'http/1.1', 'http/1.1'])
  })

  it('goes through a Unix socket, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cal-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'x.sock')
    await listen(welcoming(), path)
    expect(await hear({ path, servername: 'localhost', ...trusted })).toBe('welcome')
  })

  it.runIf(process.platform === 'linux')('connects from the address that it is told', async () => {
    const server = welcoming()
    const port = await listen(server)
    const address = once(server, 'secureConnection').then(([socket]) => (socket as TLSSocket).remoteAddress)
    await hear({ host: '127.0.0.1', port, localAddress: '127.0.0.9', ...trusted })
    expect(await address).toBe('127.0.0.9')
  })

  it.each([
    { why: 'an authority that nobody knows', options: {} },
    { why: 'a certificate for another name', options: { ...trusted, servername: 'other.example' } },
  ])('refuses $why, unless it is told to trust anybody', async ({ options }) => {
    const port = await listen(welcoming())
    await expect(connectTls(reactor, { host: '127.0.0.1', port, ...options })).rejects.toMatchObject({
      code: 'CAL_ERR_CONNECT',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    })
    expect(await hear({ host: '127.0.0.1', port, ...options, rejectUnauthorized: false })).toBe('welcome')
  })

  it('fails with CAL_ERR_CONNECT where nobody listens, or somebody speaks no TLS', async () => {
    await expect(connectTls(reactor, { host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'CAL_ERR_CONNECT',
      cause: { code: 'ECONNREFUSED' },
    })
    const port = await listen(createPlainServer((socket) => void socket.end('SSH-2.0\r\n')))
    await expect(connectTls(reactor, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'CAL_ERR_CONNECT',
    })
  })

  it('does not wait for a handshake for ever, and lets go of the connection', async () => {
    const server = createPlainServer((socket) => void socket.resume())
    const port = await listen(server)
    const accepted = once(server, 'connection')
    await expect(
      connectTls(reactor, { host: '127.0.0.1', port, handshakeTimeoutMs: 50 }),
    ).rejects.toMatchObject({
      code: 'CAL_ERR_CONNECT',
      message: expect.stringContaining('no handshake in 50 ms') as string,
    })
    const [socket] = (await accepted) as [TLSSocket]
    await once(socket, 'close')
  })

  it.each([{ port: -1 }, { port: 1.5 }, { path: 'a\0b' }])('refuses %j', async (options) => {
    await expect(connectTls(reactor, options)).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
  })
})
