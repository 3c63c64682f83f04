import { type Handler, type Reactor, Router } from 'calandria'
import { patternOf } from './pattern.js'

/** What the soak asks for: every way of answering, and of treating a body. `exchanges.ts` knows what is right. */
export function soakRouter(reactor: Reactor): Router {
  const numberOf = (query: URLSearchParams): number => Number(query.get('i'))
  const upgrade: Handler = async (_request, response) => {
    const { transport, head } = await response.header('Upgrade', 'echo').upgrade()
    if (head.length > 0) transport.write(head)
    transport.attach({
      onBytes: (bytes, length) => {
        if (!transport.write(Buffer.from(bytes.subarray(0, length)))) transport.pause()
      },
      onDrain: () => transport.resume(),
      onEnd: () => transport.end(),
      onClose: () => undefined,
    })
  }
  return new Router()
    .get('/text', ({ query }, response) => response.send(`number ${numberOf(query)}`))
    .get('/late', async ({ query, signal }, response) => {
      await reactor.sleep(numberOf(query) % 20, { signal })
      response.send(`number ${numberOf(query)}`)
    })
    .get('/large', async ({ query }, response) => {
      const pattern = patternOf(numberOf(query))
      response.header('Content-Length', pattern.length)
      for (let at = 0; at < pattern.length; at += 10_000)
        if (!response.write(pattern.subarray(at, at + 10_000))) await response.drained()
      response.end()
    })
    .get('/stream', async ({ query }, response) => {
      const pattern = patternOf(numberOf(query))
      response.header('Trailer', 'X-Length').trailer('X-Length', String(pattern.length))
      await response.stream(pieces(pattern))
    })
    .get('/hints', ({ query }, response) => {
      response.informational(103, { Link: '</a.css>; rel=preload' }).send(`number ${numberOf(query)}`)
    })
    .get('/throw', () => {
      throw new Error('as asked')
    })
    .post('/echo', async ({ body }, response) => response.send(await body.bytes()))
    .post('/mirror', ({ body }, response) => response.stream(body))
    .post('/unread', (_request, response) => response.status(403).send('unread'))
    .get('/upgrade', upgrade)
}

async function* pieces(pattern: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < pattern.length; at += 7000) {
    await Promise.resolve()
    yield pattern.subarray(at, at + 7000)
  }
}
