import { describe, expect, it } from 'vitest'
import { chunked, Gate, get, post, request, VirtualServer } from './memory-client.js'

describe('a body that is read on after its reply', () => {
  it('comes whole, and the next request waits for it', async () => {
    const bodies: string[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      const body = asked.body.text()
      response.status(202).send(asked.path)
      bodies.push(`${asked.path} ${await body}`)
    })
    for (const [head, rest] of [
      [post('/a', 'x'.repeat(1000)).slice(0, -999), 'x'.repeat(999)],
      [chunked('/a', '1\r\nx\r\n'), `3e7\r\n${'x'.repeat(999)}\r\n0\r\n\r\n`],
    ] as const) {
      const client = virtual.connect().send(head)
      await virtual.settle()
      expect(client.answers()).toEqual(['202 /a'])
      client.send(rest + get('/b'))
      await virtual.settle()
      expect(client.answers()).toEqual(['202 /a', '202 /b'])
      expect(bodies.splice(0).sort()).toEqual([`/a ${'x'.repeat(1000)}`, '/b '])
    }
    expect(virtual.errors).toEqual([])
  })

  it('is not bounded by limits.discardBytes or timeouts.discardMs: nobody discards it', async () => {
    let length = 0
    const virtual = new VirtualServer(
      async (asked, response) => {
        for await (const piece of asked.body) {
          if (length === 0) response.status(202).send()
          length += piece.length
        }
      },
      { limits: { discardBytes: 100 }, timeouts: { discardMs: 1000 } },
    )
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100000'))
    for (let sent = 0; sent < 100_000; sent += 5000) {
      client.send('x'.repeat(5000))
      await virtual.pass(900)
    }
    expect([length, client.isEnded, client.answers()]).toEqual([100_000, false, ['202 ']])
    expect(virtual.server.statistics().timeouts).toBe(0)
  })

  it.each([
    ['Connection: close', request('POST', '/last', 'Content-Length: 1000', 'Connection: close')],
    ['HTTP/1.0', 'POST /last HTTP/1.0\r\nContent-Length: 1000\r\n\r\n'],
  ])(
    'comes whole also when the reply is the last of its connection, which ends then: %s',
    async (_name, head) => {
      const bodies: string[] = []
      const virtual = new VirtualServer(async (asked, response) => {
        const body = asked.body.text()
        response.status(202).send(asked.path)
        bodies.push(await body)
      })
      const client = virtual.connect().send(`${head}x`)
      await virtual.settle()
      expect(client.replies().map((reply) => [reply.status, reply.headers.get('connection')])).toEqual([
        [202, 'close'],
      ])
      expect(client.isEnded).toBe(false)
      client.send('x'.repeat(999) + get('/never'))
      await virtual.settle()
      expect([bodies, client.replies().length, client.isEnded]).toEqual([['x'.repeat(1000)], 1, true])
      client.transport.end()
      await virtual.settle()
      expect([client.isClosed, client.closeError, virtual.errors]).toEqual([true, null, []])
      expect(virtual.server.statistics()).toMatchObject({ requests: 1, aborted: 0 })
    },
  )

  it('is not waited for when an earlier reply has ended the connection', async () => {
    const gate = new Gate()
    const reasons: unknown[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/last') {
        await gate.opened
        response.header('Connection', 'close')
      }
      const body = asked.body.text()
      response.send(asked.path)
      await body.catch((reason: unknown) => reasons.push(reason))
    })
    const client = virtual.connect().send(get('/last') + post('/behind', 'abc').slice(0, -1))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect([client.answers(), client.isEnded]).toEqual([['200 /last'], true])
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_CLIENT_GONE' }])
  })

  it('must come at the least rate all the same', async () => {
    const reasons: unknown[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      const body = asked.body.bytes()
      response.status(202).send()
      await body.catch((reason: unknown) => reasons.push(reason))
    })
    const client = virtual.connect().send(request('POST', '/', 'Content-Length: 100000') + 'x')
    await virtual.pass(10_000)
    expect([client.answers(), client.isEnded]).toEqual([['202 '], true])
    expect(reasons).toMatchObject([{ code: 'CAL_ERR_HTTP_TIMEOUT' }])
  })
})

describe('a handler that answers for a body that was refused already', () => {
  it('is not told that it failed: a client must not be able to fill the log', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      try {
        response.json(await asked.body.json())
      } catch {
        response.status(400).send('bad JSON')
      }
    })
    const client = virtual.connect().send(chunked('/', '1\r\n{\r\n'))
    await virtual.settle()
    client.send('x')
    await virtual.settle()
    expect(client.replies().map((reply) => reply.body.split(':')[0])).toEqual(['CAL_ERR_HTTP_CHUNK_SIZE'])
    expect(virtual.errors).toEqual([])
    expect(virtual.server.statistics()).toMatchObject({ refused: 1, handlerErrors: 0 })
  })

  it('is told of any other failure of its own', async () => {
    const failure = new TypeError('on purpose')
    const virtual = new VirtualServer(async (asked) => {
      await asked.body.bytes().catch(() => {
        throw failure
      })
    })
    const client = virtual.connect().send(chunked('/', ''))
    await virtual.settle()
    client.send('x')
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([400])
    expect(virtual.errors).toEqual([failure])
  })
})
