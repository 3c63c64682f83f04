import { describe, expect, it } from 'vitest'
import { get, post, request, VirtualServer } from './memory-client.js'

describe('statistics()', () => {
  it('of a server that has done nothing are all zero', () => {
    const { server } = new VirtualServer(() => undefined)
    expect(server.statistics()).toMatchObject({
      connections: { open: 0, accepted: 0, closed: 0 },
      requests: 0,
      responses: 0,
      refused: 0,
      handlerErrors: 0,
      aborted: 0,
      writes: 0,
      responsesPerWrite: 0,
      repliesHeld: 0,
      longestHoldMs: 0,
      slicesUsedUp: 0,
      readPath: null,
      writePath: null,
    })
  })

  it('count requests, responses, refusals, failures and connections, each for itself', async () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/throws') throw new Error('on purpose')
      if (asked.path !== '/never') response.send()
    })
    virtual.connect().send(get('/') + post('/', 'x') + get('/throws') + request('BREW', '/'))
    virtual.connect().send(get('/') + 'nonsense\r\n')
    const leaving = virtual.connect().send(get('/never') + get('/'))
    await virtual.settle()
    leaving.transport.abort()
    await virtual.settle()
    expect(virtual.server.statistics()).toMatchObject({
      connections: { open: 2, accepted: 3, closed: 1 },
      requests: 7,
      responses: 6,
      refused: 1,
      handlerErrors: 1,
      aborted: 2,
    })
  })

  it('do not count a streamed reply as held whose last bytes had left before it ended', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') virtual.clock.advance(20)
      response.header('Content-Length', 4).write('body')
      await virtual.reactor.yield() // and that leaves: the end of the reply has no bytes of its own
      response.end()
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.send(get('/slow'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 body', '200 body'])
    expect(virtual.server.statistics()).toMatchObject({ responses: 2, repliesHeld: 0 })
  })

  it('account for every request: answered, aborted, or still in flight', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await virtual.reactor.sleep(Number(asked.query.get('ms')))
      response.send()
    })
    const clients = Array.from({ length: 10 }, (_, i) =>
      virtual.connect().send(get(`/?ms=${i}`) + get('/?ms=5')),
    )
    await virtual.settle()
    for (let ms = 0; ms < 12; ms++) {
      if (ms < 10 && ms % 3 === 0) clients[ms]!.transport.abort()
      await virtual.pass(1)
      const { requests, responses, aborted } = virtual.server.statistics()
      expect(requests).toBe(20)
      expect(responses + aborted).toBeLessThanOrEqual(20)
    }
    const { responses, aborted, connections } = virtual.server.statistics()
    expect(responses + aborted).toBe(20)
    expect(connections).toEqual({ open: 6, accepted: 10, closed: 4, refused: 0 })
  })

  it('are a frozen snapshot, which later events leave as it is', () => {
    const virtual = new VirtualServer((_asked, response) => response.send())
    const before = virtual.server.statistics()
    virtual.connect().send(get('/'))
    virtual.run()
    expect(before.requests).toBe(0)
    expect([before, before.connections, before.reactor].map((part) => Object.isFrozen(part))).toEqual([
      true,
      true,
      true,
    ])
    expect(virtual.server.statistics().requests).toBe(1)
  })

  it('have no address and no read path where nobody listens', () => {
    const { server } = new VirtualServer(() => undefined)
    expect([server.address, server.statistics().readPath]).toEqual([null, null])
  })
})
