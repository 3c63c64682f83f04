// The flush museum of design.md, second room: how connections end. Every test is named after a failure that some
// server has shown.
import { describe, expect, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { startProgram } from './child-program.js'
import { HeldResponses } from './held-responses.js'
import { RawClient, type Reply } from './raw-client.js'
import { get, gets } from './requests.js'
import { READ_PATHS, startFrozenServer } from './started-server.js'

const echoTarget: Handler = (request, response) => response.send(request.target)
const MALFORMED = 'GET /malformed HTTP/1.1\r\nHost : localhost\r\n\r\n'
const CLOSE = get('/close', 'Connection: close')
/** Megabytes of requests: more than the kernel holds, so that they are still being sent when the server is done. */
const FLOOD = Buffer.from(gets(150_000))

const bodies = (replies: readonly Reply[]): string[] => replies.map(({ body }) => String(body))

/** Reads up to the end, gives its own, and makes sure that no reset came between. */
async function expectPeacefulEnd(client: RawClient): Promise<void> {
  expect(String(await client.rest())).toBe('')
  client.end()
  expect(await client.closed).toBeNull()
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('requests served after Connection: close (bun#33005)', async () => {
    const { server } = await startFrozenServer({ readPath, handler: echoTarget })
    const client = await RawClient.connect(server)
    client.send(get('/first') + CLOSE + get('/never') + get('/never'))
    const replies = await client.replies(2)
    expect(bodies(replies)).toEqual(['/first', '/close'])
    expect(replies.map(({ headers }) => headers.get('connection'))).toEqual([undefined, 'close'])
    client.send(get('/never'))
    await expectPeacefulEnd(client)
    expect(server.statistics()).toMatchObject({ requests: 2, responses: 2, refused: 0 })
  })

  test('requests served after Connection: close: the handler’s', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        if (request.target === '/1') response.header('Connection', 'close')
        response.send(request.target)
      },
    })
    const client = await RawClient.connect(server)
    expect(bodies(await client.send(gets(5)).replies(2))).toEqual(['/0', '/1'])
    await expectPeacefulEnd(client)
    expect(server.statistics()).toMatchObject({ requests: 2, responses: 2, aborted: 0 })
  })

  test('connection closed behind a streaming reply (bun#38128)', async () => {
    let finish!: () => void
    const { server } = await startFrozenServer({
      readPath,
      handler: (request, response) => {
        if (request.target === '/stream') {
          response.write('begun, ')
          finish = () => response.end('ended')
        } else {
          response.send(request.target)
        }
      },
    })
    const client = await RawClient.connect(server)
    client.send(get('/stream') + get('/behind') + CLOSE)
    const begun = await client.bytes(20)
    expect(String(begun)).toContain('HTTP/1.1 200 OK')
    finish()
    const rest = String(await client.rest())
    expect(rest).toContain('7\r\nbegun, \r\n5\r\nended\r\n0\r\n\r\nHTTP/1.1 200 OK')
    expect(rest.indexOf('/behind')).toBeLessThan(rest.indexOf('/close'))
    expect(rest.endsWith('/close')).toBe(true)
  })

  test('connection closed behind a streaming reply: it lives on when nobody asked for its end', async () => {
    const { server } = await startFrozenServer({
      readPath,
      handler: async (_request, response) => {
        for (const piece of ['one ', 'two ', 'three']) {
          response.write(piece)
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.end()
      },
    })
    const client = await RawClient.connect(server)
    for (let round = 0; round < 3; round++) {
      expect(bodies(await client.send(gets(2)).replies(2))).toEqual(['one two three', 'one two three'])
    }
    expect(server.statistics().connections).toEqual({ open: 1, accepted: 1, closed: 0, refused: 0 })
  })

  describe.each([
    ['Connection: close', CLOSE, 200, '/close'],
    ['a malformed request', MALFORMED, 400, /^CAL_ERR_HTTP_FIELD_NAME: /],
  ])('replies lost when %s follows in the same read (node:http)', (_what, last, status, body) => {
    test.each([
      ['nothing behind it', Buffer.alloc(0)],
      ['a few requests behind it', Buffer.from(gets(10))],
      ['megabytes of unread requests behind it', FLOOD],
    ])('%s', async (_what, behind) => {
      const { server } = await startFrozenServer({ readPath, handler: echoTarget })
      const client = await RawClient.connect(server)
      client.send(Buffer.concat([Buffer.from(gets(16) + last), behind]))

      expect(bodies(await client.replies(16))).toEqual(Array.from({ length: 16 }, (_, i) => `/${i}`))
      const reply = await client.reply()
      expect(reply.status).toBe(status)
      expect(reply.headers.get('connection')).toBe('close')
      expect(String(reply.body)).toMatch(body)
      await expectPeacefulEnd(client)
      expect(server.statistics().responses).toBe(17)
    })

    test('async replies before it', async () => {
      const held = new HeldResponses()
      const { server } = await startFrozenServer({
        readPath,
        handler: (request, response) =>
          request.target === '/close' ? response.send('/close') : held.handler(request, response),
      })
      const client = await RawClient.connect(server)
      client.send(Buffer.concat([Buffer.from(gets(16) + last), FLOOD]))
      await held.haveStarted(16)
      while (held.waiting.length > 0) held.answer(held.waiting.length - 1)

      expect(bodies(await client.replies(16))).toEqual(Array.from({ length: 16 }, (_, i) => `/${i}`))
      expect((await client.reply()).status).toBe(status)
      await expectPeacefulEnd(client)
      expect(held.started).toHaveLength(16)
    })
  })

  test('a slow handler holds finished replies; exit drops them (bun#42796)', async () => {
    const { program, address } = await startProgram('test/sockets/programs/exiting-server.mjs', [readPath])
    const client = await RawClient.connect(address.port)
    client.send(get('/first') + get('/exit'))
    expect(String((await client.reply()).body)).toBe('/first')
    expect((await program.ended).code).toBe(7)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'work in flight dropped on %s, or the process never exits',
    async (signal) => {
      const environment = { CALANDRIA_READ_PATH: readPath }
      const { program, address } = await startProgram('build/examples/demo.js', ['--port', '0'], {
        environment,
      })
      const busy = [await RawClient.connect(address.port), await RawClient.connect(address.port)]
      const idle = await RawClient.connect(address.port)
      await idle.send(get('/')).reply()
      for (const client of busy) {
        client.send(get('/echo') + get('/delay/150') + get('/delay/100') + get('/echo'))
        await client.reply() // what stands behind it in the same packet has been read too
      }

      program.process.kill(signal)

      await expectPeacefulEnd(idle)
      for (const client of busy) {
        expect(bodies(await client.replies(3))).toEqual(['150', '100', ''])
        await expectPeacefulEnd(client)
      }
      expect(await program.ended).toEqual({ code: 0, signal: null })
      expect(program.output).toMatch(/closed: \d+ answered, \d+ idle, 0 aborted/)
    },
  )
})
