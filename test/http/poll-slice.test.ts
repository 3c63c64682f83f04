import { describe, expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import type { ServeOptions } from '../../src/http/server-options.js'
import { get, post, VirtualServer } from './memory-client.js'
import { PolledTransport } from './polled-transport.js'

/** Handlers take as many milliseconds as their path says; `order` has the targets in the order of their dispatch. */
function polled(count: number, options: Partial<ServeOptions> = {}) {
  const order: string[] = []
  const virtual = new VirtualServer((asked, response) => {
    order.push(asked.target)
    virtual.clock.advance(Number(asked.path.slice(1)))
    response.send(asked.target)
  }, options)
  const sockets = Array.from(
    { length: count },
    () => new PolledTransport(virtual.reactor, (it) => virtual.server.accept(it)),
  )
  const other = new PolledTransport(virtual.reactor, (it) => virtual.server.accept(it))
  return { virtual, order, sockets, other }
}

/** Lets a path be known as cheap. */
function getKnown({ virtual, order, other }: ReturnType<typeof polled>, target: string): void {
  for (let i = 0; i < 10; i++) other.readable(get(target))
  virtual.run()
  order.length = 0
  other.text = ''
  other.writes = 0
}

describe('the slice of a poll', () => {
  it('does not let a hundred handlers of 5 ms, all readable at once, hold up who comes in the next poll', () => {
    const { virtual, order, sockets, other } = polled(100)
    sockets.forEach((socket, i) => socket.readable(get(`/5?${i}`)))
    expect(order).toHaveLength(1)
    virtual.reactor.turn()
    other.readable(get('/0'))
    expect(other.answers).toEqual(['200 /0'])
    expect(order).toHaveLength(3)
    virtual.run()
    expect(order).toHaveLength(101)
  })

  it('dispatches what has waited in its order, and every connection gets its own replies', () => {
    const { virtual, order, sockets } = polled(100)
    sockets.forEach((socket, i) => socket.readable(get(`/5?${i}`)))
    virtual.run()
    expect(order).toEqual(sockets.map((_, i) => `/5?${i}`))
    sockets.forEach((socket, i) => expect(socket.answers).toEqual([`200 /5?${i}`]))
    expect(virtual.server.statistics().slicesUsedUp).toBe(99)
  })

  it('adds up: handlers that are no longer than a part of it each share it', () => {
    const { virtual, order, sockets } = polled(100)
    sockets.forEach((socket, i) => socket.readable(get(`/0.25?${i}`)))
    expect(order).toHaveLength(4)
    virtual.reactor.turn()
    expect(order).toHaveLength(8)
    virtual.run()
    expect(order).toHaveLength(100)
  })

  it('begins anew with the next poll', () => {
    const { virtual, order, sockets } = polled(8)
    for (let poll = 0; poll < 4; poll++) {
      sockets[2 * poll]!.readable(get('/5'))
      sockets[2 * poll + 1]!.readable(get('/5'))
      expect(order).toHaveLength(2 * poll + 1)
      virtual.run()
      expect(order).toHaveLength(2 * poll + 2)
    }
  })

  it('is no slice for reads that are cheap: however many there are, none of them waits, and no turn is asked for', () => {
    const known = polled(1000)
    getKnown(known, '/0')
    const { virtual, order, sockets } = known
    for (const socket of sockets) {
      virtual.clock.advance(0.01) // what the kernel takes for a read and a write
      socket.readable(get('/0'))
    }
    expect(order).toHaveLength(1000)
    expect(virtual.reactor.hasWork).toBe(false)
  })

  it('does not hold up what is known to be cheap behind what is dear', () => {
    const known = polled(20)
    getKnown(known, '/0')
    const { virtual, order, sockets, other } = known
    for (const socket of sockets) socket.readable(get('/5'))
    other.readable(get('/0').repeat(3))
    expect(order).toEqual(['/5', '/0', '/0', '/0'])
    expect([other.answers.length, other.writes]).toEqual([3, 1])
    expect(other.isPaused).toBe(false)
    virtual.run()
    expect(order).toHaveLength(23)
  })

  it('does not let cheap ones in great number pass for cheap', () => {
    const known = polled(1)
    getKnown(known, '/0.01')
    const { virtual, order, sockets, other } = known
    sockets[0]!.readable(get('/5'))
    other.readable(get('/0.01').repeat(100))
    expect(order.length).toBeGreaterThan(1)
    expect(order.length).toBeLessThanOrEqual(17) // a sixteenth of the slice holds seven, and every eighth is measured
    virtual.run()
    expect(other.answers).toHaveLength(100)
  })

  it('cuts a read before what is not known to be cheap, and nothing overtakes within a connection', () => {
    const known = polled(1)
    getKnown(known, '/0')
    const { virtual, order, sockets, other } = known
    sockets[0]!.readable(get('/5'))
    other.readable(get('/0?1') + get('/5?2') + get('/0?3') + post('/0?4', 'body').slice(0, -2))
    expect(order).toEqual(['/5', '/0?1'])
    expect(other.isPaused).toBe(true)
    virtual.run()
    expect(order).toEqual(['/5', '/0?1', '/5?2', '/0?3', '/0?4'])
    other.readable('dy' + get('/0?5'))
    virtual.run()
    expect(other.answers.map((answer) => answer.slice(-1))).toEqual(['1', '2', '3', '4', '5'])
  })

  it('puts off the rest of a head and of a body like any other read', () => {
    const known = polled(1)
    getKnown(known, '/0')
    const { virtual, order, sockets, other } = known
    const head = get('/0?a')
    other.readable(head.slice(0, 10))
    sockets[0]!.readable(get('/5'))
    other.readable(head.slice(10) + post('/0?b', 'body').slice(0, -2))
    expect(order).toEqual(['/5'])
    virtual.run()
    sockets[0]!.readable(get('/5'))
    other.readable('dy')
    virtual.run()
    expect(other.answers).toEqual(['200 /0?a', '200 /0?b'])
  })

  it('gives everything that one read brought in one write, also when it has waited', () => {
    const { virtual, sockets } = polled(3)
    for (const socket of sockets) socket.readable(get('/5'))
    virtual.run()
    for (const socket of sockets) {
      socket.writes = 0
      socket.readable(get('/0.01').repeat(16))
    }
    virtual.run()
    for (const socket of sockets) {
      expect(socket.answers).toHaveLength(17)
      expect(socket.writes).toBe(1)
    }
  })

  it('lets a connection that waits be no idle one: it is answered before the server closes', () => {
    const { virtual, order, sockets } = polled(10)
    for (const socket of sockets) socket.readable(get('/5'))
    const outcome = virtual.close()
    virtual.run()
    expect(order).toHaveLength(10)
    for (const socket of sockets) expect(socket.answers).toEqual(['200 /5'])
    const [first, ...waited] = sockets.map(({ text }) => text.includes('Connection: close'))
    expect(first).toBe(false) // it was answered, and rested, before
    expect(waited).toEqual(waited.map(() => true))
    expect(outcome.report).toBeNull() // these clients never end
  })

  it('does not count the time that a client waits for its turn as its own', () => {
    const { virtual, sockets } = polled(5, { timeouts: { headMs: 6 } })
    const head = get('/5')
    for (const socket of sockets) socket.readable(head.slice(0, 10))
    for (const socket of sockets) socket.readable(head.slice(10))
    virtual.run()
    expect(virtual.clock.now()).toBe(25)
    for (const socket of sockets) expect(socket.answers).toEqual(['200 /5'])
    expect(virtual.server.statistics().timeouts).toBe(0)
  })
})

describe('a reply that comes late', () => {
  it('may leave with a read before the turn that was asked for it, and nobody else is touched by that turn', () => {
    const late: Response[] = []
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/late') late.push(response)
      else response.send(asked.path)
    })
    const [one, other] = [
      new PolledTransport(virtual.reactor, (it) => virtual.server.accept(it)),
      new PolledTransport(virtual.reactor, (it) => virtual.server.accept(it)),
    ]
    one.readable(get('/late'))
    late[0]!.send('late')
    one.readable(get('/one'))
    other.readable(get('/other'))
    virtual.run()
    other.readable(get('/other'))
    virtual.run()
    expect(one.answers).toEqual(['200 late', '200 /one'])
    expect(other.answers).toEqual(['200 /other', '200 /other'])
    expect(virtual.reactorErrors).toEqual([])
  })
})
