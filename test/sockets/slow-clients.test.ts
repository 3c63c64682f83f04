import { describe, expect, test } from 'vitest'
import type { ListeningServer, ServeOptions } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get } from './requests.js'
import { READ_PATHS, startServer, until } from './started-server.js'

const LARGE = 20_000_000

const handler: ServeOptions['handler'] = async (request, response) => {
  if (request.path === '/large') response.send(Buffer.alloc(LARGE, 'x'))
  else response.send(await request.body.text())
}

/** @returns whether others are served at once */
async function isServing(server: ListeningServer): Promise<boolean> {
  const client = await RawClient.connect(server)
  const { status } = await client.send(get('/')).reply()
  client.reset()
  return status === 200
}

describe.each(READ_PATHS)('slow clients, read path %s', (readPath) => {
  test('slowloris: heads that never end get 408 and their connections end, while others are served', async () => {
    const server = await startServer({ readPath, handler, timeouts: { headMs: 50 } })
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(server)))
    for (const client of clients) client.send('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    expect(await isServing(server)).toBe(true)
    for (const client of clients) {
      const reply = await client.reply()
      expect([reply.status, reply.headers.get('connection')]).toEqual([408, 'close'])
      expect(await client.rest()).toHaveLength(0)
      client.end()
      expect(await client.closed).toBeNull()
    }
    expect(server.statistics().timeouts).toBe(50)
  })

  test('clients that never say anything, and those that ask for nothing more, are let go', async () => {
    const server = await startServer({ readPath, handler, timeouts: { firstByteMs: 50, idleMs: 50 } })
    const silent = await RawClient.connect(server)
    const idle = await RawClient.connect(server)
    expect((await idle.send(get('/')).reply()).status).toBe(200)
    expect(await silent.rest()).toHaveLength(0)
    expect(await idle.rest()).toHaveLength(0)
  })

  test('clients that stay after their time-out are let go when lingering is over', async () => {
    const server = await startServer({
      readPath,
      handler,
      lingerMs: 30,
      timeouts: { headMs: 30, bodyMs: 30 },
    })
    const clients = [await RawClient.connect(server), await RawClient.connect(server)]
    clients[0]!.send('GET /')
    clients[1]!.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n')
    for (const client of clients) expect((await client.reply()).status).toBe(408)
    await until(() => server.statistics().connections.open === 0) // they never end their side
    expect(server.reactor.statistics().timersPending).toBe(0)
  })

  test('a body that drips in gets 408', async () => {
    const server = await startServer({
      readPath,
      handler,
      timeouts: { bodyMs: 50, bodyBytesPerSecond: 1000 },
    })
    const client = await RawClient.connect(server)
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx')
    expect((await client.reply()).status).toBe(408)
    expect(await isServing(server)).toBe(true)
  })

  test('a client that reads nothing is reset, and what was queued for it is free', async () => {
    const server = await startServer({ readPath, handler, timeouts: { writeMs: 50 } })
    const client = await RawClient.connect(server)
    client.send(get('/large'))
    expect(await isServing(server)).toBe(true)
    await until(() => server.statistics().timeouts === 1)
    await until(() => server.reactor.statistics().timersPending === 0)
    await expect(client.bytes(LARGE)).rejects.toThrow() // its kernel may give it what it held, then an end
  })

  test('a reply in one write arrives whole at a client that reads a little at a time', async () => {
    const server = await startServer({ readPath, handler, timeouts: { writeMs: 5000 } })
    const client = await RawClient.connect(server)
    client.send(get('/large'))
    let received = 0
    while (received < LARGE) received += (await client.some()).length
    expect(server.statistics().timeouts).toBe(0)
  })
})
