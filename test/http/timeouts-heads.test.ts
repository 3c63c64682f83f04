import { describe, expect, it } from 'vitest'
import type { Timeouts } from '../../src/http/limits.js'
import { Gate, get, request, VirtualServer, type MemoryClient } from './memory-client.js'
import { patientServer, statusesOf } from './patient-server.js'

describe('timeouts.firstByteMs', () => {
  it('ends a connection that never says anything, without a reply', async () => {
    const virtual = patientServer({ firstByteMs: 1000 })
    const client = virtual.connect()
    await virtual.pass(999)
    expect(client.isEnded).toBe(false)
    await virtual.pass(2)
    expect(client.isEnded).toBe(true)
    expect(client.text).toBe('')
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, refused: 0, aborted: 0 })
  })

  it('asks for one byte only: from then on the head has its own time', async () => {
    const virtual = patientServer({ firstByteMs: 1000 })
    const client = virtual.connect()
    await virtual.pass(900)
    client.send('G')
    await virtual.pass(100_000)
    client.send(get('/').slice(1))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /'])
  })

  it('counts from the connection’s beginning, however long ago the reactor last had anything to do', async () => {
    const virtual = patientServer({ firstByteMs: 1000 })
    virtual.clock.advance(50_000) // nobody turns the reactor meanwhile
    const client = virtual.connect()
    await virtual.pass(999)
    expect(client.isEnded).toBe(false)
    await virtual.pass(2)
    expect(client.isEnded).toBe(true)
  })
})

describe('timeouts.headMs', () => {
  it('answers 408 to a head that stops half-way, announces the close and ends the connection', async () => {
    const virtual = patientServer({ headMs: 1000 })
    const client = virtual.connect().send('GET / HTTP/1.1\r\nHost: x\r\nX-Y: ')
    await virtual.pass(999)
    expect(client.text).toBe('')
    await virtual.pass(2)
    const [reply] = client.replies()
    expect(reply?.status).toBe(408)
    expect(reply?.body).toContain('CAL_ERR_HTTP_TIMEOUT')
    expect(reply?.headers.get('connection')).toBe('close')
    expect(client.isEnded).toBe(true)
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, refused: 1, requests: 0 })
  })

  it('is not put off by a head that trickles in byte by byte', async () => {
    const virtual = patientServer({ headMs: 1000 })
    const client = virtual.connect()
    for (const byte of get('/a-long-enough-path').slice(0, 12)) {
      client.send(byte)
      await virtual.pass(100)
    }
    expect(statusesOf(client)).toEqual([408])
  })

  it('gives every head its own time, also where no pause is between them', async () => {
    const virtual = patientServer({ headMs: 1000 })
    const client = virtual.connect()
    const half = get('/').length - 5
    client.send(get('/').slice(0, half))
    for (let i = 0; i < 10; i++) {
      await virtual.pass(600)
      client.send(get('/').slice(half) + get('/').slice(0, half))
    }
    await virtual.settle()
    expect(statusesOf(client)).toEqual(new Array(10).fill(200))
  })

  it('is kept although a longer time-out was under way before', async () => {
    const virtual = patientServer({ headMs: 1000, firstByteMs: 30_000, idleMs: 60_000 })
    const client = virtual.connect()
    await virtual.pass(20_000)
    client.send(get('/'))
    await virtual.pass(20_000)
    client.send('GET /')
    await virtual.pass(1001)
    expect(statusesOf(client)).toEqual([200, 408])
  })

  it('is kept on a connection that came when the reactor had rested for long', async () => {
    const virtual = patientServer({ headMs: 1000, firstByteMs: 30_000 })
    virtual.clock.advance(50_000) // nobody turns the reactor meanwhile
    const client = virtual.connect().send('GET /')
    await virtual.pass(1001)
    expect(statusesOf(client)).toEqual([408])
  })

  it('takes nothing for a request that comes behind the 408', async () => {
    let calls = 0
    const virtual = patientServer({ headMs: 1000 }, (asked, response) => {
      calls++
      response.send(asked.path)
    })
    const client = virtual.connect().send('GET / HT')
    await virtual.pass(1001)
    client.send('TP/1.1\r\nHost: x\r\n\r\n' + get('/'))
    await virtual.settle()
    expect(statusesOf(client)).toEqual([408])
    expect(calls).toBe(0)
  })

  it('answers behind the replies that are owed, when they are ready', async () => {
    const gate = new Gate()
    const virtual = patientServer({ headMs: 1000 }, async (asked, response) => {
      await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/first') + 'GET /sec')
    await virtual.pass(1001)
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(statusesOf(client)).toEqual([200, 408])
    expect(client.isEnded).toBe(true)
  })
})

describe('timeouts.idleMs', () => {
  it('ends a connection that asks for nothing more', async () => {
    const virtual = patientServer({ idleMs: 1000 })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(999)
    expect(client.isEnded).toBe(false)
    await virtual.pass(2)
    expect(client.answers()).toEqual(['200 /'])
    expect(client.isEnded).toBe(true)
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, aborted: 0 })
  })

  it('begins anew with every reply', async () => {
    const virtual = patientServer({ idleMs: 1000 })
    const client = virtual.connect()
    for (let i = 0; i < 10; i++) {
      client.send(get('/'))
      await virtual.pass(900)
    }
    expect(client.replies()).toHaveLength(10)
    expect(client.isEnded).toBe(false)
  })

  it('does not count the time that the handler takes', async () => {
    const gate = new Gate()
    const virtual = patientServer({ idleMs: 1000 }, async (asked, response) => {
      await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(60_000)
    gate.open()
    await virtual.pass(999)
    expect(client.answers()).toEqual(['200 /'])
    expect(client.isEnded).toBe(false)
    await virtual.pass(2)
    expect(client.isEnded).toBe(true)
  })

  it('counts from the reply, also when the reactor had nothing to do for long before it', async () => {
    const gate = new Gate()
    const virtual = patientServer({ idleMs: 4000, firstByteMs: 3000 }, async (asked, response) => {
      await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    virtual.clock.advance(2990) // something else than the reactor's timers woke the process
    gate.open()
    await virtual.settle()
    await virtual.pass(3900) // on the way the timer of the first byte fires, which has nothing to say any more
    expect(client.answers()).toEqual(['200 /'])
    expect(client.isEnded).toBe(false)
  })

  it('counts from the reply, also after a handler that blocked', async () => {
    const virtual: VirtualServer = patientServer({ idleMs: 6000, firstByteMs: 5100 }, (asked, response) => {
      virtual.clock.advance(5000)
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    await virtual.pass(5900)
    expect(client.answers()).toEqual(['200 /'])
    expect(client.isEnded).toBe(false)
  })

  it('gives way to a request that comes in the same turn in which it ends', async () => {
    const virtual = patientServer({ idleMs: 1000 })
    const client = virtual.connect().send(get('/a'))
    await virtual.settle()
    virtual.clock.advance(1000)
    client.send(get('/b')) // its bytes are a task before the timer's
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '200 /b'])
    expect(client.isEnded).toBe(false)
  })
})

describe('a time-out of Infinity', () => {
  const endless: Timeouts = {
    firstByteMs: Infinity,
    headMs: Infinity,
    bodyMs: Infinity,
    bodyBytesPerSecond: 500,
    requestMs: Infinity,
    discardMs: Infinity,
    idleMs: Infinity,
    writeMs: Infinity,
  }
  const YEAR = 365 * 86_400_000

  it('never comes, and costs no timer', async () => {
    const virtual = new VirtualServer(
      async (asked, response) => {
        response.send(asked.path === '/read' ? await asked.body.text() : asked.path)
      },
      { timeouts: endless },
    )
    const begun = [
      virtual.connect(),
      virtual.connect().send('GET'),
      virtual.connect().send(request('POST', '/read', 'Content-Length: 9') + 'x'),
      virtual.connect().send(request('POST', '/', 'Content-Length: 9') + 'x'),
      virtual.connect().send(get('/')),
    ]
    await virtual.settle()
    expect(virtual.reactor.statistics().timersPending).toBe(0)
    await virtual.pass(YEAR)
    expect(begun.map((client) => client.isEnded)).toEqual(new Array(5).fill(false))
    expect(virtual.server.statistics().timeouts).toBe(0)
  })

  it('of a body’s window leaves the bound on the whole request', async () => {
    const virtual = new VirtualServer(async (asked, response) => response.send(await asked.body.text()), {
      timeouts: { ...endless, requestMs: 1000 },
    })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 9') + 'x')
    await virtual.pass(1001)
    expect(statusesOf(client)).toEqual([408])
  })
})

describe('a time-out that is over when the connection is', () => {
  it.each<[string, (client: MemoryClient) => unknown]>([
    ['the client half-closes', (client) => client.transport.end()],
    ['the client resets', (client) => client.transport.abort()],
  ])('counts nothing and leaves no timer: %s', async (_name, leave) => {
    const virtual = patientServer({
      firstByteMs: 1000,
      headMs: 1000,
      bodyMs: 1000,
      idleMs: 1000,
      discardMs: 1000,
    })
    const starts = ['', 'GET ', get('/'), request('POST', '/', 'Content-Length: 9') + 'x']
    for (const start of starts) {
      const client = virtual.connect()
      if (start !== '') client.send(start)
      await virtual.settle()
      leave(client)
    }
    await virtual.settle()
    expect(virtual.server.statistics().connections.open).toBe(0)
    expect(virtual.reactor.statistics().timersPending).toBe(0)
    await virtual.pass(10_000)
    expect(virtual.server.statistics().timeouts).toBe(0)
  })
})
