import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { get, post, VirtualServer } from './memory-client.js'

const hello: Handler = (asked, response) => response.send(asked.path)

describe('limits.requestsPerConnection', () => {
  it('announces the close with the last reply, and serves nothing behind it', async () => {
    const served: string[] = []
    const virtual = new VirtualServer(
      (asked, response) => {
        served.push(asked.path)
        response.send(asked.path)
      },
      { limits: { requestsPerConnection: 3 } },
    )
    const client = virtual.connect().send(get('/1'), get('/2') + get('/3') + get('/4'))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.headers.get('connection'))).toEqual([
      undefined,
      undefined,
      'close',
    ])
    expect(client.isEnded).toBe(true)
    expect(served).toEqual(['/1', '/2', '/3'])
  })

  it('of 1 makes every reply the last', async () => {
    const virtual = new VirtualServer(hello, { limits: { requestsPerConnection: 1 } })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.replies()[0]?.headers.get('connection')).toBe('close')
    expect(client.isEnded).toBe(true)
  })

  it('reads the body of the last request', async () => {
    const virtual = new VirtualServer(async (asked, response) => response.send(await asked.body.text()), {
      limits: { requestsPerConnection: 1 },
    })
    const body = post('/', 'some body')
    const client = virtual.connect().send(body.slice(0, -4))
    await virtual.settle()
    client.send(body.slice(-4))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 some body'])
    expect(client.isEnded).toBe(true)
  })
})

describe('limits.connections', () => {
  it('resets those that are too many, and takes others when one has gone', async () => {
    const virtual = new VirtualServer(hello, { limits: { connections: 2 } })
    const [first, second, third] = [virtual.connect(), virtual.connect(), virtual.connect()]
    await virtual.settle()
    expect(third.isClosed).toBe(true)
    expect(third.closeError).toMatchObject({ code: 'ECONNRESET' })
    first.transport.end()
    await virtual.settle()
    const fourth = virtual.connect().send(get('/fourth'))
    second.send(get('/second'))
    await virtual.settle()
    expect([second.answers(), fourth.answers()]).toEqual([['200 /second'], ['200 /fourth']])
    expect(virtual.server.statistics().connections).toEqual({ open: 2, accepted: 3, closed: 1, refused: 1 })
  })
})

describe('limits.connectionsPerAddress', () => {
  it('counts each address for itself, and gives back what has gone', async () => {
    const virtual = new VirtualServer(hello, { limits: { connectionsPerAddress: 2 } })
    const from = (remoteAddress: string) => virtual.connect({ remoteAddress })
    const [first, , third, other] = [from('10.0.0.1'), from('10.0.0.1'), from('10.0.0.1'), from('10.0.0.2')]
    await virtual.settle()
    expect([third.isClosed, other.isClosed]).toEqual([true, false])
    first.transport.abort()
    await virtual.settle()
    const again = from('10.0.0.1').send(get('/again'))
    const tooMany = from('10.0.0.1')
    await virtual.settle()
    expect(again.answers()).toEqual(['200 /again'])
    expect(tooMany.isClosed).toBe(true)
    expect(virtual.server.statistics().connections.refused).toBe(2)
  })

  it('does not count those without an address', async () => {
    const virtual = new VirtualServer(hello, { limits: { connectionsPerAddress: 1 } })
    const clients = [virtual.connect(), virtual.connect()]
    await virtual.settle()
    expect(clients.map((client) => client.isClosed)).toEqual([false, false])
  })
})
