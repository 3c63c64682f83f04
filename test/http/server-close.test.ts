import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { Gate, get, post, VirtualServer } from './memory-client.js'

const ok: Handler = (_asked, response) => response.send('ok')

describe('server.close()', () => {
  it('resolves at once when there is no connection', async () => {
    const virtual = new VirtualServer(ok)
    expect(await virtual.server.close()).toEqual({ answered: 0, idleClosed: 0, aborted: 0 })
  })

  it('ends idle connections at once, used ones and fresh ones', async () => {
    const virtual = new VirtualServer(ok)
    const clients = [virtual.connect(), virtual.connect().send(get('/'))]
    await virtual.settle()
    const outcome = virtual.close()
    await virtual.settle()
    expect(clients.map((client) => client.isEnded)).toEqual([true, true])
    expect(outcome.report).toBeNull()
    for (const client of clients) client.transport.end()
    await virtual.settle()
    expect(outcome.report).toEqual({ answered: 0, idleClosed: 2, aborted: 0 })
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })

  it('ends many idle connections few at a time, and all of them when drainMs is over', async () => {
    const virtual = new VirtualServer(ok)
    const clients = Array.from({ length: 300 }, () => virtual.connect().send(get('/')))
    await virtual.settle()
    const ended = (): number => clients.filter((client) => client.isEnded).length
    const outcome = virtual.close({ drainMs: 5 }) // nobody ends its own side
    await virtual.pass(4)
    expect(ended()).toBeGreaterThanOrEqual(32)
    expect(ended()).toBeLessThan(300)
    await virtual.pass(3)
    expect(clients.every((client) => client.isEnded || client.isClosed)).toBe(true)
    expect(outcome.report).toEqual({ answered: 0, idleClosed: 300, aborted: 0 })
  })

  it('has what is in flight answered, with Connection: close, and then the connection ended', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    const outcome = virtual.close()
    await virtual.settle()
    expect(client.isEnded).toBe(false)
    gate.open()
    await virtual.settle()
    expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
      ['/a', undefined],
      ['/b', 'close'],
    ])
    expect(client.isEnded).toBe(true)
    client.transport.end()
    await virtual.settle()
    expect(outcome.report).toEqual({ answered: 2, idleClosed: 0, aborted: 0 })
  })

  it('lets a stream that began before it come to its end, and ends the connection then', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (_asked, response) => {
      response.write('a')
      await gate.opened
      response.end('b')
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    const outcome = virtual.close()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 ab'])
    expect(client.isEnded).toBe(true)
    client.transport.end()
    await virtual.settle()
    expect([outcome.report, virtual.clock.now()]).toEqual([{ answered: 1, idleClosed: 0, aborted: 0 }, 0])
  })

  it('answers all that was received already, a backlog too', async () => {
    const virtual = new VirtualServer((asked, response) => {
      virtual.clock.advance(5)
      response.send(asked.target)
    })
    const targets = Array.from({ length: 30 }, (_, i) => `/?${i}`)
    const client = virtual.connect().send(targets.map((target) => get(target)).join(''))
    virtual.reactor.turn()
    virtual.reactor.turn()
    const outcome = virtual.close()
    await virtual.settle()
    client.transport.end()
    await virtual.settle()
    expect(client.answers()).toEqual(targets.map((target) => `200 ${target}`))
    expect(
      client
        .replies()
        .map((reply) => reply.headers.has('connection'))
        .indexOf(true),
    ).toBe(29)
    expect(outcome.report?.aborted).toBe(0)
    expect(client.isEnded).toBe(true)
  })

  it.each([
    ['head', get('/')],
    ['body', post('/', 'body')],
  ])('answers a request whose %s is half here when the rest comes in time', async (_name, whole) => {
    const virtual = new VirtualServer(async (asked, response) => {
      await asked.body.bytes()
      response.send('ok')
    })
    const client = virtual.connect().send(whole.slice(0, -2))
    await virtual.settle()
    const outcome = virtual.close()
    await virtual.pass(100)
    expect(client.isEnded).toBe(false)
    client.send(whole.slice(-2))
    await virtual.settle()
    expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
      ['ok', 'close'],
    ])
    client.transport.end()
    await virtual.settle()
    expect(outcome.report).toEqual({ answered: 1, idleClosed: 0, aborted: 0 })
  })

  it('aborts after drainMs what is still owed, and not a millisecond before', async () => {
    const reasons: unknown[] = []
    const virtual = new VirtualServer((asked) => {
      asked.signal.addEventListener('abort', () => reasons.push(asked.signal.reason))
    })
    const clients = [
      virtual.connect().send(get('/')),
      virtual.connect().send(get('/')),
      virtual.connect().send('GET /half'),
    ]
    await virtual.settle()
    const outcome = virtual.close({ drainMs: 300 })
    await virtual.pass(299)
    expect([outcome.report, reasons]).toEqual([null, []])
    await virtual.pass(1)
    expect(outcome.report).toEqual({ answered: 0, idleClosed: 0, aborted: 3 })
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_CLIENT_GONE' }, { code: 'CAL_ERR_CLIENT_GONE' }])
    expect(clients.map((client) => client.closeError)).toMatchObject(
      clients.map(() => ({ code: 'ECONNRESET' })),
    )
    expect(virtual.server.statistics().connections.open).toBe(0)
  })

  it('waits ten seconds where no drainMs is given', async () => {
    const virtual = new VirtualServer(() => undefined)
    virtual.connect().send(get('/'))
    await virtual.settle()
    const outcome = virtual.close()
    await virtual.pass(9999)
    expect(outcome.report).toBeNull()
    await virtual.pass(1)
    expect(outcome.report?.aborted).toBe(1)
  })

  it('does not dispatch a backlog after it has aborted its connection', async () => {
    let dispatched = 0
    const virtual = new VirtualServer(
      () => {
        dispatched++
      },
      { limits: { inFlight: 2 } },
    )
    virtual.connect().send(get('/').repeat(10))
    await virtual.settle()
    virtual.close({ drainMs: 10 })
    await virtual.pass(10)
    expect(dispatched).toBe(2)
  })

  it('may be called by a handler, before or after it answers: what was received behind it is answered too', async () => {
    for (const isBefore of [true, false]) {
      const virtual = new VirtualServer((asked, response) => {
        if (asked.path === '/quit' && isBefore) void virtual.server.close()
        response.send(asked.path)
        if (asked.path === '/quit') void virtual.server.close()
      })
      const client = virtual.connect().send(get('/a') + get('/quit') + get('/b') + get('/c'))
      await virtual.settle()
      expect(client.replies().map((reply) => [reply.body, reply.headers.get('connection')])).toEqual([
        ['/a', undefined],
        ['/quit', undefined],
        ['/b', undefined],
        ['/c', 'close'],
      ])
      expect(client.isEnded).toBe(true)
    }
  })

  it('gives the same promise, and the same report, every time', async () => {
    const virtual = new VirtualServer(ok)
    const promise = virtual.server.close({ drainMs: 5 })
    expect(virtual.server.close({ drainMs: 500 })).toBe(promise)
    expect(Object.isFrozen(await promise)).toBe(true)
  })

  it('ends a connection that is accepted after it, at once', async () => {
    const virtual = new VirtualServer(ok)
    await virtual.server.close()
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect([client.text, client.isEnded]).toEqual(['', true])
  })

  it('is what `await using` does', async () => {
    const virtual = new VirtualServer(ok)
    const client = virtual.connect()
    const disposed = virtual.server[Symbol.asyncDispose]()
    await virtual.settle()
    client.transport.end()
    await virtual.settle()
    await expect(disposed).resolves.toBeUndefined()
  })

  it('does not serve what a client sends after its connection was ended', async () => {
    const virtual = new VirtualServer(ok)
    const client = virtual.connect()
    await virtual.settle()
    virtual.close()
    client.send(get('/'))
    await virtual.settle()
    expect([client.text, client.isEnded]).toEqual(['', true])
  })

  it('answers a hundred connections, each with its own', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await virtual.reactor.sleep(Number(asked.query.get('ms')))
      response.send(asked.target)
    })
    const clients = Array.from({ length: 100 }, (_, i) => virtual.connect().send(get(`/?ms=${(i % 7) + 1}`)))
    await virtual.settle()
    const outcome = virtual.close({ drainMs: 100 })
    await virtual.pass(7)
    for (const client of clients) client.transport.end()
    await virtual.settle()
    expect(clients.map((client) => client.answers())).toEqual(
      clients.map((_, i) => [`200 /?ms=${(i % 7) + 1}`]),
    )
    expect(outcome.report).toEqual({ answered: 100, idleClosed: 0, aborted: 0 })
  })
})
