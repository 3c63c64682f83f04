import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { serve, type ServeOptions } from '../../src/index.js'
import { startProgram } from './child-program.js'
import { HeldResponses } from './held-responses.js'
import { RawClient } from './raw-client.js'
import { get, gets, post } from './requests.js'
import { nextRead, READ_PATHS, startFrozenServer, startServer, until } from './started-server.js'

const ok: ServeOptions['handler'] = (_request, response) => response.send()

/** @returns the error code of a connection attempt, or `null` when it was accepted */
function refusal(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(null)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('a server without connections closes at once, and refuses new ones', async () => {
    const server = await startServer({ readPath, handler: ok })
    const { port } = server.address
    expect(await server.close()).toEqual({ answered: 0, idleClosed: 0, aborted: 0 })
    expect(await refusal(port)).toBe('ECONNREFUSED')
    expect(server.address.port).toBe(port)
  })

  test('closing twice gives the same report', async () => {
    const server = await startServer({ readPath, handler: ok })
    const first = server.close()
    expect(server.close()).toBe(first)
    expect(Object.isFrozen(await first)).toBe(true)
  })

  test('idle connections are closed at once, and counted', async () => {
    const server = await startServer({ readPath, handler: ok })
    const clients = [
      await RawClient.connect(server),
      await RawClient.connect(server),
      await RawClient.connect(server),
    ]
    for (const client of clients) await client.send(get('/')).reply()
    const closed = server.close()
    for (const client of clients) {
      expect(await client.rest()).toHaveLength(0)
      client.end()
      expect(await client.closed).toBeNull()
    }
    expect(await closed).toEqual({ answered: 0, idleClosed: 3, aborted: 0 })
  })

  test('what is in flight is answered, and its last reply says Connection: close', async () => {
    const held = new HeldResponses()
    const server = await startServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(gets(3))
    await held.haveStarted(3)
    const closed = server.close()
    held.answerAll()
    const replies = await client.replies(3)
    expect(replies.map(({ headers }) => headers.get('connection'))).toEqual([undefined, undefined, 'close'])
    expect(await client.rest()).toHaveLength(0)
    client.end()
    expect(await closed).toEqual({ answered: 3, idleClosed: 0, aborted: 0 })
  })

  test('a request that has begun to arrive is awaited and answered', async () => {
    const server = await startServer({
      readPath,
      handler: async (request, response) => response.send(await request.body.bytes()),
    })
    const client = await RawClient.connect(server)
    const bytes = post('/', 'half here, half there')
    const read = nextRead(server)
    client.send(bytes.slice(0, -10))
    await read
    const closed = server.close()
    const reply = await client.send(bytes.slice(-10)).reply()
    expect(String(reply.body)).toBe('half here, half there')
    expect(reply.headers.get('connection')).toBe('close')
    client.end()
    expect(await closed).toEqual({ answered: 1, idleClosed: 0, aborted: 0 })
  })

  test('requests that wait behind the in-flight bound are answered too', async () => {
    const held = new HeldResponses()
    const server = await startServer({ readPath, handler: held.handler, limits: { inFlight: 2 } })
    const client = await RawClient.connect(server)
    client.send(gets(20))
    await held.haveStarted(2)
    const closed = server.close()
    for (let i = 0; i < 20; i++) {
      await held.haveStarted(i + 1)
      held.answer()
    }
    expect((await client.replies(20)).at(-1)!.headers.get('connection')).toBe('close')
    client.end()
    expect(await closed).toEqual({ answered: 20, idleClosed: 0, aborted: 0 })
  })

  test('connections that are not done when the time is up are aborted', async () => {
    const held = new HeldResponses()
    const { server, clock } = await startFrozenServer({ readPath, handler: held.handler })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await held.haveStarted(1)
    const closed = server.close({ drainMs: 100 })
    clock.advance(101)
    server.reactor.post(() => undefined) // a turn, so that the reactor sees the time
    expect(await closed).toEqual({ answered: 0, idleClosed: 0, aborted: 1 })
    await expect(client.rest()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(held.waiting[0]!.request.signal.aborted).toBe(true)
  })

  test('a connection whose time is up in the moment it is ended is gone all the same', async () => {
    const { server, clock } = await startFrozenServer({ readPath, handler: ok })
    const client = await RawClient.connect(server)
    await client.send(get('/')).reply()
    const closed = server.close({ drainMs: 1 })
    clock.advance(5)
    server.reactor.turn() // in the same stack: Node has not told the kernel of the end yet
    expect(await closed).toEqual({ answered: 0, idleClosed: 1, aborted: 0 })
    expect(server.statistics().connections.open).toBe(0)
  })

  test('a client that does not read what it asked for does not keep a server from closing', async () => {
    const large = Buffer.alloc(64 * 1024 * 1024)
    const { server, clock } = await startFrozenServer({
      readPath,
      handler: (_request, response) => response.send(large),
    })
    const client = await RawClient.connect(server)
    client.send(gets(3))
    await until(() => server.statistics().requests > 0)
    const closed = server.close({ drainMs: 100 })
    clock.advance(101)
    server.reactor.post(() => undefined)
    expect((await closed).aborted).toBe(1)
  })

  test('a streaming reply is finished before its connection closes', async () => {
    let finish!: () => void
    const server = await startServer({
      readPath,
      handler: (_request, response) => {
        response.write('begun ')
        finish = () => response.end('ended')
      },
    })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    const head = String(await client.some())
    const closed = server.close()
    finish()
    expect(head + String(await client.rest())).toMatch(/6\r\nbegun \r\n5\r\nended\r\n0\r\n\r\n$/)
    client.end()
    expect(await closed).toEqual({ answered: 1, idleClosed: 0, aborted: 0 })
  })

  test('a process that has closed its server ends by itself: nothing of the server keeps it alive', async () => {
    const { program, address } = await startProgram('test/sockets/programs/closing-server.mjs', [readPath])
    const clients = [await RawClient.connect(address.port), await RawClient.connect(address.port)]
    for (const client of clients) await client.send(get('/')).reply()
    program.process.stdin!.end()
    for (const client of clients) {
      expect(await client.rest()).toHaveLength(0)
      client.end()
    }
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(program.output).toContain('closed')
  })

  test('`await using` closes the server when the block ends', async () => {
    let port: number
    {
      await using server = await serve({ readPath, handler: ok, port: 0 })
      port = server.address.port
      expect(await refusal(port)).toBeNull()
    }
    expect(await refusal(port)).toBe('ECONNREFUSED')
  })

  test('connections are counted from their accept to their close', async () => {
    const { server } = await startFrozenServer({ readPath, handler: ok })
    const clients = [await RawClient.connect(server), await RawClient.connect(server)]
    for (const client of clients) await client.send(get('/')).reply()
    expect(server.statistics().connections).toEqual({ open: 2, accepted: 2, closed: 0, refused: 0 })
    clients[0]!.end()
    await clients[0]!.closed
    await until(() => server.statistics().connections.open === 1)
    expect(server.statistics().connections).toEqual({ open: 1, accepted: 2, closed: 1, refused: 0 })
  })
})
