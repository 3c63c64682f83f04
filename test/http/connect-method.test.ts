import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { get, VirtualServer } from './memory-client.js'
import { TunnelEnd } from './tunnel-end.js'

const CONNECT = 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n'
const never: Handler = () => {
  throw new Error('the handler of other requests')
}

function tunnelling(): { virtual: VirtualServer; ends: TunnelEnd[]; targets: string[] } {
  const ends: TunnelEnd[] = []
  const targets: string[] = []
  const virtual = new VirtualServer((asked, response) => response.send(asked.path), {
    connect: async (asked, response) => {
      targets.push(`${asked.method} ${asked.target}`)
      ends.push(new TunnelEnd(await response.header('X-Via', 'test').upgrade()))
    },
  })
  return { virtual, ends, targets }
}

describe('CONNECT', () => {
  it('is answered 501 where nobody serves it, and nothing behind it is read as a request', async () => {
    const virtual = new VirtualServer(never)
    const client = virtual.connect().send(CONNECT + get('/smuggled'))
    await virtual.settle()
    expect(client.replies()).toMatchObject([{ status: 501 }])
    expect(client.replies()[0]?.body).toContain('CAL_ERR_HTTP_CONNECT')
    expect(client.isEnded).toBe(true)
    expect(virtual.errors).toEqual([])
  })

  it('is answered 200 without any framing, and becomes a tunnel (RFC 9110 §9.3.6)', async () => {
    const { virtual, ends, targets } = tunnelling()
    const client = virtual.connect().send(`${CONNECT}early`)
    await virtual.settle()
    expect(targets).toEqual(['CONNECT example.org:443'])
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(client.text).toContain('\r\nX-Via: test\r\n')
    expect(client.text).not.toMatch(/content-length|transfer-encoding|connection|upgrade/i)
    expect(client.text.endsWith('\r\n\r\n')).toBe(true)
    client.send('later')
    ends[0]!.transport.write('hello')
    await virtual.settle()
    expect(ends[0]?.text).toBe('earlylater')
    expect(client.text.endsWith('\r\n\r\nhello')).toBe(true)
  })

  it('has a Date in its 200, as every 2xx of a server with a clock (RFC 9110 §6.6.1)', async () => {
    const { virtual } = tunnelling()
    const client = virtual.connect().send(CONNECT)
    await virtual.settle()
    expect(client.text).toContain('\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n')
  })

  it('comes after the replies to what was asked before', async () => {
    const { virtual, ends } = tunnelling()
    const client = virtual.connect().send(get('/a') + get('/b') + CONNECT + 'early')
    await virtual.settle()
    expect(client.text).toMatch(/\/a[^]*\/b[^]*X-Via: test\r\n\r\n$/)
    expect(ends[0]?.text).toBe('early')
  })

  it('may be refused by its handler; the connection goes on', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.path), {
      connect: (_asked, response) => response.status(403).send('no'),
    })
    const client = virtual.connect().send(CONNECT + get('/next'))
    await virtual.settle()
    expect(client.answers()).toEqual(['403 no', '200 /next'])
  })

  it.each<[string, Handler]>([
    ['send()', (_asked, response) => response.send('')],
    ['json()', (_asked, response) => response.json({})],
    ['write()', (_asked, response) => void response.write('x')],
    ['stream()', (_asked, response) => response.stream(['x'])],
    ['end()', (_asked, response) => response.status(204).end()],
  ])('can not be answered 2xx by %s: a client would take it for a tunnel', async (_name, connect) => {
    const virtual = new VirtualServer(never, { connect })
    const client = virtual.connect().send(CONNECT)
    await virtual.settle()
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_UPGRADE' }])
    expect(client.replies()).toMatchObject([{ status: 500 }])
  })

  it('whose handler fails is answered 500', async () => {
    const virtual = new VirtualServer(never, {
      connect: () => {
        throw new Error('no route')
      },
    })
    const client = virtual.connect().send(CONNECT)
    await virtual.settle()
    expect(virtual.errors).toMatchObject([{ message: 'no route' }])
    expect(client.replies()).toMatchObject([{ status: 500 }])
  })

  it('is known to HTTP/1.0 clients that keep the connection', async () => {
    const { virtual, ends } = tunnelling()
    const client = virtual
      .connect()
      .send('CONNECT example.org:443 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nearly')
    await virtual.settle()
    expect(client.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(ends[0]?.text).toBe('early')
  })
})
