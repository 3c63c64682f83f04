import { describe, expect, test } from 'vitest'
import { READ_PATHS, startServer } from '../sockets/started-server.js'
import { mixedExchange, mixedHandler } from './mixed-exchanges.js'

describe.each(READ_PATHS)('fetch, read path %s', (readPath) => {
  test('gets the right reply to each of 200 mixed requests', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const exchanges = Array.from({ length: 200 }, (_, i) => mixedExchange(i))
    await Promise.all(
      exchanges.map(async ({ method, path, sent, status, received }) => {
        const body = sent === null ? null : new Uint8Array(sent)
        const reply = await fetch(`http://127.0.0.1:${server.address.port}${path}`, { method, body })
        expect([path, reply.status]).toEqual([path, status])
        expect(Buffer.from(await reply.arrayBuffer()).equals(received)).toBe(true)
      }),
    )
    expect(server.statistics()).toMatchObject({ responses: 200, aborted: 0, refused: 0 })
  })

  test('sees the headers that the handler has set, and UTF-8 as it was', async () => {
    const server = await startServer({
      readPath,
      handler: (request, response) => {
        response.status(201).header('X-Echo', request.headers.get('x-question') ?? '')
        response.header('Set-Cookie', ['a=1', 'b=2']).json({ text: 'Grüße, 世界' })
      },
    })
    const reply = await fetch(`http://127.0.0.1:${server.address.port}/`, {
      headers: { 'X-Question': 'why' },
    })
    expect(reply.status).toBe(201)
    expect(reply.headers.get('x-echo')).toBe('why')
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(await reply.json()).toEqual({ text: 'Grüße, 世界' })
  })

  test('streams a large body, and aborting it aborts the handler’s signal', async () => {
    let aborted!: (reason: unknown) => void
    const gone = new Promise((resolve) => (aborted = resolve))
    const server = await startServer({
      readPath,
      handler: async ({ signal }, response) => {
        signal.addEventListener('abort', () => aborted(signal.reason))
        for (;;) {
          if (response.write(Buffer.alloc(65_536, 'x'))) continue
          if (
            !(await response.drained().then(
              () => true,
              () => false,
            ))
          )
            return
        }
      },
    })
    const controller = new AbortController()
    const reply = await fetch(`http://127.0.0.1:${server.address.port}/`, { signal: controller.signal })
    const reader = reply.body!.getReader()
    for (let received = 0; received < 5_000_000;) {
      const { value } = (await reader.read()) as { value: Uint8Array }
      received += value.length
    }
    controller.abort()
    expect(await gone).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
  })

  test('that is aborted while it waits aborts the handler’s signal, where the end of a client is its leaving', async () => {
    let called!: () => void
    let aborted!: (reason: unknown) => void
    const asked = new Promise<void>((resolve) => (called = resolve))
    const gone = new Promise((resolve) => (aborted = resolve))
    const server = await startServer({
      readPath,
      allowHalfOpen: false,
      handler: ({ signal }) => {
        signal.addEventListener('abort', () => aborted(signal.reason))
        called()
      },
    })
    const controller = new AbortController()
    const reply = fetch(`http://127.0.0.1:${server.address.port}/`, { signal: controller.signal })
    const failed = expect(reply).rejects.toThrow('aborted')
    await asked
    controller.abort()
    await failed
    expect(await gone).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
  })
})
