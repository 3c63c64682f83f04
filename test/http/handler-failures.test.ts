import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/errors/catalogue.js'
import type { Handler } from '../../src/http/handler.js'
import { Gate, get, type MemoryClient, VirtualServer } from './memory-client.js'

const failure = new Error('on purpose')
const FAILED = `500 CAL_ERR_HTTP_HANDLER: ${Buffer.from(ERRORS.CAL_ERR_HTTP_HANDLER.message).toString('latin1')}\n`

async function served(
  handler: Handler,
  ...packets: string[]
): Promise<{ virtual: VirtualServer; client: MemoryClient }> {
  const virtual = new VirtualServer(handler)
  const client = virtual.connect().send(...packets)
  await virtual.settle()
  return { virtual, client }
}

const FAILING: readonly (readonly [string, Handler])[] = [
  [
    'throws',
    () => {
      throw failure
    },
  ],
  ['rejects at once', () => Promise.reject(failure)],
  ['rejects later', () => Promise.resolve().then(() => Promise.reject(failure))],
  [
    'throws after it has set a head',
    (_asked, response) => {
      response.status(201).header('X-Half', 'done').header('Content-Length', 3)
      throw failure
    },
  ],
  [
    'rejects with a thenable of its own',
    () =>
      ({
        then: (_resolve: unknown, reject: (error: Error) => void) => reject(failure),
      }) as unknown as Promise<void>,
  ],
]

describe.each(FAILING)('a handler that %s', (_name, failing) => {
  it('is answered with 500 and told to onError, and the connection goes on', async () => {
    const handler: Handler = (asked, response) =>
      asked.path === '/fails' ? failing(asked, response) : response.send('ok')
    const { virtual, client } = await served(handler, get('/a') + get('/fails') + get('/b'))
    expect(client.answers()).toEqual(['200 ok', FAILED, '200 ok'])
    expect(client.replies()[1]?.headers.has('x-half')).toBe(false)
    expect(virtual.errors).toEqual([failure])
    expect(client.isEnded).toBe(false)
    expect(virtual.server.statistics()).toMatchObject({ handlerErrors: 1, responses: 3 })
  })

  it('shows the client nothing of the error', async () => {
    const { client } = await served(failing, get('/'))
    expect(client.text).not.toContain('on purpose')
  })
})

describe('a handler that fails', () => {
  it('with anything at all, even nothing, is answered with 500', async () => {
    for (const thrown of [undefined, null, 0, '', 'text', Symbol('s'), {}]) {
      const { virtual, client } = await served(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers do
        throw thrown
      }, get('/'))
      expect(client.answers()).toEqual([FAILED])
      expect(virtual.errors).toEqual([thrown])
    }
  })

  it('is told to onError with its request', async () => {
    const paths: string[] = []
    const virtual = new VirtualServer(() => Promise.reject(failure), {
      onError: (_error, asked) => paths.push(asked.path),
    })
    virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    expect(paths).toEqual(['/a', '/b'])
  })

  it('is answered even when onError throws; the reactor is told of that', async () => {
    const second = new Error('second')
    const virtual = new VirtualServer(
      () => {
        throw failure
      },
      {
        onError: () => {
          throw second
        },
      },
    )
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    expect(client.answers()).toEqual([FAILED, FAILED])
    expect(virtual.reactorErrors).toEqual([second, second])
  })

  it('after it has sent its reply is reported, and the reply stays', async () => {
    const { virtual, client } = await served(
      (_asked, response) => {
        response.send('sent')
        throw failure
      },
      get('/a') + get('/b'),
    )
    expect(client.answers()).toEqual(['200 sent', '200 sent'])
    expect(virtual.errors).toEqual([failure, failure])
  })

  it('while it waits for its turn is answered in its turn', async () => {
    const gate = new Gate()
    const { virtual, client } = await served(
      async (asked, response) => {
        if (asked.path === '/fails') throw failure
        await gate.opened
        response.send(asked.path)
      },
      get('/slow') + get('/fails'),
    )
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', FAILED])
  })

  it.each([
    ['a chunked reply', (_asked, response) => void response.write('half')],
    [
      'a reply of declared length',
      (_asked, response) => void response.header('Content-Length', 100).write('half'),
    ],
    ['a reply of which only the head has left', (_asked, response) => void response.write('')],
  ] as readonly (readonly [string, Handler])[])(
    'in the midst of %s breaks the connection, so that nobody takes the half for the whole',
    async (_name, begin) => {
      const seen: string[] = []
      const { virtual, client } = await served(async (asked, response) => {
        seen.push(asked.path)
        void begin(asked, response)
        await Promise.resolve()
        throw failure
      }, get('/'))
      expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
      expect(client.text).not.toContain('500')
      expect(virtual.errors).toEqual([failure])
      expect(virtual.server.statistics().connections.open).toBe(0)
    },
  )

  it('synchronously in the midst of a stream has nothing behind it dispatched', async () => {
    const seen: string[] = []
    const { client } = await served(
      (asked, response) => {
        seen.push(asked.path)
        response.write('half')
        throw failure
      },
      get('/a') + get('/b'),
    )
    expect(seen).toEqual(['/a'])
    expect(client.isClosed).toBe(true)
  })

  it('because its client has gone is not reported: it was told, and told us', async () => {
    const virtual = new VirtualServer(async (_asked, response) => {
      response.write('x'.repeat(100_000))
      await response.drained()
    })
    const client = virtual.connect({ highWaterMark: 1000 }).send(get('/'))
    client.transport.pause()
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(virtual.errors).toEqual([])
    expect(virtual.server.statistics()).toMatchObject({ handlerErrors: 0, aborted: 1 })
  })

  it('for a reason of its own after its client has gone is reported', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async () => {
      await gate.opened
      throw failure
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(virtual.errors).toEqual([failure])
  })
})
