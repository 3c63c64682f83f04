import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { get, type MemoryClient, post, request, VirtualServer } from './memory-client.js'

const echo: Handler = async (asked, response) =>
  response.send(`${asked.method} ${asked.target} ${await asked.body.text()}`)

/** A client that has sent all of `requests` in one packet, and the server's reply to it. */
async function inOnePacket(handler: Handler, ...requests: string[]): Promise<MemoryClient> {
  const virtual = new VirtualServer(handler)
  const client = virtual.connect().send(requests.join(''))
  await virtual.settle()
  return client
}

describe('one write', () => {
  it.each([1, 2, 16, 100])('carries the replies to %i pipelined GETs of one packet', async (count) => {
    const targets = Array.from({ length: count }, (_, i) => `/?${i}`)
    const client = await inOnePacket(echo, ...targets.map((target) => get(target)))
    expect(client.answers()).toEqual(targets.map((target) => `200 GET ${target} `))
    expect(client.writes).toBe(1)
  })

  it('carries the replies to 16 GETs of sixteen paths that were served before', async () => {
    const paths = Array.from({ length: 16 }, (_, i) => `/${i}`)
    const virtual = new VirtualServer(echo)
    const client = virtual.connect()
    for (const path of paths) {
      client.send(get(path))
      await virtual.settle()
    }
    const before = client.writes
    client.send(paths.map((path) => get(path)).join(''))
    await virtual.settle()
    expect(client.writes).toBe(before + 1)
    expect(client.replies()).toHaveLength(32)
  })

  it('carries replies to methods of all kinds, bodies and errors among them', async () => {
    const answer: Handler = (asked, response) => {
      if (asked.path === '/throws') throw new Error('on purpose')
      return echo(asked, response)
    }
    const virtual = new VirtualServer(answer)
    const burst = [
      get('/a'),
      post('/a', 'one'),
      request('DELETE', '/a'),
      request('PUT', '/a', 'Content-Length: 3') + 'two',
      get('/throws'),
      request('BREW', '/a'),
      request('OPTIONS', '*'),
      get('/a'),
    ].join('')
    const answers = [
      '200 GET /a ',
      '200 POST /a one',
      '200 DELETE /a ',
      '200 PUT /a two',
      '500',
      '501',
      '200 OPTIONS * ',
      '200 GET /a ',
    ]
    const warmUp = virtual.connect().send(burst)
    await virtual.settle()
    const client = virtual.connect().send(burst)
    await virtual.settle()
    for (const who of [warmUp, client]) {
      expect(
        who
          .answers()
          .map((text) => (text.startsWith('500') || text.startsWith('501') ? text.slice(0, 3) : text)),
      ).toEqual(answers)
    }
    expect(client.writes).toBe(1)
    expect(virtual.errors).toHaveLength(2)
  })

  it('carries the replies of async handlers that finish in the same turn', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await virtual.reactor.sleep(10)
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b') + get('/c'))
    await virtual.pass(10)
    expect(client.answers()).toEqual(['200 /a', '200 /b', '200 /c'])
    expect(client.writes).toBe(1)
  })

  it('carries the replies of handlers that only await what is there already', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await Promise.resolve()
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/a') + get('/b'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '200 /b'])
    expect(client.writes).toBe(1)
  })

  it('carries what comes through a router’s 404s and 405s too', async () => {
    const client = await inOnePacket(
      (_asked, response) => response.status(404).send('no'),
      get('/a'),
      get('/a'),
      get('/a'),
    )
    expect(client.answers()).toEqual(['404 no', '404 no', '404 no'])
    expect(client.writes).toBe(1)
  })

  it('leaves at the end of the read when a part of a next request follows (fasthttp#1043)', async () => {
    for (const part of ['G', 'GET / HT', 'GET /c HTTP/1.1\r\nHost: x\r\n', post('/c', 'body').slice(0, -1)]) {
      const client = await inOnePacket(echo, get('/a'), get('/b'), part)
      expect(client.answers()).toEqual(['200 GET /a ', '200 GET /b '])
    }
  })

  it('is one for each read, when requests come in two', async () => {
    const virtual = new VirtualServer(echo)
    const client = virtual.connect().send(get('/a') + get('/a'))
    await virtual.settle()
    client.send(get('/a') + get('/a'))
    await virtual.settle()
    expect(client.replies()).toHaveLength(4)
    expect(client.writes).toBe(2)
  })

  it('holds at most about a batch’s cap: replies of 1 MB leave in several writes, in order', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.target.slice(2).repeat(5000)))
    const client = virtual.connect({ highWaterMark: 1 << 30 })
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz'.repeat(8))
    client.send(letters.map((letter) => get(`/?${letter}`)).join(''))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.body)).toEqual(letters.map((letter) => letter.repeat(5000)))
    expect(client.writes).toBeGreaterThan(10)
    expect(client.writes).toBeLessThan(30)
  })

  it('has the bytes of large bodies in their place between small ones', async () => {
    const large = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i & 255))
    const client = await inOnePacket(
      (asked, response) => response.send(asked.path === '/large' ? large : asked.path),
      get('/a'),
      get('/large'),
      get('/large'),
      get('/b'),
    )
    const replies = client.replies().map((reply) => reply.body)
    expect(replies).toEqual(['/a', large.toString('latin1'), large.toString('latin1'), '/b'])
  })
})
