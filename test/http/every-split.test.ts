import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { Request } from '../../src/http/request.js'
import type { Response } from '../../src/http/response.js'
import { chunked, get, post, request, VirtualServer } from './memory-client.js'

/** Answers with all that it was told, so that a byte that went astray shows. */
const mirror: Handler = (asked, response) => {
  if (asked.path === '/throws') throw new Error('on purpose')
  if (asked.body.length === 0) return answer(asked, response, '') // at once: only bodies are waited for
  return asked.body.bytes().then((body) => {
    const fields = [...(asked.body.trailers ?? [])].join(';')
    return answer(asked, response, body.toString('latin1') + fields)
  })
}

function answer(asked: Request, response: Response, body: string): void | Promise<void> {
  const text = `${asked.method} ${asked.target} ${[...asked.headers].join(';')} ${body}`
  if (asked.path === '/stream') {
    response.write(text)
    response.end('!')
  } else if (asked.path === '/later') return Promise.resolve().then(() => response.send(text))
  else response.send(text)
  return undefined
}

const STREAMS: readonly (readonly [string, string])[] = [
  ['GETs', get('/a') + get('/b?c=d', 'Cookie: e=f') + get('/c')],
  ['bodies', post('/a', 'one') + post('/b', 'two and more', 'X: y') + post('/c', '') + get('/d')],
  ['bodies that look like requests', post('/a', get('/smuggled')) + post('/b', '\r\n\r\n') + get('/c')],
  ['empty lines between', `\r\n${get('/a')}\r\n${post('/b', '\r')}\r\n${get('/c')}`],
  [
    'streams, errors and late replies',
    get('/stream') + get('/throws') + get('/later') + post('/stream', 'x') + get('/a'),
  ],
  ['other targets', get('http://h:80/a?b') + request('OPTIONS', '*') + request('BREW', '/') + get('/e')],
  ['a close in the middle', get('/a') + post('/b', 'x', 'Connection: close') + get('/never')],
  ['HTTP/1.0', 'GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n' + get('/never')],
  [
    'a refusal in the middle',
    get('/a') + post('/b', 'x') + 'GET /c HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n' + get('/never'),
  ],
  [
    'chunked bodies',
    chunked('/a', '3\r\none\r\n0\r\n\r\n') +
      chunked('/b', '0\r\n\r\n') +
      get('/c') +
      chunked('/d', 'A;b=c;d="\\""\r\n0123456789\r\n01\r\n!\r\n000\r\nX-Sum: 11\r\nX-Y: z\r\n\r\n') +
      post('/e', 'e'),
  ],
  [
    'chunked bodies that look like requests',
    chunked('/a', `${get('/smuggled').length.toString(16)}\r\n${get('/smuggled')}\r\n0\r\n\r\n`) + get('/b'),
  ],
  ['a chunked body, refused', get('/a') + chunked('/b', '3\r\none\r\n0x0\r\n\r\n') + get('/never')],
  [
    'a chunked body with a refused trailer',
    get('/a') + chunked('/b', '3\r\none\r\n0\r\nHost: y\r\n\r\n') + get('/never'),
  ],
  ['a part of a request at the end', get('/a') + post('/b', 'body').slice(0, -1)],
]

/** The replies to a stream that comes in these pieces, each in a read of its own. */
async function repliesTo(pieces: readonly string[], turnBetween = true): Promise<string> {
  const virtual = new VirtualServer(mirror)
  const client = virtual.connect()
  for (const piece of pieces) {
    client.send(piece)
    if (turnBetween) virtual.run()
  }
  await virtual.settle()
  return client.text
}

describe('a stream of requests is answered with the same bytes as when it comes whole', () => {
  it.each(STREAMS)('cut in two anywhere: %s', async (_name, stream) => {
    const whole = await repliesTo([stream])
    expect(whole).toContain('HTTP/1.1 200')
    for (let cut = 1; cut < stream.length; cut++) {
      expect(await repliesTo([stream.slice(0, cut), stream.slice(cut)]), `cut at ${cut}`).toBe(whole)
    }
  })

  it.each(STREAMS)('byte by byte: %s', async (_name, stream) => {
    const whole = await repliesTo([stream])
    expect(await repliesTo(Array.from(stream))).toBe(whole)
    expect(await repliesTo(Array.from(stream), false)).toBe(whole)
  })

  const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
  it(`in pieces of any sizes, several streams at once (seed ${seed})`, async () => {
    const piecesOf = (stream: string): fc.Arbitrary<string[]> =>
      fc.array(fc.nat(stream.length), { maxLength: 12 }).map((cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
        return places.slice(1).map((place, i) => stream.slice(places[i], place))
      })
    const wholes = await Promise.all(STREAMS.map(([, stream]) => repliesTo([stream])))
    await fc.assert(
      fc.asyncProperty(fc.tuple(...STREAMS.map(([, stream]) => piecesOf(stream))), async (cut) => {
        const virtual = new VirtualServer(mirror)
        const clients = cut.map(() => virtual.connect())
        for (let i = 0; i < Math.max(...cut.map((pieces) => pieces.length)); i++) {
          clients.forEach((client, which) => {
            const piece = cut[which]![i] ?? ''
            if (piece !== '') client.send(piece)
          })
          virtual.run()
        }
        await virtual.settle()
        expect(clients.map((client) => client.text)).toEqual(wholes)
      }),
      { seed, numRuns: 60 },
    )
  })
})
