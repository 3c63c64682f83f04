/** Calandria through its public API. */
import {
  type FlushPolicyName,
  type Handler,
  Reactor,
  type Request,
  type Response,
  Router,
  serve,
} from 'calandria'
import { llhttpEngine } from 'calandria/llhttp'
import { parseArgs } from 'node:util'
import {
  act,
  type ActName,
  block,
  HELLO,
  KILOBYTE,
  message,
  port,
  STREAM_CHUNK,
  STREAM_CHUNKS,
  TEN_KILOBYTES,
} from './acts.js'
import { reportToHarness } from './reporting.js'

const reactor = new Reactor()

const text =
  (body: string) =>
  (_request: Request, response: Response): void => {
    response.header('content-type', 'text/plain').send(body)
  }
const hello = text(HELLO)

const handlers: Readonly<Record<ActName, Handler>> = {
  hello,
  kilobyte: text(KILOBYTE),
  tenKilobytes: text(TEN_KILOBYTES),
  json: (_request, response) => {
    response.json(message())
  },
  upload: async (request, response) => {
    let bytes = 0
    for await (const chunk of request.body) bytes += chunk.length
    response.header('content-type', 'text/plain').send(String(bytes))
  },
  stream: (_request, response) => {
    response.header('content-type', 'text/plain')
    for (let i = 0; i < STREAM_CHUNKS; i++) response.write(STREAM_CHUNK)
    response.end()
  },
  delay: async (request, response) => {
    await reactor.sleep(1)
    hello(request, response)
  },
  slow: (request, response) => {
    block()
    hello(request, response)
  },
}

function byPath(): Handler {
  const router = new Router()
  for (const [name, handler] of Object.entries(handlers)) {
    router.get(`/${name}`, handler).post(`/${name}`, handler)
  }
  return router.handler
}

const { values } = parseArgs({
  options: { flush: { type: 'string' }, parser: { type: 'string' }, watched: { type: 'boolean' } },
})

await serve({
  port,
  host: '127.0.0.1',
  reactor,
  handler: act === 'routes' ? byPath() : handlers[act],
  flush: (values.flush ?? 'end-of-read') as FlushPolicyName,
  ...(values.parser === 'llhttp' ? { parser: await llhttpEngine() } : {}),
  ...(values.watched === true ? { watchdog: { limitMs: 100 } } : {}),
})
reportToHarness()
