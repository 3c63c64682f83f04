import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { StreamSource } from '../../src/http/body-source.js'
import type { Body } from '../../src/http/response.js'
import { Gate, get, type MemoryClient, request, VirtualServer } from './memory-client.js'

async function* later<T>(...pieces: T[]): AsyncGenerator<T> {
  for (const piece of pieces) yield await Promise.resolve(piece)
}

function webStream(...pieces: Body[]): ReadableStream<Body> {
  return new ReadableStream<Body>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) controller.close()
      else controller.enqueue(piece)
    },
  })
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const SOURCES: Readonly<Record<string, () => unknown>> = {
  'an async generator of strings': () => later('one ', 'two ', 'three'),
  'an async generator of bytes': () => later(bytes('one '), bytes('two three')),
  'a generator': function* () {
    yield 'one '
    yield bytes('two ')
    yield 'three'
  },
  'a list': () => ['one ', 'two ', Buffer.from('three')],
  'a Set': () => new Set(['one ', 'two ', 'three']),
  'a Node stream of bytes': () => Readable.from([Buffer.from('one '), Buffer.from('two three')]),
  'a Node stream in object mode': () => Readable.from(['one ', 'two ', 'three']),
  'a web stream': () => webStream(bytes('one '), 'two ', bytes('three')),
  'the body of a fetch Response': () => new Response('one two three').body,
  'the stream of a Blob': () => new Blob(['one ', 'two three']).stream(),
  'pieces of which some are empty': () => ['', 'one ', '', bytes(''), 'two three', ''],
}

function serverOf(open: () => unknown): VirtualServer {
  return new VirtualServer((_asked, response) => response.stream(open() as StreamSource))
}

/** Some sources (a Blob) do their work elsewhere, so that one settling may not be enough. */
async function lastChunks(virtual: VirtualServer, client: MemoryClient, count: number): Promise<void> {
  do await virtual.settle()
  while (client.text.split('\r\n0\r\n\r\n').length <= count)
}

describe('response.stream()', () => {
  it.each(Object.entries(SOURCES))('takes %s', async (_name, open) => {
    const virtual = serverOf(open)
    const client = virtual.connect().send(get('/'))
    await lastChunks(virtual, client, 1)
    const [reply] = client.replies()
    expect(reply?.body).toBe('one two three')
    expect(reply?.headers.get('transfer-encoding')).toBe('chunked')
    expect(virtual.errors).toEqual([])
    client.send(get('/'))
    await lastChunks(virtual, client, 2)
    expect(client.replies()).toHaveLength(2)
  })

  it.each([
    ['a string, which would go out letter by letter', 'text'],
    ['bytes, which would go out one by one', new Uint8Array(3)],
    ['a number', 1],
    ['null', null],
    ['undefined', undefined],
    ['an object that has no pieces', {}],
    ['a function', () => ['x']],
  ])('refuses %s: CAL_ERR_RESPONSE_BODY, and the client gets a 500', async (_name, source) => {
    const virtual = serverOf(() => source)
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(virtual.errors).toMatchObject([{ name: 'CalandriaTypeError', code: 'CAL_ERR_RESPONSE_BODY' }])
    expect(client.replies()[0]?.status).toBe(500)
  })

  it('refuses a web stream that somebody else reads already', async () => {
    const stream = webStream('x')
    stream.getReader()
    const virtual = serverOf(() => stream)
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(virtual.errors).toMatchObject([{ name: 'TypeError' }])
    expect(client.replies()[0]?.status).toBe(500)
  })

  it('makes an empty chunked body of a source without pieces', async () => {
    const virtual = serverOf(() => [])
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.text.endsWith('\r\n\r\n0\r\n\r\n')).toBe(true)
    expect(client.answers()).toEqual(['200 '])
  })

  it('keeps a declared length, and needs no chunks then', async () => {
    const virtual = new VirtualServer((_asked, response) =>
      response.header('Content-Length', 8).stream(later('four', 'more')),
    )
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    const [reply] = client.replies()
    expect(reply?.headers.get('content-length')).toBe('8')
    expect(reply?.headers.has('transfer-encoding')).toBe(false)
    expect(reply?.body).toBe('fourmore')
  })

  it('marks the end of the body with the end of the connection to HTTP/1.0', async () => {
    const virtual = serverOf(() => later('one ', 'two'))
    const client = virtual.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    await virtual.settle()
    expect(client.isEnded).toBe(true)
    const [reply] = client.replies()
    expect(reply?.body).toBe('one two')
    expect(reply?.headers.get('connection')).toBe('close')
  })

  it('keeps its place behind replies that are slower', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') await gate.opened
      await response.stream(later(asked.path, '!'))
    })
    const client = virtual.connect().send(get('/slow') + get('/b') + get('/c'))
    await virtual.settle()
    expect(client.text).toBe('')
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow!', '200 /b!', '200 /c!'])
  })

  it('lets small pieces of one turn leave in one write', async () => {
    const virtual = serverOf(() => Array.from({ length: 100 }, (_, index) => `${index},`))
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.replies()[0]?.body).toMatch(/^0,1,.*,99,$/)
    expect(client.writes).toBe(1)
  })

  it('lets pieces of several streams of one connection leave in one write', async () => {
    const virtual = serverOf(() => later('a', 'b', 'c'))
    const client = virtual.connect().send(get('/').repeat(10))
    await virtual.settle()
    expect(client.replies()).toHaveLength(10)
    expect(client.writes).toBe(1)
  })

  it('sends what there is while the source makes the next piece', async () => {
    const gate = new Gate()
    const virtual = serverOf(async function* () {
      yield 'early'
      await gate.opened
      yield 'late'
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.text.endsWith('\r\n\r\n5\r\nearly\r\n')).toBe(true)
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 earlylate'])
  })
})

describe('response.stream() where there is no body', () => {
  it.each<[string, string, number]>([
    ['HEAD', 'HEAD', 200],
    ['204', 'GET', 204],
    ['205', 'GET', 205],
    ['304', 'GET', 304],
  ])('pulls nothing and lets go of the source: %s', async (_name, method, status) => {
    let pulled = 0
    const destroyed: string[] = []
    const sources: (() => StreamSource)[] = [
      () =>
        new Readable({
          read() {
            pulled++
            this.push('x')
          },
          destroy(_error, done) {
            destroyed.push('node')
            done(null)
          },
        }) as AsyncIterable<Body>,
      () =>
        new ReadableStream<Body>(
          {
            pull() {
              pulled++
            },
            cancel() {
              destroyed.push('web')
            },
          },
          { highWaterMark: 0 },
        ),
      () => ({
        [Symbol.iterator]: () => ({
          next: () => {
            pulled++
            return { done: false, value: 'x' }
          },
          return: () => {
            destroyed.push('iterator')
            return { done: true, value: undefined }
          },
        }),
      }),
    ]
    for (const open of sources) {
      const virtual = new VirtualServer((_asked, response) => response.status(status).stream(open()))
      const client = virtual.connect().send(request(method, '/') + request(method, '/'))
      await virtual.settle()
      expect(client.replies([method, method]).map((reply) => [reply.status, reply.body])).toEqual([
        [status, ''],
        [status, ''],
      ])
      expect(client.isEnded).toBe(false)
      expect(virtual.errors).toEqual([])
    }
    expect(pulled).toBe(0)
    expect(destroyed).toEqual(['node', 'node', 'web', 'web', 'iterator', 'iterator'])
  })

  it('lets go of a Node stream that fails when it is told so, without anybody crashing', async () => {
    const virtual = new VirtualServer((_asked, response) =>
      response.stream(new Readable({ read: () => undefined })),
    )
    const client = virtual.connect().send(request('HEAD', '/'))
    await virtual.settle()
    await new Promise(setImmediate) // where Node reports an 'error' that nobody listens for
    expect(client.replies(['HEAD'])[0]?.status).toBe(200)
  })

  it('announces the framing that GET would have to HEAD (RFC 9110 §9.3.2)', async () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/known') response.header('Content-Length', 3)
      return response.stream(['abc'])
    })
    const client = virtual.connect().send(request('HEAD', '/known') + request('HEAD', '/unknown'))
    await virtual.settle()
    const [known, unknown] = client.replies(['HEAD', 'HEAD'])
    expect(known?.headers.get('content-length')).toBe('3')
    expect(unknown?.headers.get('transfer-encoding')).toBe('chunked')
  })
})
