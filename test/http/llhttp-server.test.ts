import { llhttpEngine } from 'calandria/llhttp'
import { describe, expect, it } from 'vitest'
import { engineOf, sharedLlhttp } from '../../src/http/parser/llhttp/llhttp-engine.js'
import { Server } from '../../src/http/server.js'
import type { ServeOptions } from '../../src/http/server-options.js'
import { chunked, get, post, request, VirtualServer } from './memory-client.js'

const parser = engineOf(await sharedLlhttp())

function started(): VirtualServer {
  return new VirtualServer(
    (request, response) => {
      const { method, target, headers } = request
      response.send(`${method} ${target} ${headers.get('a') ?? '-'}`)
    },
    { parser },
  )
}

describe('a server with the llhttp engine', () => {
  it('answers pipelined requests of every kind', () => {
    const server = started()
    const client = server.connect()
    client.send(get('/1', 'A: b') + post('/2', 'body') + '\r\n' + get('/3?q') + get('http://h/4', 'A: \xe9'))
    server.run()
    expect(client.answers()).toEqual([
      '200 GET /1 b',
      '200 POST /2 -',
      '200 GET /3?q -',
      '200 GET http://h/4 \xc3\xa9',
    ])
  })

  it('reads bodies of both framings, and refuses what is wrong with them', async () => {
    const server = new VirtualServer(
      async (asked, response) => {
        const body = await asked.body.text()
        response.send(`${asked.path} ${body} ${asked.body.trailers?.get('a') ?? '-'}`)
      },
      { parser },
    )
    const client = server.connect()
    const whole = post('/1', 'one') + chunked('/2', '3;x\r\ntwo\r\n0\r\nA: b\r\n\r\n') + get('/3')
    for (const byte of whole + chunked('/4', '+1\r\n') + get('/never')) {
      client.send(byte)
      server.run()
    }
    await server.settle()
    expect(client.answers().map((answer) => answer.split(':')[0])).toEqual([
      '200 /1 one -',
      '200 /2 two b',
      '200 /3  -',
      '400 CAL_ERR_HTTP_CHUNK_SIZE',
    ])
    expect(client.isEnded).toBe(true)
  })

  it('answers sixteen requests of one read in one write', () => {
    const server = started()
    const client = server.connect()
    client.send(get('/').repeat(16))
    server.run()
    expect(client.answers()).toHaveLength(16)
    expect(client.writes).toBe(1)
  })

  it('answers a request that comes byte by byte between others', () => {
    const server = started()
    const [slow, fast] = [server.connect(), server.connect()]
    for (const byte of get('/slow', 'A: slow')) {
      slow.send(byte)
      fast.send(get('/fast'))
      server.run()
    }
    expect(slow.answers()).toEqual(['200 GET /slow slow'])
    expect(new Set(fast.answers())).toEqual(new Set(['200 GET /fast -']))
  })

  it('hands over a method that llhttp does not know, and goes on', () => {
    const server = started()
    const client = server.connect()
    client.send(request('BREW', '/pot') + get('/next'))
    server.run()
    expect(client.replies().map((reply) => reply.status)).toEqual([501, 200])
  })

  it('refuses what llhttp lets through', () => {
    for (const head of [
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
      'GET /# HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /  HTTP/1.1\r\nHost: x\r\n\r\n',
      '\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ]) {
      const server = started()
      const client = server.connect()
      client.send(head + get('/hidden'))
      server.run()
      expect(
        client.replies().map((reply) => reply.status),
        head,
      ).toEqual([400])
    }
  })

  it('tells which engine reads', async () => {
    expect(started().server.statistics().parser).toBe('llhttp')
    const options = { port: 0, handler: () => undefined }
    expect(new Server(options).statistics().parser).toBe('scanner')
    expect(new Server({ ...options, parser: 'scanner' }).statistics().parser).toBe('scanner')
    expect((await llhttpEngine()).name).toBe('llhttp')
  })

  it.each([null, 'llhttp', {}, { name: 'llhttp' }, 1])('refuses the parser %j', (parser) => {
    const options = { port: 0, handler: () => undefined, parser } as unknown as ServeOptions
    expect(() => new Server(options)).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }) as Error)
  })
})
