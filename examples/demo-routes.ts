import { type Reactor, type Request, type Response, Router, type RouteParameters } from 'calandria'

const MOST_BYTES = 1_000_000_000
const MOST_CHUNKS = 1_000_000
const MOST_DELAY_MS = 3_600_000
const MOST_BLOCK_MS = 60_000

/** What `/bytes/:n` is made of; a body of any length is cut from it again and again. */
const PIECE = Buffer.alloc(64 * 1024, 'calandria ')
const CHUNK = PIECE.subarray(0, 1024)

/** The routes of the demo: one for each thing that is worth trying, testing or measuring. */
export function demoRoutes(reactor: Reactor): Router {
  return new Router()
    .get('/', (_request, response) => response.header('Content-Type', 'text/plain').send('Hello, World!'))
    .all('/echo', echo)
    .get('/headers', (request, response) => response.json(Object.fromEntries(namedHeaders(request))))
    .get('/bytes/:n', (_request, response, parameters) => bytes(response, parameters))
    .get('/stream/:n', (_request, response, parameters) => stream(response, parameters))
    .get('/delay/:ms', (_request, response, parameters) => delay(reactor, response, parameters))
    .get('/block/:ms', (_request, response, parameters) => block(reactor, response, parameters))
    .get('/throw', () => {
      throw new Error('the demo was asked to throw')
    })
}

async function echo(request: Request, response: Response): Promise<void> {
  const type = request.headers.get('content-type')
  if (type !== null) response.header('Content-Type', type)
  response.send(await request.body.bytes())
}

/** `entries()` gives every line; a JSON object has one value for each name. */
function* namedHeaders(request: Request): Iterable<[string, string | null]> {
  for (const [name] of request.headers.entries()) yield [name, request.headers.get(name)]
}

/** Never holds more than the connection's high-water mark, however many bytes it is. */
async function bytes(response: Response, parameters: RouteParameters): Promise<void> {
  const length = numberFrom(response, parameters['n'], MOST_BYTES)
  if (length === null) return
  response.header('Content-Type', 'application/octet-stream')
  if (length <= PIECE.length) {
    response.send(PIECE.subarray(0, length))
    return
  }
  response.header('Content-Length', length)
  for (let left = length; left > 0; left -= PIECE.length) {
    if (!response.write(PIECE.subarray(0, left))) await response.drained()
  }
  response.end()
}

async function stream(response: Response, parameters: RouteParameters): Promise<void> {
  const chunks = numberFrom(response, parameters['n'], MOST_CHUNKS)
  if (chunks === null) return
  response.header('Content-Type', 'application/octet-stream')
  for (let i = 0; i < chunks; i++) {
    if (!response.write(CHUNK)) await response.drained()
  }
  response.end()
}

function delay(reactor: Reactor, response: Response, parameters: RouteParameters): void {
  const ms = numberFrom(response, parameters['ms'], MOST_DELAY_MS)
  if (ms !== null) reactor.delay(ms, () => response.send(String(ms)))
}

/** What a handler must never do: here to show what it does to everybody else. */
function block(reactor: Reactor, response: Response, parameters: RouteParameters): void {
  const ms = numberFrom(response, parameters['ms'], MOST_BLOCK_MS)
  if (ms === null) return
  const end = reactor.clock.now() + ms
  while (reactor.clock.now() < end);
  response.send(String(ms))
}

/** @returns the whole number in the path; `null` when there is none, and then 404 is sent */
function numberFrom(response: Response, text: string | undefined, most: number): number | null {
  const number = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Infinity
  if (number <= most) return number
  response.status(404).send(`a whole number up to ${most} is expected\n`)
  return null
}
