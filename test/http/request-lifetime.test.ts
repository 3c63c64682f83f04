import { describe, expect, it } from 'vitest'
import type { Request } from '../../src/http/request.js'
import { get, post, request, VirtualServer } from './memory-client.js'

/** A server that keeps its requests and their bodies, and looks at nothing of them. */
function keeping(): { virtual: VirtualServer; kept: Request[]; bodies: Promise<Buffer>[] } {
  const kept: Request[] = []
  const bodies: Promise<Buffer>[] = []
  const virtual = new VirtualServer((asked, response) => {
    kept.push(asked)
    bodies.push(asked.body.bytes())
    response.send()
  })
  return { virtual, kept, bodies }
}

const all = (asked: Request, body: Buffer): unknown => [
  asked.method,
  asked.path,
  asked.target,
  [...asked.query],
  [...asked.headers],
  asked.minorVersion,
  body.toString('latin1'),
]

describe('a request', () => {
  it('is as right seconds later as at once, though other reads have overwritten the receive buffer', async () => {
    const { virtual, kept, bodies } = keeping()
    const expected: unknown[] = []
    const client = virtual.connect()
    for (let i = 0; i < 50; i++) {
      const query = `q${i}=${'v'.repeat(i)}`
      const body = `body ${i} ${'b'.repeat(i * 7)}`
      client.send(post(`/path/${i}?${query}`, body, `X-Number: ${i}`, `Cookie: c=${'k'.repeat(i * 3)}`))
      expected.push([
        'POST',
        `/path/${i}`,
        `/path/${i}?${query}`,
        [[`q${i}`, 'v'.repeat(i)]],
        [
          ['host', 'x'],
          ['content-length', String(body.length)],
          ['x-number', String(i)],
          ['cookie', `c=${'k'.repeat(i * 3)}`],
        ],
        1,
        body,
      ])
      await virtual.settle()
    }
    const others = virtual.connect()
    for (let i = 0; i < 20; i++)
      others.send(get(`/${'z'.repeat(i * 50)}`, `Z: ${'Z'.repeat(1000)}`).repeat(10))
    await virtual.pass(3000)
    const read = await Promise.all(bodies)
    expect(kept.slice(0, 50).map((asked, i) => all(asked, read[i]!))).toEqual(expected)
  })

  it('is right wherever it stood in a packet, also far behind its start', async () => {
    const { virtual, kept } = keeping()
    const targets = Array.from({ length: 1500 }, (_, i) => `/t?${i}`)
    virtual.connect().send(targets.map((target, i) => get(target, `N: ${i}`)).join(''))
    await virtual.pass(1000)
    expect(kept.map((asked) => [asked.target, asked.headers.get('n')])).toEqual(
      targets.map((target, i) => [target, String(i)]),
    )
  })

  it('is right when its head is longer than the text that is made for a packet at once', async () => {
    const { virtual, kept } = keeping()
    const long = (i: number): string => get(`/${i}`, `A: ${String(i % 10).repeat(9000)}`, `B: ${i}`)
    virtual.connect().send(Array.from({ length: 30 }, (_, i) => long(i)).join(''))
    await virtual.settle()
    expect(kept.map((asked) => [asked.path, asked.headers.get('a')?.[8999], asked.headers.get('b')])).toEqual(
      kept.map((_, i) => [`/${i}`, String(i % 10), String(i)]),
    )
    expect(kept).toHaveLength(30)
  })

  it('is right when its head came in pieces between those of others', async () => {
    const { virtual, kept } = keeping()
    const clients = Array.from({ length: 7 }, () => virtual.connect())
    const heads = clients.map((_, i) => get(`/path${i}?query${i}`, `Name-${i}: value${i}`))
    const longest = Math.max(...heads.map((head) => head.length))
    for (let at = 0; at < longest; at += 3) {
      clients.forEach((client, i) => {
        const piece = heads[i]!.slice(at, at + 3)
        if (piece !== '') client.send(piece)
      })
      await virtual.settle()
    }
    expect(kept.map((asked) => [asked.target, asked.headers.get(`name-${asked.path.at(-1)!}`)])).toEqual(
      clients.map((_, i) => [`/path${i}?query${i}`, `value${i}`]),
    )
  })

  it('has a body of its own: writing to it changes no other', async () => {
    const { virtual, bodies } = keeping()
    virtual.connect().send(post('/', 'one') + post('/', 'two'))
    virtual.run()
    ;(await bodies[0])!.fill(0x78)
    expect(String(await bodies[1])).toBe('two')
  })

  it('has an empty body where none was sent', async () => {
    const { virtual, kept, bodies } = keeping()
    virtual.connect().send(get('/') + post('/', ''))
    virtual.run()
    expect(kept.map((asked) => asked.body.length)).toEqual([0, 0])
    expect((await Promise.all(bodies)).map((body) => body.length)).toEqual([0, 0])
  })

  it('has binary bodies byte for byte, of any size, in pieces of any size', async () => {
    const { virtual, kept, bodies } = keeping()
    for (const size of [1, 255, 65_535, 65_536, 65_537, 300_000]) {
      const body = Buffer.from(Array.from({ length: size }, (_, i) => (i * 131 + (i >> 8)) & 255))
      const client = virtual.connect()
      client.send(request('PUT', '/', `Content-Length: ${size}`))
      for (let at = 0; at < size; at += 30_011) client.send(body.subarray(at, at + 30_011))
      client.send(get('/after'))
      await virtual.settle()
      expect((await bodies.at(-2))?.equals(body)).toBe(true)
      expect(kept.at(-1)?.path).toBe('/after')
    }
  })

  it('has its own fields where another client sends nearly the same, and the same where it sends the same', () => {
    const { virtual, kept } = keeping()
    const [one, other] = [virtual.connect(), virtual.connect()]
    for (const value of ['secret-1', 'secret-1', 'secret-2', 'secret-1', 'secret-22']) {
      one.send(get('/one', 'Accept: everything', 'Authorization: mine'))
      other.send(get('/other', 'Accept: everything', `Authorization: ${value}`))
      virtual.run()
    }
    const given = kept.map((asked) => [
      asked.path,
      asked.headers.get('authorization'),
      [...asked.headers].length,
    ])
    expect(given).toEqual(
      ['secret-1', 'secret-1', 'secret-2', 'secret-1', 'secret-22'].flatMap((value) => [
        ['/one', 'mine', 3],
        ['/other', value, 3],
      ]),
    )
  })

  it('gives the same objects each time it is asked', () => {
    const { virtual, kept } = keeping()
    virtual.connect().send(get('/?a=b'))
    virtual.run()
    const asked = kept[0]!
    expect(asked.headers).toBe(asked.headers)
    expect(asked.query).toBe(asked.query)
    expect(asked.signal).toBe(asked.signal)
  })

  it('decodes its query as URLSearchParams does, and leaves its path as it came', () => {
    const { virtual, kept } = keeping()
    virtual.connect().send(get('/%61/b?a=1&a=2&b=%20+&c&d=%C3%A9?x=y'))
    virtual.run()
    expect(kept[0]!.path).toBe('/%61/b')
    expect([...kept[0]!.query]).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', '  '],
      ['c', ''],
      ['d', 'é?x=y'],
    ])
  })

  it('has its query in every form of target', () => {
    const { virtual, kept } = keeping()
    virtual.connect().send(get('http://h?a=1') + get('/?') + get('/') + request('OPTIONS', '*'))
    virtual.run()
    expect(kept.map((asked) => asked.query.toString())).toEqual(['a=1', '', '', ''])
  })

  it('tells the address of its client', () => {
    const { virtual, kept } = keeping()
    virtual.connect({ remoteAddress: '192.0.2.7' }).send(get('/'))
    virtual.run()
    expect(kept[0]!.remoteAddress).toBe('192.0.2.7')
  })

  it('ignores one empty line before each, and refuses a second', () => {
    const { virtual, kept } = keeping()
    const client = virtual.connect().send(`\r\n${get('/a')}\r\n${post('/b', 'x')}\r\n${get('/c')}\r\n\r\n`)
    virtual.run()
    expect(kept.map((asked) => asked.path)).toEqual(['/a', '/b', '/c'])
    expect(client.replies().map((reply) => reply.status)).toEqual([200, 200, 200, 400])
  })
})
