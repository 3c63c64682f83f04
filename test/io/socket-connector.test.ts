import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IoCounters } from '../../src/io/io-counters.js'
import { connectTcp, connectUnix } from '../../src/io/socket-connector.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { Recorder } from './contract/recorder.js'

const reactor = new Reactor()
let server: Server
let port: number

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('welcome')
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(() => void server.close())

/** Takes what the server says, to the end. */
async function hear(options: Parameters<typeof connectTcp>[1]): Promise<string> {
  const transport = await connectTcp(reactor, options)
  return new Promise((resolve, reject) => {
    const recorder = new Recorder('client', () => {
      if (recorder.isClosed) resolve(recorder.received.toString())
    })
    recorder.onEndDo = () => {
      recorder.end()
      if (recorder.violations.length > 0) reject(new Error(recorder.violations.join()))
    }
    recorder.adopt(transport)
  })
}

describe('connectTcp()', () => {
  it.each(['auto', 'onread', 'data'] as const)(
    'loses nothing of what the server says at once, by %s',
    async (readPath) => {
      expect(await hear({ host: '127.0.0.1', port, readPath })).toBe('welcome')
    },
  )

  it('takes a name, too', async () => {
    expect(await hear({ host: 'localhost', port })).toBe('welcome')
  })

  it('fails with CAL_ERR_CONNECT where nobody listens, naming the place and the cause', async () => {
    server.close()
    await once(server, 'close')
    const error: unknown = await connectTcp(reactor, { host: '127.0.0.1', port }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({
      name: 'CalandriaError',
      code: 'CAL_ERR_CONNECT',
      cause: { code: 'ECONNREFUSED' },
    })
    expect((error as Error).message).toContain(`127.0.0.1:${port}`)
  })

  it('counts what many transports do in the counters that they share', async () => {
    const counters = new IoCounters()
    await Promise.all([1, 2, 3].map(() => hear({ host: '127.0.0.1', port, counters })))
    expect(counters).toMatchObject({ bytesRead: 3 * 'welcome'.length, bytesWritten: 0, writes: 0 })
  })

  it('has the address of its peer, and none when it is first asked after the close', async () => {
    const [open, closed] = await Promise.all(
      [1, 2].map(() => connectTcp(reactor, { host: '127.0.0.1', port })),
    )
    for (const transport of [open!, closed!]) new Recorder('client', () => undefined).adopt(transport)
    expect(open!.remoteAddress).toBe('127.0.0.1')
    closed!.abort()
    expect(closed!.remoteAddress).toBeNull()
    open!.abort()
  })

  it.runIf(process.platform === 'linux')('connects from the address that it is told', async () => {
    const address = once(server, 'connection').then(([socket]) => (socket as Socket).remoteAddress)
    await hear({ host: '127.0.0.1', port, localAddress: '127.0.0.9' })
    expect(await address).toBe('127.0.0.9')
  })

  it('takes the high-water mark of the options', async () => {
    const transport = await connectTcp(reactor, { host: '127.0.0.1', port, highWaterMark: 1 })
    const recorder = new Recorder('client', () => undefined)
    recorder.adopt(transport)
    const block = Buffer.alloc(64 * 1024)
    let written = 0
    while (recorder.write(block)) written += block.length
    expect(transport.bytesQueued).toBeLessThanOrEqual(block.length) // one write more than the kernel took
    expect(written).toBeGreaterThan(0)
    transport.abort()
  })
})

describe('connectUnix()', () => {
  it('fails with CAL_ERR_CONNECT where nobody listens, naming the path and the cause', async () => {
    const error: unknown = await connectUnix(reactor, { path: '/nowhere/x.sock' }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'CAL_ERR_CONNECT', cause: { code: 'ENOENT' } })
    expect((error as Error).message).toContain('/nowhere/x.sock')
  })

  it.each(['a\0b', '/' + 'x'.repeat(108)])('refuses a path that is no address: %j', async (path) => {
    await expect(connectUnix(reactor, { path })).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
  })
})
