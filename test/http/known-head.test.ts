import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seed } from '../reactor/seed.js'
import { get, post, request, VirtualServer } from './memory-client.js'

/** What was asked, as the handler sees it. */
function echoServer(): VirtualServer {
  return new VirtualServer(async (asked, response) => {
    const { method, target, path, minorVersion, headers } = asked
    const body = await asked.body.text()
    response.send([method, target, path, minorVersion, headers.get('x-a') ?? '-', body].join(' '))
  })
}

/** Heads that differ in one thing each, some of them of the same length, and what is seen of them. */
const MESSAGES: readonly (readonly [string, string])[] = [
  [get('/'), 'GET / / 1 - '],
  [get('/a'), 'GET /a /a 1 - '],
  [get('/b'), 'GET /b /b 1 - '],
  [get('/a?b'), 'GET /a?b /a 1 - '],
  [get('/a', 'X-A: 1'), 'GET /a /a 1 1 '],
  [get('/a', 'X-A: 2'), 'GET /a /a 1 2 '],
  [`\r\n${get('/a')}`, 'GET /a /a 1 - '],
  [request('PUT', '/a'), 'PUT /a /a 1 - '],
  [post('/a', 'b'), 'POST /a /a 1 - b'],
  [post('/a', get('/')), `POST /a /a 1 - ${get('/')}`],
  ['GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n', 'GET /a /a 0 - '],
  ['GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n', 'GET http://x/a /a 1 - '],
]

const sequence = fc.array(fc.nat(MESSAGES.length - 1), { minLength: 1, maxLength: 60 })
/** Where the bytes are cut, as parts of the whole. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 })

describe('heads that are compared with the last one', () => {
  it('say what they say by themselves, in any order, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, cuts, async (indices, at) => {
        const server = echoServer()
        const client = server.connect()
        const bytes = indices.map((i) => MESSAGES[i]![0]).join('')
        const places = [0, ...at.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b)]
        for (const [i, from] of places.entries()) {
          const piece = bytes.slice(from, places[i + 1])
          if (piece !== '') client.send(piece)
          await server.settle()
        }
        expect(client.answers()).toEqual(indices.map((i) => `200 ${MESSAGES[i]![1]}`))
        expect(server.errors).toEqual([])
      }),
      { seed, numRuns: 200 },
    )
  })

  it('are refused where they are not the same to the byte', async () => {
    const server = echoServer()
    const client = server.connect()
    const good = get('/a', 'X-A: 1')
    client.send(good.repeat(3) + good.replace('X-A: 1', 'X-A:\x001'))
    await server.settle()
    const [first, second, third, fourth] = client.replies()
    expect([first, second, third].map((reply) => reply?.status)).toEqual([200, 200, 200])
    expect(fourth?.body).toContain('CAL_ERR_HTTP_FIELD_VALUE')
    expect(client.isEnded).toBe(true)
  })

  it('share the target and the headers, and nothing that a handler may change', async () => {
    const seen: unknown[] = []
    const server = new VirtualServer((asked, response) => {
      seen.push(asked)
      asked.query.append('more', String(seen.length))
      response.send(asked.query.toString())
    })
    const client = server.connect()
    client.send(get('/a?b=1').repeat(3))
    await server.settle()
    expect(client.answers()).toEqual(['200 b=1&more=1', '200 b=1&more=2', '200 b=1&more=3'])
    expect(new Set(seen).size).toBe(3)
  })
})
