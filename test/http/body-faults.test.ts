import { describe, expect, it } from 'vitest'
import { type ErrorCode, ERRORS } from '../../src/errors/catalogue.js'
import type { Handler } from '../../src/http/handler.js'
import type { Limits } from '../../src/http/limits.js'
import { chunked, Gate, get, type MemoryClient, post, VirtualServer } from './memory-client.js'
import { chunkedCases } from './parser/chunked-cases.js'

const FAULTS = chunkedCases.flatMap(({ name, bytes, error, limits }) =>
  error === undefined ? [] : [{ name, bytes, error, limits }],
)

interface Served {
  readonly virtual: VirtualServer
  readonly client: MemoryClient
  /** What the reads of the handlers were rejected with. */
  readonly reasons: unknown[]
  readonly paths: string[]
}

/** A server whose handlers read their bodies in one of two ways, and let what rejects reject. */
function served(limits: Partial<Limits> = {}, reads: 'whole' | 'pieces' = 'whole'): Served {
  const reasons: unknown[] = []
  const paths: string[] = []
  const virtual = new VirtualServer(
    async (asked, response) => {
      paths.push(asked.path)
      try {
        if (reads === 'whole') await asked.body.bytes()
        else for await (const piece of asked.body) if (piece.length === 0) break
      } catch (reason) {
        reasons.push(reason)
        throw reason
      }
      response.send(asked.path)
    },
    { limits },
  )
  return { virtual, client: virtual.connect(), reasons, paths }
}

function expectRefusal(client: MemoryClient, code: ErrorCode): void {
  const reply = client.replies().at(-1)
  expect([reply?.status, reply?.headers.get('connection')]).toEqual([ERRORS[code].status, 'close'])
  expect(reply?.body).toMatch(new RegExp(`^${code}: `))
  expect(client.isEnded).toBe(true)
}

describe('a fault in a body that is being read', () => {
  it.each(FAULTS)(
    'rejects the read with its code, and the client gets it, its status and the end: $name',
    async ({ bytes, error, limits }) => {
      for (const reads of ['whole', 'pieces'] as const) {
        const { virtual, client, reasons, paths } = served(limits, reads)
        client.send(chunked('/body', ''))
        await virtual.settle()
        client.send(bytes + get('/smuggled'))
        await virtual.settle()
        client.send(get('/smuggled'))
        await virtual.settle()
        expectRefusal(client, error)
        expect(reasons).toMatchObject([{ code: error, status: ERRORS[error].status }])
        expect([paths, client.replies().length]).toEqual([['/body'], 1])
        expect([virtual.errors, virtual.reactorErrors]).toEqual([[], []])
        expect(virtual.server.statistics()).toMatchObject({ refused: 1, handlerErrors: 0, requests: 1 })
        expect(virtual.reactor.statistics().timersPending).toBe(2) // the linger, and newcomers' time
      }
    },
  )

  it('lets the replies before it arrive whole, also those of slow handlers', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      await asked.body.bytes()
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + get('/fast') + chunked('/body', '1\r\n'))
    await virtual.settle()
    client.send('xx\r\n' + get('/smuggled'))
    await virtual.settle()
    expect([client.text, client.isEnded]).toEqual(['', false])
    gate.open()
    await virtual.settle()
    expect(client.answers().map((text) => text.slice(0, 9))).toEqual(['200 /slow', '200 /fast', '400 CAL_E'])
    expectRefusal(client, 'CAL_ERR_HTTP_CHUNK_END')
  })

  const LATE: readonly (readonly [string, Handler])[] = [
    ['does not read it', () => new Promise<void>(() => undefined)],
    [
      'has read a part of it',
      (asked) =>
        asked.body[Symbol.asyncIterator]()
          .next()
          .then(() => undefined),
    ],
    [
      'has given it up',
      async (asked) => {
        for await (const piece of asked.body) if (piece.length > 0) break
      },
    ],
  ]
  it.each(LATE)('is answered although the handler %s', async (_name, handler) => {
    const virtual = new VirtualServer(handler)
    const client = virtual.connect().send(chunked('/', '1\r\na\r\n'))
    await virtual.settle()
    client.send('x')
    await virtual.settle()
    expectRefusal(client, 'CAL_ERR_HTTP_CHUNK_SIZE')
    expect(virtual.errors).toEqual([])
  })

  it('ends the connection without another word when the reply has left', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.path))
    const client = virtual.connect().send(chunked('/early', '1\r\na\r\n'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /early'])
    client.send('x\r\n' + get('/smuggled'))
    await virtual.settle()
    expect([client.answers(), client.isEnded]).toEqual([['200 /early'], true])
    expect(virtual.server.statistics()).toMatchObject({ requests: 1, refused: 1 })
  })

  it('lets a reply that has begun come to its end, and then ends the connection', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      response.write('begun, ')
      await asked.body.bytes().catch(() => undefined)
      await gate.opened
      response.end('ended')
    })
    const client = virtual.connect().send(chunked('/', '1\r\na\r\n'))
    await virtual.settle()
    client.send('x' + get('/smuggled'))
    await virtual.settle()
    expect(client.isEnded).toBe(false)
    gate.open()
    await virtual.settle()
    expect([client.answers(), client.isEnded]).toEqual([['200 begun, ended'], true])
  })

  it('breaks a reply off that has begun when its handler fails with it: nobody takes it for whole', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      response.write('begun')
      response.write(await asked.body.bytes())
      response.end()
    })
    const client = virtual.connect().send(chunked('/', '1\r\na\r\n'))
    await virtual.settle()
    client.send('x')
    await virtual.settle()
    expect(client.text).toMatch(/begun\r\n$/)
    expect(client.closeError).not.toBeNull()
  })
})

describe('a fault in what came with the head', () => {
  it.each(FAULTS)('is answered without a handler: $name', async ({ bytes, error, limits }) => {
    const { virtual, client, paths } = served(limits)
    client.send(get('/before') + chunked('/body', bytes) + get('/smuggled'))
    await virtual.settle()
    expectRefusal(client, error)
    expect(paths).toEqual(['/before'])
    // In order, although the handler before it was async.
    expect(client.answers()[0]).toBe('200 /before')
  })
})

describe('a body that ends too early', () => {
  it('is CAL_ERR_HTTP_BODY_INCOMPLETE to the handler and, with 400, to a client that has half-closed', async () => {
    for (const part of [post('/', 'abc').slice(0, -1), chunked('/', '3\r\nabc\r\n'), chunked('/', '0\r\n')]) {
      for (const reads of ['whole', 'pieces'] as const) {
        const { virtual, client, reasons } = served({}, reads)
        client.send(get('/before') + part)
        await virtual.settle()
        client.transport.end()
        await virtual.settle()
        expect(client.answers()[0]).toBe('200 /before')
        expectRefusal(client, 'CAL_ERR_HTTP_BODY_INCOMPLETE')
        expect(reasons).toMatchObject([{ code: 'CAL_ERR_HTTP_BODY_INCOMPLETE', status: 400 }])
        expect([virtual.errors, client.isClosed]).toEqual([[], true])
      }
    }
  })

  it('is no fault when it was complete: a client may half-close behind it', async () => {
    for (const whole of [post('/a', 'abc'), chunked('/a', '3\r\nabc\r\n0\r\n\r\n')]) {
      const { virtual, client } = served()
      client.send(whole)
      client.transport.end()
      await virtual.settle()
      expect([client.answers(), client.isClosed]).toEqual([['200 /a'], true])
    }
  })

  it('is 408 when the rest does not come in time, and the handler hears of it', async () => {
    const { virtual, client, reasons } = served()
    client.send(post('/', 'abc').slice(0, -1))
    await virtual.pass(10_000)
    expectRefusal(client, 'CAL_ERR_HTTP_TIMEOUT')
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_HTTP_TIMEOUT', status: 408 }])
    expect(virtual.errors).toEqual([])
  })
})
