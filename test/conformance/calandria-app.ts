import type { Handler, Headers, Request, Response } from 'calandria'
import type { Handled } from './handled.js'

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

  readonly handler: Handler = async (request, response) => {
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
    if (request.path !== '/unread') {
      entry.body = (await request.body.bytes()).toString('latin1')
      entry.trailers = request.body.trailers === null ? null : asRecord(request.body.trailers)
    }
    entry.isComplete = true
    await answer(request, response, target)
  }
}

async function answer(request: Request, response: Response, target: string): Promise<void> {
  switch (request.path) {
    case '/slow':
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      return response.send(target)
    case '/fails':
      throw new Error('on purpose')
    case '/stream':
      response.write('a piece')
      return response.end(' and another')
    case '/hints':
      response.informational(103, { Link: '</style.css>; rel=preload' })
      return response.send(target)
    case '/no-content':
      return response.status(204).send()
    case '/reset-content':
      return response.status(205).send()
    case '/not-modified':
      return response.status(304).send()
    case '/close':
      return response.header('Connection', 'close').send(target)
    case '/get-only':
      if (request.method === 'GET') return response.send(target)
      return response.status(405).header('Allow', 'GET').send()
    case '/get-only/none':
      return response.status(404).send('none')
    case '/upgrade':
      return request.upgrade === 'echo' ? echo(response) : response.send(target)
    default:
      return response.send(target)
  }
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
