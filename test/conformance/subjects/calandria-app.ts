import type { Handler, Headers, Request, Response } from '../../../src/index.js'
import type { Handled } from '../handled.js'

/** A handled request while it is being handled. */
type Entry = { -readonly [Name in keyof Handled]: Handled[Name] }

/**
 * The application of the table: logs every request and echoes its target. Some targets do something else;
 * the applications in `peers/` do the same on other servers.
 */
export class CalandriaApp {
  #log: Entry[] = []

  /** What was handled since the last call, in the order of arrival. */
  takeLog(): readonly Handled[] {
    const log = this.#log
    this.#log = []
    return log
  }

  readonly handler: Handler = (request, response) => {
    const target = effectiveTarget(request)
    const entry: Entry = {
      method: request.method,
      target,
      headers: asRecord(request.headers),
      body: null,
      trailers: null,
      isComplete: false,
    }
    this.#log.push(entry)
    const hasBody = request.body.length !== 0
    // At once where there is nothing to wait for: what an async handler does runs beside the handlers behind it.
    if (request.path !== '/unread' && hasBody) return readAndAnswer(request, response, entry)
    if (!hasBody) entry.body = ''
    entry.isComplete = true
    return answer(request, response, target)
  }
}

async function readAndAnswer(request: Request, response: Response, entry: Entry): Promise<void> {
  const { body } = request
  entry.body = (await body.bytes()).toString('latin1')
  entry.trailers = body.trailers === null ? null : asRecord(body.trailers)
  entry.isComplete = true
  return answer(request, response, entry.target)
}

function answer(request: Request, response: Response, target: string): void | Promise<void> {
  const act = ACTS[request.path]
  if (act === undefined) response.send(target)
  else return act(response, request, target)
}

type Act = (response: Response, request: Request, target: string) => void | Promise<void>

/** What some targets do instead of echoing themselves. */
const ACTS: Readonly<Record<string, Act | undefined>> = {
  '/slow': async (response, _request, target) => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    response.send(target)
  },
  '/fails': () => {
    throw new Error('on purpose')
  },
  '/stream': (response) => {
    response.write('a piece')
    response.end(' and another')
  },
  '/hints': (response, _request, target) => {
    response.informational(103, { Link: '</style.css>; rel=preload' }).send(target)
  },
  '/no-content': (response) => response.status(204).send(),
  '/reset-content': (response) => response.status(205).send(),
  '/not-modified': (response) => response.status(304).send(),
  '/close': (response, _request, target) => response.header('Connection', 'close').send(target),
  '/get-only': (response, { method }, target) => {
    if (method === 'GET') response.send(target)
    else response.status(405).header('Allow', 'GET').send()
  },
  '/get-only/none': (response) => response.status(404).send('none'),
  '/upgrade': async (response, { upgrade }, target) => {
    if (upgrade === 'echo') await echo(response)
    else response.send(target)
  },
}

/** Path and query, whatever form the target has (RFC 9112 §3.3). */
function effectiveTarget({ target, path }: Request): string {
  if (target.startsWith('/') || target === '*') return target
  const query = target.indexOf('?')
  return query === -1 ? path : path + target.slice(query)
}

function asRecord(headers: Headers): Record<string, string> {
  const names = new Set([...headers].map(([name]) => name))
  return Object.fromEntries([...names].map((name) => [name, headers.get(name) ?? '']))
}

/** The other protocol: whatever comes goes back. */
async function echo(response: Response): Promise<void> {
  const { transport, head } = await response.header('Upgrade', 'echo').upgrade()
  transport.write(head)
  transport.attach({
    onBytes: (bytes, length) => void transport.write(Buffer.from(bytes.subarray(0, length))),
    onDrain: () => undefined,
    onEnd: () => transport.end(),
    onClose: () => undefined,
  })
}
