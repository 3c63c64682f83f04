import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { Gate, get, post, request, type VirtualServer } from './memory-client.js'
import { patientServer, statusesOf } from './patient-server.js'

describe('timeouts.bodyMs and bodyBytesPerSecond', () => {
  const bodies: string[] = []
  const failures: unknown[] = []
  const reading: Handler = async (asked, response) => {
    try {
      bodies.push(await asked.body.text())
    } catch (error) {
      failures.push((error as { code?: unknown }).code)
      throw error
    }
    response.send('read')
  }

  it('answer 408 to a body that stops, and tell the handler', async () => {
    failures.length = 0
    const virtual = patientServer({ bodyMs: 1000 }, reading)
    const client = virtual.connect().send(post('/', 'x'.repeat(1000)).slice(0, -10))
    await virtual.pass(3000) // the first window had enough
    expect(statusesOf(client)).toEqual([408])
    expect(client.isEnded).toBe(true)
    expect(failures).toEqual(['CAL_ERR_HTTP_TIMEOUT'])
    expect(virtual.errors).toEqual([])
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, refused: 1, handlerErrors: 0 })
  })

  it('answer 408 to a body that comes too slowly, though it never stops', async () => {
    const virtual = patientServer({ bodyMs: 1000, bodyBytesPerSecond: 100 }, reading)
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100000'))
    for (let i = 0; i < 30 && !client.isEnded; i++) {
      client.send('x'.repeat(9))
      await virtual.pass(100)
    }
    expect(statusesOf(client)).toEqual([408])
  })

  it('let a body through that comes just fast enough, for as long as it takes', async () => {
    bodies.length = 0
    const virtual = patientServer({ bodyMs: 1000, bodyBytesPerSecond: 100 }, reading)
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 1000'))
    for (let i = 0; i < 100; i++) {
      client.send('x'.repeat(10))
      await virtual.pass(100)
    }
    expect(statusesOf(client)).toEqual([200])
    expect(bodies).toEqual(['x'.repeat(1000)])
  })

  it('do not count the time in which the handler does not read', async () => {
    const gate = new Gate()
    const virtual = patientServer({ bodyMs: 1000 }, async (asked, response) => {
      let length = 0
      for await (const piece of asked.body) {
        length += piece.length
        await gate.opened
      }
      response.send(String(length))
    })
    const body = 'x'.repeat(500_000)
    const client = virtual.connect().send(post('/', body).slice(0, -1))
    await virtual.pass(60_000)
    expect(client.text).toBe('')
    gate.open()
    await virtual.pass(500)
    client.send('x')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 500000'])
  })

  it('do not count while the client waits for the 100 Continue that the handler has not given', async () => {
    const gate = new Gate()
    const virtual = patientServer({ bodyMs: 1000, requestMs: 300_000 }, async (asked, response) => {
      await gate.opened
      response.send(await asked.body.text())
    })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 4', 'Expect: 100-continue'))
    await virtual.pass(60_000)
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(statusesOf(client)).toEqual([100])
    client.send('body')
    await virtual.settle()
    expect(client.answers()).toEqual(['100 ', '200 body'])
  })

  it('count again once 100 Continue is sent', async () => {
    const virtual = patientServer({ bodyMs: 1000 }, reading)
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 4', 'Expect: 100-continue'))
    await virtual.pass(1001)
    expect(statusesOf(client)).toEqual([100, 408])
  })

  it('are as good for chunked bodies', async () => {
    const virtual = patientServer({ bodyMs: 1000, bodyBytesPerSecond: 100 }, reading)
    const client = virtual.connect().send(request('POST', '/', 'Transfer-Encoding: chunked') + '5\r\nhel')
    await virtual.pass(1001)
    expect(statusesOf(client)).toEqual([408])
  })

  it('hold for a handler that has answered and goes on reading', async () => {
    const read: string[] = []
    const virtual = patientServer({ bodyMs: 10_000, discardMs: 500 }, async (asked, response) => {
      const body = asked.body.text()
      response.send('accepted')
      read.push(await body)
    })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 4') + 'bo')
    await virtual.pass(5000)
    client.send('dy')
    await virtual.settle()
    expect(read).toEqual(['body'])
    client.send(get('/'))
    await virtual.settle()
    expect(client.replies()).toHaveLength(2)
    expect(client.replies()[0]?.body).toBe('accepted')
  })

  it('abort a reply that was streamed meanwhile, so that nobody takes it for whole', async () => {
    const virtual = patientServer({ bodyMs: 1000 }, async (asked, response) => {
      for await (const piece of asked.body) response.write(piece)
      response.end()
    })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 40') + 'some')
    await virtual.pass(1001)
    expect(client.isClosed).toBe(true)
    expect(client.text).not.toContain('0\r\n\r\n')
    expect(() => client.replies()).toThrow()
  })
})

describe('timeouts.requestMs', () => {
  it('bounds a body that never falls below its rate', async () => {
    const virtual = patientServer(
      { requestMs: 5000, bodyMs: 1000, bodyBytesPerSecond: 10 },
      async (asked, response) => {
        response.send(await asked.body.text())
      },
    )
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100000'))
    let passedMs = 0
    for (; passedMs < 20_000 && !client.isEnded; passedMs += 100) {
      client.send('xxxx')
      await virtual.pass(100)
    }
    expect(client.replies().map((reply) => reply.status)).toEqual([408])
    expect(passedMs).toBe(5000)
  })

  it('is not put off by pauses of the handler', async () => {
    const virtual: VirtualServer = patientServer(
      { requestMs: 5000, bodyMs: 1000 },
      async (asked, response) => {
        for await (const piece of asked.body) if (piece.length > 1000) await virtual.reactor.sleep(300)
        response.send('read')
      },
      { limits: { bodyBytes: 1e9 } },
    )
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 1000000000'))
    for (let i = 0; i < 60 && !client.isEnded; i++) {
      client.send('x'.repeat(65_536))
      await virtual.pass(500)
    }
    expect(client.replies().map((reply) => reply.status)).toEqual([408])
  })
})

describe('timeouts.discardMs', () => {
  it('closes a connection whose client never sends the rest of a body that nobody reads', async () => {
    const virtual = patientServer({ discardMs: 1000 })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100') + 'some')
    await virtual.pass(999)
    expect(client.answers()).toEqual(['200 /'])
    expect(client.isEnded).toBe(false)
    await virtual.pass(2)
    expect(client.isEnded).toBe(true)
    expect(client.replies()).toHaveLength(1) // the reply is out; a 408 behind it would answer nothing
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, refused: 0 })
  })

  it('is not put off by a client that sends it drop by drop', async () => {
    const virtual = patientServer({ discardMs: 1000 })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100'))
    for (let i = 0; i < 11; i++) {
      client.send('x')
      await virtual.pass(100)
    }
    expect(client.isEnded).toBe(true)
  })

  it('lets the connection go on when the rest comes in time', async () => {
    const virtual = patientServer({ discardMs: 1000 })
    const client = virtual.connect().send(request('POST', '/a', 'Content-Length: 4') + 'so')
    await virtual.pass(900)
    client.send('me' + get('/b'))
    await virtual.pass(5000)
    expect(client.answers()).toEqual(['200 /a', '200 /b'])
    expect(client.isEnded).toBe(false)
  })
})
