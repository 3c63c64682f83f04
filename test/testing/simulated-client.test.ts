import { simulate, type World } from 'calandria/testing'
import { describe, expect, it } from 'vitest'

const run = <T>(body: (world: World) => T | Promise<T>): Promise<T> =>
  simulate({ seed: 3, traceFile: null }, body)

/** Answers bytes with bytes, whatever they are. */
function answering(world: World, answer: string, { ends = false } = {}): void {
  world.network.listen('server', (transport) =>
    transport.attach({
      onBytes: () => {
        transport.write(answer)
        if (ends) transport.end()
      },
      onDrain: () => undefined,
      onEnd: () => transport.end(),
      onClose: () => undefined,
    }),
  )
}

describe('a simulated client', () => {
  it('pipelines what nobody waits for in between, and gets the replies in order', async () => {
    await run(async (world) => {
      const server = world.serve({
        handler: async (request, response) => {
          await world.sleep(request.path === '/slow' ? 100 : 1)
          response.send(request.path)
        },
      })
      const client = world.connect()
      const replies = ['/slow', '/a', '/b'].map((target) => client.request({ target }))
      expect((await Promise.all(replies)).map(({ body }) => body.toString())).toEqual(['/slow', '/a', '/b'])
      expect(world.now).toBe(100)
      expect(server.statistics().writes).toBe(1)
    })
  })

  it('sends bodies with a length and in chunks, and takes trailers', async () => {
    await run(async (world) => {
      world.serve({
        handler: async (request, response) => {
          response.write(`${String(request.body.length)} `)
          response.trailer('Digest', 'x').end(await request.body.bytes())
        },
      })
      const client = world.connect()
      const whole = await client.request({ body: 'abc' })
      const inChunks = await client.request({ method: 'PUT', body: ['ab', '', Buffer.from('cd')] })
      expect([whole, inChunks].map(({ body }) => body.toString())).toEqual(['3 abc', 'null abcd'])
      expect(whole.trailers.get('digest')).toBe('x')
    })
  })

  it('waits for 100 with a body, and with all that follows it', async () => {
    await run(async (world) => {
      const waits: number[] = []
      world.serve({
        handler: async (request, response) => {
          await world.sleep(20)
          waits.push(request.body.isComplete ? 1 : 0)
          response.send(await request.body.bytes())
        },
      })
      const client = world.connect()
      const first = client.request({ body: 'abc', expectContinue: true })
      const second = client.request({ body: 'def' })
      expect([(await first).body.toString(), (await first).interim]).toEqual(['abc', [100]])
      expect((await second).body.toString()).toBe('def')
      expect(waits).toEqual([0, 1])
    })
  })

  it('keeps a body that nobody asks for', async () => {
    await run(async (world) => {
      world.serve({ handler: (_, response) => response.status(403).send() })
      const client = world.connect()
      const reply = await client.request({ body: 'abc', expectContinue: true })
      expect([reply.status, reply.interim, reply.headers.get('connection')]).toEqual([403, [], 'close'])
      expect(client.transport.bytesWritten).toBeLessThan(120)
    })
  })

  it('sends bytes as they are, and reads what comes', async () => {
    await run(async (world) => {
      world.serve({ handler: (_, response) => response.send('x') })
      const client = world
        .connect()
        .send('GET / HTTP/1.1\r\nHo', 'st: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n')
      const replies = await Promise.all([client.reply('GET'), client.reply('HEAD')])
      expect(replies.map(({ body }) => body.toString())).toEqual(['x', ''])
    })
  })

  it('is told when its replies will not come', async () => {
    await run(async (world) => {
      const server = world.serve({ handler: () => undefined })
      const client = world.connect()
      const replies = [client.request(), client.request()]
      await world.until(() => server.statistics().requests === 2)
      client.abort()
      for (const reply of replies)
        await expect(reply).rejects.toMatchObject({ code: 'CAL_ERR_REPLY_CUT_SHORT' })
      await expect(client.request()).rejects.toMatchObject({ code: 'CAL_ERR_REPLY_CUT_SHORT' })
      expect(await client.closed).toBeNull()
    })
  })

  it('is told of a connection that nobody takes', async () => {
    await run(async (world) => {
      const client = world.connect({ to: 'nowhere' })
      const error: unknown = await client.request().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'CAL_ERR_REPLY_CUT_SHORT', cause: { code: 'ECONNREFUSED' } })
      expect(await client.closed).toMatchObject({ code: 'ECONNREFUSED' })
    })
  })

  it('half-closes, and still gets its replies', async () => {
    await run(async (world) => {
      world.serve({
        handler: async (_, response) => {
          await world.sleep(10)
          response.send('late')
        },
      })
      const client = world.connect()
      const reply = client.request()
      client.end()
      await expect(client.request()).rejects.toMatchObject({ code: 'CAL_ERR_TRANSPORT_ENDED' })
      expect((await reply).body.toString()).toBe('late')
      await client.ended
    })
  })

  it('reads slowly, or not at all, and the server is held back', async () => {
    await run(async (world) => {
      world.serve({ handler: (_, response) => response.send(Buffer.alloc(500_000, 'x')) })
      const client = world.connect()
      client.pause()
      const reply = client.request()
      await world.sleep(10)
      expect(client.transport.peer.bytesUnsent).toBeGreaterThan(300_000)
      client.readSlowly({ bytes: 50_000, everyMs: 100 })
      client.resume()
      expect((await reply).body.length).toBe(500_000)
      expect(world.now).toBeGreaterThanOrEqual(900)
    })
  })

  it('reads as fast as bytes come as soon as it is told to', async () => {
    await run(async (world) => {
      world.serve({ handler: (_, response) => response.send('Hello') })
      const client = world.connect()
      client.readSlowly({ bytes: 1, everyMs: 1e6 })
      const reply = client.request()
      await world.sleep(10)
      client.readSlowly(null)
      await reply
      expect(world.now).toBe(10)
    })
  })

  it.each([
    { bytes: 0, everyMs: 1 },
    { bytes: 1.5, everyMs: 1 },
    { bytes: NaN, everyMs: 1 },
    { bytes: 1, everyMs: -1 },
    { bytes: 1, everyMs: Infinity },
  ])('does not read at a pace of %o', async (pace) => {
    await run((world) => {
      world.serve({ handler: (_, response) => response.send() })
      const client = world.connect()
      expect(() => client.readSlowly(pace)).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }))
    })
  })

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', 'CAL_ERR_REPLY_MALFORMED'],
    ['more than was asked for', 'HTTP/1.1 204 No Content\r\n\r\n\r\n', 'CAL_ERR_REPLY_UNEXPECTED'],
  ])('fails the simulation by %s', async (_, answer, code) => {
    const failing = run(async (world) => {
      answering(world, answer)
      const client = world.connect()
      await client.request()
      await client.closed
    })
    await expect(failing).rejects.toMatchObject({ code: 'CAL_ERR_SIMULATION_FAILED', cause: { code } })
  })

  it('takes the end of a connection for the end of a body without a length, and of no other', async () => {
    await run(async (world) => {
      answering(world, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it', { ends: true })
      expect((await world.connect().request()).body.toString()).toBe('all of it')
    })
    await run(async (world) => {
      answering(world, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart', { ends: true })
      await expect(world.connect().request()).rejects.toMatchObject({
        code: 'CAL_ERR_REPLY_CUT_SHORT',
        cause: { code: 'CAL_ERR_REPLY_CUT_SHORT' },
      })
    })
  })

  it.each([
    { target: '/\r\nX: y' },
    { target: '/\u010a\u0120' },
    { headers: { X: '\u65e5' } },
    { headers: { X: 'a\nb' } },
    { body: 5 as never },
  ])('refuses a request that would be another: %o', async (request) => {
    await run(async (world) => {
      await expect(world.connect({ to: 'nowhere' }).request(request)).rejects.toMatchObject({
        code: 'CAL_ERR_OPTION',
      })
    })
  })
})
