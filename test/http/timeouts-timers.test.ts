import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { Gate, get, request, VirtualServer } from './memory-client.js'

const hello: Handler = (asked, response) => response.send(asked.path)

/** @returns how often a timer has been armed since */
function countArms(virtual: VirtualServer): () => number {
  let arms = 0
  const group = virtual.reactor.groups.latency // that of all that the server does for itself
  const delay = group.delay.bind(group) as (...all: unknown[]) => unknown
  const counted = (...all: unknown[]): unknown => {
    arms++
    return delay(...all)
  }
  Object.assign(group, { delay: counted })
  return () => arms
}

function timers(virtual: VirtualServer): number {
  return virtual.reactor.statistics().timersPending
}

describe('the time-outs of a connection', () => {
  it('share one timer while something is on its way, and one with all others when nothing is', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/read') response.send(await asked.body.text())
      else if (asked.path === '/slow') await gate.opened.then(() => response.send('slow'))
      else response.send('x'.repeat(1_000_000))
    })
    const others = [virtual.connect(), virtual.connect().send(get('/large'))] // one says nothing, one rests
    await virtual.settle()
    expect(timers(virtual)).toBe(2)
    const client = virtual.connect()
    const steps = [
      'GET /large HT',
      'TP/1.1\r\nHost: x\r\n\r\n',
      request('POST', '/read', 'Content-Length: 2') + 'a',
      'b',
      request('POST', '/large', 'Content-Length: 2') + 'a',
      'b' + get('/slow'),
    ]
    for (const step of steps) {
      client.send(step)
      await virtual.settle()
      expect(timers(virtual), step).toBeLessThanOrEqual(3)
    }
    client.transport.pause()
    client.send(get('/large'))
    gate.open()
    await virtual.settle()
    expect(timers(virtual)).toBe(3)
    client.transport.abort()
    await virtual.settle()
    expect(timers(virtual)).toBe(2)
    for (const other of others) other.transport.abort()
    await virtual.settle()
    expect(timers(virtual)).toBe(0)
  })

  it('arm no timer for a request: a deadline that moves away is only written down', async () => {
    const virtual = new VirtualServer(hello)
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    const arms = countArms(virtual)
    for (let i = 0; i < 1000; i++) {
      client.send(get('/').repeat(3))
      await virtual.settle()
    }
    expect(client.replies()).toHaveLength(3001)
    expect(arms()).toBe(0)
  })

  it('cost 10,000 idle connections one timer, which is armed again once in its time', async () => {
    const virtual = new VirtualServer(hello, { timeouts: { firstByteMs: 1000, idleMs: 60_000 } })
    const arms = countArms(virtual)
    const clients = Array.from({ length: 10_000 }, () => virtual.connect().send(get('/')))
    virtual.run()
    expect(arms()).toBe(2) // one for those who have said nothing yet, one for those who rest
    expect(timers(virtual)).toBe(2)
    await virtual.pass(59_000)
    expect(arms()).toBe(2) // when the first byte's time was over, nobody was there who had said nothing
    expect(clients.every((client) => !client.isEnded)).toBe(true)
    for (const client of clients) client.transport.end()
    await virtual.settle()
    expect(timers(virtual)).toBe(0)
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 0, connections: { open: 0 } })
  })

  it('arm a timer at most once for a trickling head, however many pieces it comes in', async () => {
    const virtual = new VirtualServer(hello)
    const client = virtual.connect()
    await virtual.settle()
    const arms = countArms(virtual)
    for (const byte of get(`/${'x'.repeat(1000)}`)) {
      client.send(byte)
      virtual.run()
    }
    expect(client.replies()).toHaveLength(1)
    expect(arms()).toBe(2) // one for the head, and one for the rest behind it
  })

  it('arm a timer at most once for a body, however many pieces it comes in', async () => {
    const virtual = new VirtualServer(async (asked, response) => response.send(await asked.body.bytes()))
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 1001'), 'x')
    await virtual.settle()
    const arms = countArms(virtual)
    for (let i = 0; i < 1000; i++) {
      client.send('x')
      virtual.run()
    }
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(1001)
    expect(arms()).toBeLessThanOrEqual(1)
  })

  it('leave no timer behind, whichever of them ends the connection', async () => {
    const second = 1000
    const virtual = new VirtualServer(
      async (asked, response) => response.send(asked.path === '/read' ? await asked.body.text() : 'x'),
      {
        lingerMs: second,
        timeouts: {
          firstByteMs: second,
          headMs: second,
          bodyMs: second,
          requestMs: second,
          discardMs: second,
          idleMs: second,
          writeMs: second,
        },
      },
    )
    const starts = [
      'G',
      get('/'),
      ...['/', '/read'].map((path) => request('POST', path, 'Content-Length: 9')),
    ]
    virtual.connect()
    for (const start of starts) virtual.connect().send(start)
    await virtual.pass(3 * second) // none of these clients ever ends: lingering ends them too
    expect(virtual.server.statistics()).toMatchObject({
      connections: { accepted: 5, open: 0 },
      timeouts: 5,
    })
    expect(timers(virtual)).toBe(0)
  })
})
