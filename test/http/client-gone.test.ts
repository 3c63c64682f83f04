import { describe, expect, it } from 'vitest'
import type { Request } from '../../src/http/request.js'
import type { Response } from '../../src/http/response.js'
import { chunked, Gate, get, post, VirtualServer } from './memory-client.js'

const gone: unknown = expect.objectContaining({ name: 'CalandriaError', code: 'CAL_ERR_CLIENT_GONE' })

describe('a client that half-closes', () => {
  it('gets every reply that it asked for, those of async handlers too, and then the end (RFC 9112 §9.6)', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path !== '/now') await virtual.reactor.sleep(asked.path === '/late' ? 50 : 20)
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/now') + get('/late') + get('/soon') + post('/now', 'x'))
    client.transport.end()
    await virtual.settle()
    expect([...client.answers(), client.isEnded]).toEqual(['200 /now', false])
    await virtual.pass(50)
    expect(client.answers()).toEqual(['200 /now', '200 /late', '200 /soon', '200 /now'])
    expect([client.isEnded, client.isClosed, client.closeError]).toEqual([true, true, null])
    expect(virtual.server.statistics()).toMatchObject({ aborted: 0, connections: { open: 0 } })
  })

  it('does not abort the signal of a request that is being answered', async () => {
    const gate = new Gate()
    let signal: AbortSignal | null = null
    const virtual = new VirtualServer(async (asked, response) => {
      signal = asked.signal
      await gate.opened
      response.send()
    })
    const client = virtual.connect().send(get('/'))
    client.transport.end()
    await virtual.settle()
    expect(signal!.aborted).toBe(false)
    gate.open()
    await virtual.settle()
    expect(signal!.aborted).toBe(false)
    expect(client.isClosed).toBe(true)
  })

  it('gets the whole of a stream', async () => {
    const virtual = new VirtualServer(async (_asked, response) => {
      for (let i = 0; i < 5; i++) {
        response.write('x')
        await virtual.reactor.sleep(10)
      }
      response.end()
    })
    const client = virtual.connect().send(get('/'))
    client.transport.end()
    await virtual.pass(50)
    expect(client.answers()).toEqual(['200 xxxxx'])
    expect(client.isClosed).toBe(true)
  })

  it.each([
    ['without a request', ''],
    ['in the midst of a head', 'GET / HT'],
  ])('%s gets the end, and nothing is dispatched', (_name, part) => {
    let dispatched = 0
    const virtual = new VirtualServer(() => {
      dispatched++
    })
    const client = virtual.connect()
    if (part !== '') client.send(part)
    client.transport.end()
    virtual.run()
    expect([client.text, client.isEnded, client.isClosed, dispatched]).toEqual(['', true, true, 0])
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })

  it.each([
    ['of a declared length', post('/', 'body').slice(0, -1)],
    ['in chunks', chunked('/', '4\r\nbod')],
  ])(
    'in the midst of a body %s is told so, whether it is read or not, and so is who reads it',
    async (_name, part) => {
      for (const reads of [true, false]) {
        const reasons: unknown[] = []
        const virtual = new VirtualServer(async (asked) => {
          asked.signal.addEventListener('abort', () => reasons.push('aborted'))
          if (reads) await asked.body.bytes().catch((reason: unknown) => reasons.push(reason))
        })
        const client = virtual.connect().send(part)
        await virtual.settle()
        expect([client.text, reasons]).toEqual(['', []])
        client.transport.end()
        await virtual.settle()
        expect(client.replies().map((reply) => [reply.status, reply.headers.get('connection')])).toEqual([
          [400, 'close'],
        ])
        expect(client.text).toContain('CAL_ERR_HTTP_BODY_INCOMPLETE')
        expect([client.isEnded, client.isClosed]).toEqual([true, true])
        expect(reasons).toEqual(
          reads
            ? ['aborted', expect.objectContaining({ code: 'CAL_ERR_HTTP_BODY_INCOMPLETE' })]
            : ['aborted'],
        )
        expect(virtual.errors).toEqual([])
        expect(virtual.reactor.statistics().timersPending).toBe(0)
      }
    },
  )

  it('in the midst of a body that is echoed breaks the reply off, and is not the fault of the handler', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      for await (const piece of asked.body) response.write(piece)
      response.end()
    })
    const client = virtual.connect().send(chunked('/', '4\r\nbody\r\n'))
    await virtual.settle()
    expect(client.text).toContain('body')
    client.transport.end()
    await virtual.settle()
    expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect([virtual.errors, virtual.server.statistics().handlerErrors]).toEqual([[], 0])
  })

  it('gets the replies before a part of a request that never came whole', () => {
    const virtual = new VirtualServer((_asked, response) => response.send('ok'))
    const client = virtual.connect().send(get('/') + get('/') + 'GET /')
    client.transport.end()
    virtual.run()
    expect(client.answers()).toEqual(['200 ok', '200 ok'])
    expect(client.isClosed).toBe(true)
  })
})

describe('a client that ends its side, where that counts as leaving (allowHalfOpen: false)', () => {
  it('aborts what it still waits for, and still gets the replies that were complete', async () => {
    const reasons: unknown[] = []
    const virtual = new VirtualServer(
      async ({ path, scope, signal }, response) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason))
        if (path === '/late') await scope.sleep(1000)
        response.send(path)
      },
      { allowHalfOpen: false },
    )
    const client = virtual.connect().send(get('/now') + get('/late') + get('/behind'))
    await virtual.pass(10)
    client.transport.end()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /now'])
    expect(reasons).toEqual([gone, gone])
    expect(client.isClosed).toBe(true)
    expect(virtual.server.statistics()).toMatchObject({ aborted: 2, connections: { open: 0 } })
    expect(virtual.reactor.statistics().timersPending).toBe(0)
    expect(virtual.errors).toEqual([])
  })

  it('ends in order when nothing is owed', async () => {
    const virtual = new VirtualServer((_asked, response) => response.send('ok'), { allowHalfOpen: false })
    const client = virtual.connect().send(get('/'))
    client.transport.end()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 ok'])
    expect([client.isEnded, client.isClosed, client.closeError]).toEqual([true, true, null])
    expect(virtual.server.statistics()).toMatchObject({ aborted: 0, connections: { open: 0 } })
  })
})

describe('a client that resets its connection', () => {
  /** A request that is being handled when its client goes away. */
  async function abandoned(before: (asked: Request, response: Response) => void = () => undefined): Promise<{
    virtual: VirtualServer
    asked: Request
    response: Response
  }> {
    let kept: { asked: Request; response: Response } | null = null
    const virtual = new VirtualServer((asked, response) => {
      before(asked, response)
      kept = { asked, response }
    })
    const client = virtual.connect({ remoteAddress: '192.0.2.1' }).send(get('/path?q=1', 'A: b'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    return { virtual, ...kept! }
  }

  it('aborts the signals of all that it asked for, with CAL_ERR_CLIENT_GONE', async () => {
    const signals: AbortSignal[] = []
    const virtual = new VirtualServer((asked) => void signals.push(asked.signal))
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(signals.map((signal) => signal.reason as unknown)).toEqual([gone, gone])
    expect(virtual.server.statistics()).toMatchObject({ aborted: 2, connections: { open: 0, closed: 1 } })
  })

  it('is seen by a signal that is asked for later', async () => {
    const { asked } = await abandoned()
    expect([asked.signal.aborted, asked.signal.reason]).toEqual([true, gone])
  })

  it('rejects drained(), before and after', async () => {
    let waiting: Promise<void> | null = null
    const virtual = new VirtualServer((_asked, response) => {
      response.write('x'.repeat(100_000))
      waiting = response.drained()
      waiting.catch(() => undefined)
    })
    const client = virtual.connect({ highWaterMark: 1000 }).send(get('/'))
    client.transport.pause()
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    await expect(waiting).rejects.toEqual(gone)
    const { response } = await abandoned()
    await expect(response.drained()).rejects.toEqual(gone)
  })

  it('makes whatever the handler still does with its response harmless', async () => {
    for (const before of [
      () => undefined,
      (_asked: Request, response: Response) => void response.write('begun'),
    ]) {
      const { response, virtual } = await abandoned(before)
      expect(response.isEnded).toBe(true)
      expect(response.write('x')).toBe(false)
      response.status(500).header('A', 'b')
      response.send('x')
      response.json({})
      response.end('x')
      await virtual.settle()
      expect(virtual.errors).toEqual([])
      expect(virtual.server.statistics().responses).toBe(0)
    }
  })

  it('leaves the request readable, but for the address of a client that has gone', async () => {
    const { asked } = await abandoned()
    expect([asked.method, asked.path, asked.query.get('q'), asked.headers.get('a')]).toEqual([
      'GET',
      '/path',
      '1',
      'b',
    ])
  })

  it('while replies are ready behind a slow one drops them, and counts each request once', async () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path !== '/slow') response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + get('/a') + get('/b'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(virtual.server.statistics()).toMatchObject({ requests: 3, responses: 0, aborted: 3 })
  })

  it('when nothing is owed aborts nothing', async () => {
    const virtual = new VirtualServer((_asked, response) => response.send())
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(virtual.server.statistics()).toMatchObject({ aborted: 0, responses: 1, connections: { open: 0 } })
  })

  it('in the midst of a request leaves no trace of it for the next connection', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.target))
    for (const part of [
      'GET /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n',
      post('/secret', 'body').slice(0, -1),
      'G',
      '\r',
    ]) {
      const client = virtual.connect().send(part)
      await virtual.settle()
      client.transport.abort()
      await virtual.settle()
      const next = virtual.connect().send(get('/next'))
      await virtual.settle()
      expect(next.answers()).toEqual(['200 /next'])
    }
  })
})
