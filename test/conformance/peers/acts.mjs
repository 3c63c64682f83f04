/** The application of the table (see `subjects/calandria-app.ts`) for servers that speak fetch: Request to Response. */

/** Targets that do something else than to echo themselves. */
const ACTS = {
  '/slow': async (target) => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
    return text(target)
  },
  '/fails': () => {
    throw new Error('on purpose')
  },
  '/stream': () => {
    const encoder = new TextEncoder()
    const pieces = ['a piece', ' and another']
    const stream = new ReadableStream({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(encoder.encode(piece))
      },
    })
    return new Response(stream)
  },
  '/no-content': () => new Response(null, { status: 204 }),
  '/reset-content': () => new Response(null, { status: 205 }),
  '/not-modified': () => new Response(null, { status: 304 }),
  '/close': (target) => text(target, { headers: { Connection: 'close' } }),
  '/get-only': (target, { method }) =>
    method === 'GET' ? text(target) : new Response(null, { status: 405, headers: { Allow: 'GET' } }),
  '/get-only/none': () => text('none', { status: 404 }),
}

const text = (body, options = {}) => new Response(body, options)

export class FetchApp {
  #log = []

  takeLog() {
    const log = this.#log
    this.#log = []
    return log
  }

  fetch(request) {
    if (request.method === 'CONNECT') return text('not served here', { status: 501 })
    const target = targetOf(request)
    const entry = {
      method: request.method,
      target,
      headers: headersOf(request),
      body: null,
      isComplete: false,
    }
    this.#log.push(entry)
    // At once where there is nothing to wait for, as ours does.
    if (request.body !== null && pathOf(target) !== '/unread') return readAndAnswer(request, entry)
    if (request.body === null) entry.body = ''
    entry.isComplete = true
    return answer(request, target)
  }
}

async function readAndAnswer(request, entry) {
  const bytes = new Uint8Array(await request.arrayBuffer())
  entry.body = bytes.reduce((all, byte) => all + String.fromCharCode(byte), '')
  entry.isComplete = true
  return answer(request, entry.target)
}

function answer(request, target) {
  const act = ACTS[pathOf(target)]
  return act === undefined ? text(target) : act(target, request)
}

const pathOf = (target) => target.split('?')[0]

/** What of the URL is path and query. */
function targetOf({ url }) {
  const match = /^[a-z]+:\/\/[^/?#]*(.*)$/i.exec(url)
  return match === null ? url : match[1]
}

function headersOf(request) {
  return Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]))
}
