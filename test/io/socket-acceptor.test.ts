import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { SocketAcceptor, type SocketAcceptorOptions } from '../../src/io/socket-acceptor.js'
import { connectTcp } from '../../src/io/socket-connector.js'
import type { Transport } from '../../src/io/transport.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { Recorder } from './contract/recorder.js'

const at = (port: number, host = '127.0.0.1'): Pick<SocketAcceptorOptions, 'endpoint'> => ({
  endpoint: { kind: 'tcp', host, port },
})

const LOOPBACK: SocketAcceptorOptions = {
  ...at(0),
  backlog: 16,
  readPath: 'auto',
  writePath: 'auto',
  highWaterMark: 64 * 1024,
}

const reactor = new Reactor()
const acceptors: SocketAcceptor[] = []
const accepted: Recorder[] = []
const waiting = new Set<() => void>()

afterEach(() => {
  for (const recorder of accepted.splice(0)) recorder.abort()
  for (const acceptor of acceptors.splice(0)) void acceptor.close()
})

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    look()
  })
}

const changed = (): void => {
  for (const look of waiting) look()
}

function adopt(transport: Transport): void {
  const recorder = new Recorder('accepted', changed)
  recorder.adopt(transport)
  accepted.push(recorder)
  changed()
}

async function listen(options: Partial<SocketAcceptorOptions> = {}): Promise<SocketAcceptor> {
  const acceptor = await SocketAcceptor.listen(reactor, { ...LOOPBACK, ...options }, adopt)
  acceptors.push(acceptor)
  return acceptor
}

function portOf({ address }: SocketAcceptor): number {
  if (address.family === 'unix') throw new Error('a Unix socket has no port')
  return address.port
}

async function connectTo(acceptor: SocketAcceptor): Promise<Recorder> {
  const recorder = new Recorder('connecting', changed)
  recorder.adopt(await connectTcp(reactor, { host: '127.0.0.1', port: portOf(acceptor) }))
  return recorder
}

describe('SocketAcceptor', () => {
  it('tells the port that it got, and still after its close', async () => {
    const acceptor = await listen()
    const { address } = acceptor
    expect(address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    expect(portOf(acceptor)).toBeGreaterThan(0)
    void acceptor.close()
    expect(acceptor.address).toEqual(address)
    expect(Object.isFrozen(address)).toBe(true)
  })

  it('fails with CAL_ERR_ADDRESS_IN_USE on a port that is taken, naming it and the cause', async () => {
    const port = portOf(await listen())
    const error: unknown = await listen(at(port)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE', cause: { code: 'EADDRINUSE' } })
    expect((error as Error).message).toContain(`127.0.0.1:${port}`)
  })

  it('fails with CAL_ERR_LISTEN on an address that is not ours', async () => {
    const testNet = '203.0.113.1' // RFC 5737: nobody has it
    await expect(listen(at(0, testNet))).rejects.toMatchObject({
      name: 'CalandriaError',
      code: 'CAL_ERR_LISTEN',
      cause: { code: 'EADDRNOTAVAIL' },
    })
  })

  it('makes one transport of every connection, with the address of its peer', async () => {
    const acceptor = await listen()
    const clients = await Promise.all([1, 2, 3].map(() => connectTo(acceptor)))
    await until(() => accepted.length === 3)
    expect(new Set(accepted.map((recorder) => recorder.transport)).size).toBe(3)
    expect(accepted.map((recorder) => recorder.transport.remoteAddress)).toEqual(Array(3).fill('127.0.0.1'))
    for (const client of clients) client.abort()
  })

  it('keeps bytes of many connections apart, though they are read into one buffer', async () => {
    const acceptor = await listen()
    const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(acceptor)))
    await until(() => accepted.length === 20)
    for (const [i, client] of clients.entries()) {
      for (let round = 0; round < 20; round++) client.write(`${i},`)
      client.end()
    }
    await until(() => accepted.every((recorder) => recorder.count('end') === 1))
    const texts = accepted.map((recorder) => recorder.received.toString())
    expect(texts.sort()).toEqual(clients.map((_, i) => `${i},`.repeat(20)).sort())
    expect(accepted.flatMap((recorder) => recorder.violations)).toEqual([])
    for (const client of clients) client.abort()
  })

  it('counts over all its connections', async () => {
    const acceptor = await listen()
    const clients = await Promise.all([1, 2].map(() => connectTo(acceptor)))
    await until(() => accepted.length === 2)
    for (const client of clients) client.write('12345')
    await until(() => accepted.every((recorder) => recorder.bytesReceived === 5))
    for (const recorder of accepted) recorder.writeAll(['123', '456', '789'])
    await until(() => clients.every((client) => client.bytesReceived === 9))
    expect(acceptor.counters).toMatchObject({ reads: 2, bytesRead: 10, writes: 2, bytesWritten: 18 })
    for (const client of clients) client.abort()
  })

  it('refuses new connections after its close, while those it has live on', async () => {
    const acceptor = await listen()
    const client = await connectTo(acceptor)
    await until(() => accepted.length === 1)
    void acceptor.close()
    void acceptor.close()
    await expect(connectTo(acceptor)).rejects.toMatchObject({ code: 'CAL_ERR_CONNECT' })
    client.write('still here')
    await until(() => accepted[0]?.bytesReceived === 10)
    client.abort()
  })

  it('frees its port at its close, also while a connection lives', async () => {
    const acceptor = await listen()
    const client = await connectTo(acceptor)
    await until(() => accepted.length === 1)
    void acceptor.close()
    const again = await listen(at(portOf(acceptor)))
    expect(portOf(again)).toBe(portOf(acceptor))
    client.abort()
  })

  it.each(['onread', 'data'] as const)('reads by %s when it is forced to', async (readPath) => {
    const acceptor = await listen({ readPath })
    expect(acceptor.paths.read).toBe(readPath)
    const client = connect(portOf(acceptor), '127.0.0.1')
    await once(client, 'connect')
    client.write('hello')
    await until(() => accepted[0]?.bytesReceived === 5)
    client.destroy()
  })

  it.skipIf(process.platform === 'win32')('decides for onread by itself, where that works', async () => {
    expect((await listen({ readPath: 'auto' })).paths.read).toBe('onread')
  })

  it('enters the reactor before it hands over a connection, so that the handler has a fresh slice', async () => {
    const isOver: boolean[] = []
    const slow = new Reactor({ timeSliceMs: 60_000 })
    const acceptor = await SocketAcceptor.listen(slow, LOOPBACK, (transport) => {
      isOver.push(slow.isSliceOver)
      adopt(transport)
    })
    acceptors.push(acceptor)
    expect(slow.isSliceOver).toBe(true)
    const client = await connectTo(acceptor)
    await until(() => accepted.length === 1)
    expect(isOver).toEqual([false])
    client.abort()
  })
})
