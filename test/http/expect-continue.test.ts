import { describe, expect, it } from 'vitest'
import { Gate, get, post, request, VirtualServer } from './memory-client.js'

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
const head = (length: number, ...fields: string[]): string =>
  request('POST', '/body', `Content-Length: ${length}`, 'Expect: 100-continue', ...fields)

function echoing(): VirtualServer {
  return new VirtualServer((asked, response) => response.send(`${asked.path} ${asked.body.toString()}`))
}

describe('Expect: 100-continue', () => {
  it('is answered with 100 before the body, and with the reply after it', () => {
    const virtual = echoing()
    const client = virtual.connect().send(head(3))
    virtual.run()
    expect(client.text).toBe(CONTINUE)
    client.send('abc')
    virtual.run()
    expect(client.answers()).toEqual(['100 ', '200 /body abc'])
  })

  it.each([
    ['the body came with it', head(3) + 'abc'],
    ['there is no body', head(0)],
    ['there is no length', request('GET', '/body', 'Expect: 100-continue')],
  ])('is not answered with 100 when %s (RFC 9110 §10.1.1)', (_name, bytes) => {
    const virtual = echoing()
    const client = virtual.connect().send(bytes)
    virtual.run()
    expect(client.replies().map((reply) => reply.status)).toEqual([200])
  })

  it('of HTTP/1.0 is ignored (RFC 9110 §10.1.1)', () => {
    const virtual = echoing()
    const client = virtual
      .connect()
      .send('POST /body HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
    virtual.run()
    expect(client.text).toBe('')
    client.send('abc')
    virtual.run()
    expect(client.answers()).toEqual(['200 /body abc'])
  })

  it('is answered behind the replies of the same packet, with them in one write', () => {
    const virtual = echoing()
    const client = virtual.connect().send(get('/a') + get('/a') + head(3))
    virtual.run()
    expect(client.answers()).toEqual(['200 /a ', '200 /a ', '100 '])
    expect(client.writes).toBe(1)
  })

  it('waits for the replies of async handlers before it: an interim reply has its place too', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + head(3))
    await virtual.settle()
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '100 '])
    client.send('abc')
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '100 ', '200 /body'])
  })

  it('is not answered with 100 any more when the body came while it waited', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/slow') + head(3))
    await virtual.settle()
    client.send('abc')
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '200 /body'])
  })

  it('gets no 100 behind a reply that closes the connection (RFC 9112 §9.6)', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      await gate.opened
      response.header('Connection', 'close').send(asked.path)
    })
    const client = virtual.connect().send(get('/last') + head(3))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /last'])
    expect(client.isEnded).toBe(true)
  })

  it.each([
    ['is too large', head(11), 413],
    ['is chunked', request('POST', '/', 'Transfer-Encoding: chunked', 'Expect: 100-continue'), 501],
  ])('is answered with the refusal at once when the body %s', (_name, bytes, status) => {
    const virtual = new VirtualServer((_asked, response) => response.send(), { limits: { bodyBytes: 10 } })
    const client = virtual.connect().send(bytes)
    virtual.run()
    expect(client.replies().map((reply) => reply.status)).toEqual([status])
  })

  it('may come with each of several requests', () => {
    const virtual = echoing()
    const client = virtual.connect()
    for (const body of ['one', 'two']) {
      client.send(head(3))
      virtual.run()
      client.send(body)
      virtual.run()
    }
    client.send(post('/plain', 'x'))
    virtual.run()
    expect(client.answers()).toEqual(['100 ', '200 /body one', '100 ', '200 /body two', '200 /plain x'])
  })

  it('is answered with 100 once, however the body comes', () => {
    const virtual = echoing()
    const client = virtual.connect()
    for (const byte of head(3) + 'abc') {
      client.send(byte)
      virtual.run()
    }
    expect(client.answers()).toEqual(['100 ', '200 /body abc'])
  })
})
