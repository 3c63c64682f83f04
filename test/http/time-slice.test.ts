import { describe, expect, it } from 'vitest'
import { get, VirtualServer } from './memory-client.js'

/** A server whose handlers take `costMs` each; `order` has the targets in the order of their dispatch. */
function costly(costMs: number, options = {}): { virtual: VirtualServer; order: string[] } {
  const order: string[] = []
  const virtual = new VirtualServer((asked, response) => {
    order.push(asked.target)
    virtual.clock.advance(costMs)
    response.send(asked.target)
  }, options)
  return { virtual, order }
}

const targets = (count: number, from = 'a'): string[] =>
  Array.from({ length: count }, (_, i) => `/${from}?${i}`)
const packet = (paths: readonly string[]): string => paths.map((path) => get(path)).join('')

describe('the time slice', () => {
  it('lets a second connection in between 20,000 pipelined requests', () => {
    const { virtual, order } = costly(0.05)
    const greedy = targets(20_000)
    const first = virtual.connect({ highWaterMark: 1 << 30 }).send(packet(greedy))
    const second = virtual.connect()
    virtual.reactor.turn()
    second.send(get('/second'))
    virtual.run()
    // Twenty handlers of 0.05 ms fill a slice of 1 ms; trusted ones are measured at every eighth.
    expect(order.indexOf('/second')).toBeLessThan(200)
    expect(first.answers()).toEqual(greedy.map((target) => `200 ${target}`))
    expect(second.answers()).toEqual(['200 /second'])
    expect(order).toHaveLength(20_001)
  })

  it('is shared out in turns: connections with a backlog each go on one after the other', () => {
    const { virtual, order } = costly(2)
    const clients = ['a', 'b', 'c'].map((name) => virtual.connect().send(packet(targets(20, name))))
    virtual.run()
    expect(clients.map((client) => client.replies().length)).toEqual([20, 20, 20])
    expect(order.map((target) => target[1]).join('')).toBe('abc'.repeat(20))
  })

  it('is overrun by eight handlers of the budget at most, however many were fast', () => {
    const { virtual, order } = costly(1) // as long as the budget allows, so the path is trusted
    virtual.connect().send(packet(targets(200)))
    virtual.connect().send(packet(targets(200, 'b')))
    virtual.run()
    const longest = order
      .map((target) => target[1])
      .join('')
      .match(/a+|b+/g)!
      .map((run) => run.length)
    expect(Math.max(...longest.slice(0, -1))).toBeLessThanOrEqual(8)
  })

  it('lets timers be on time between slow handlers', async () => {
    const { virtual, order } = costly(5)
    const seenAt: number[] = []
    virtual.reactor.delay(20, () => seenAt.push(order.length))
    const client = virtual.connect().send(packet(targets(100)))
    await virtual.settle()
    expect(client.replies()).toHaveLength(100)
    expect(seenAt[0]).toBeLessThanOrEqual(5)
  })

  it('lets what is ready leave when it is used up', () => {
    const { virtual } = costly(5)
    const seen: number[] = []
    const client = virtual.connect().send(packet(targets(10)))
    for (let turns = 0; virtual.reactor.hasWork && turns < 1000; turns++) {
      virtual.reactor.turn()
      seen.push(client.replies().length)
    }
    expect(seen).toContain(1)
    expect(seen).toContain(5)
    expect(seen.at(-1)).toBe(10)
  })

  it('is counted when it cuts a read, and not when the read was through', () => {
    const { virtual } = costly(5)
    const client = virtual.connect().send(get('/'))
    virtual.run()
    expect(virtual.server.statistics().slicesUsedUp).toBe(0)
    client.send(packet(targets(4)))
    virtual.run()
    expect(virtual.server.statistics().slicesUsedUp).toBe(3)
  })

  it('stops reading as long as a backlog waits, so that memory is bounded', () => {
    const { virtual } = costly(5)
    const client = virtual.connect().send(packet(targets(50)))
    virtual.reactor.turn()
    client.send(packet(targets(1000, 'later')))
    for (let i = 0; i < 10; i++) virtual.reactor.turn()
    expect(client.transport.bytesQueued).toBe(packet(targets(1000, 'later')).length)
    virtual.run()
    expect(client.replies()).toHaveLength(1050)
  })

  it('cuts bodies and heads at no wrong place: a backlog that ends in mid-request goes on with the next read', () => {
    const { virtual } = costly(5)
    const whole = packet(targets(7))
    const client = virtual.connect()
    client.send(whole.slice(0, -10))
    virtual.run()
    expect(client.replies()).toHaveLength(6)
    client.send(whole.slice(-10) + get('/next'))
    virtual.run()
    expect(client.answers().slice(6)).toEqual(['200 /a?6', '200 /next'])
  })

  it('lets the client’s end wait for the backlog: every request before it is answered', () => {
    const { virtual } = costly(5)
    const client = virtual.connect().send(packet(targets(20)))
    client.transport.end()
    virtual.run()
    expect(client.replies()).toHaveLength(20)
    expect([client.isEnded, client.isClosed]).toEqual([true, true])
  })

  it('ends with the connection: a backlog of a client that went away is not dispatched', () => {
    const { virtual, order } = costly(5)
    const client = virtual.connect().send(packet(targets(20)))
    virtual.reactor.turn()
    virtual.reactor.turn()
    const dispatched = order.length
    client.transport.abort()
    virtual.run()
    expect(dispatched).toBeGreaterThan(0)
    expect(order.length).toBeLessThanOrEqual(dispatched + 1)
    expect(virtual.server.statistics().connections.open).toBe(0)
  })
})
