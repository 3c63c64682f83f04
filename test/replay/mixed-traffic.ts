import type { MakeHandler } from './recorded-server.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, gets, post } from '../sockets/requests.js'
import type { ListeningServer } from '../../src/index.js'

/** Answers at once, late, in pieces, never, with errors, from scopes: one path for each. */
export const mixedHandler: MakeHandler = (reactor) => async (request, response) => {
  switch (request.path) {
    case '/late':
      await reactor.sleep(7)
      response.header('X-Late', 'yes').send('late')
      break
    case '/stream':
      for (let i = 0; i < 200; i++) if (!response.write(Buffer.alloc(5000, i))) await response.drained()
      response.end()
      break
    case '/echo':
      response.send(await request.body.bytes())
      break
    case '/scope': {
      const scope = request.scope
      const tasks = [3, 1, 2].map((ms) => scope.spawn(() => reactor.sleep(ms).then(() => `${ms};`)))
      response.send((await Promise.all(tasks)).join(''))
      break
    }
    case '/iterate':
      await response.stream(pieces(reactor.sleep.bind(reactor)))
      break
    case '/never':
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
      break
    case '/throw':
      throw new Error('on purpose')
    default:
      response.json({ path: request.path, from: request.remoteAddress, at: Math.floor(reactor.clock.now()) })
  }
}

async function* pieces(sleep: (ms: number) => Promise<void>): AsyncGenerator<string> {
  for (const piece of ['one ', 'two ', 'three']) {
    await sleep(1)
    yield piece
  }
}

/** Clients of all kinds, side by side. Resolves when those are through that ever are. */
export async function mixedTraffic(server: ListeningServer): Promise<void> {
  const open = (): Promise<RawClient> => RawClient.connect(server)
  const talks = [
    async () => (await open()).send(gets(40)).replies(40),
    async () => (await open()).send(get('/late') + get('/a') + get('/late') + get('/b')).replies(4),
    async () => (await open()).send(get('/scope') + get('/iterate') + get('/throw')).replies(3),
    async () => (await open()).send(post('/echo', 'x'.repeat(100_000))).reply(),
    async () => (await open()).send('GET / HTTP/1.1\r\nHost a\r\n\r\n').rest(),
    async () => {
      const client = (await open()).send('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le')
      await (await open()).send(get('/late')).reply()
      await client.send('ngth: 4\r\n\r\nbo').send('dy').reply()
    },
    async () => {
      const client = (await open()).send(get('/stream') + get('/after')) // reads nothing for a while
      await (await open()).send(get('/late')).reply()
      await client.replies(2)
    },
    async () => {
      const client = (await open()).send(get('/never'))
      await (await open()).send(get('/late')).reply()
      client.reset()
      await client.closed
    },
    async () => (await open()).send(get('/late')).end().rest(),
  ]
  await Promise.all(talks.map((talk) => talk()))
}
