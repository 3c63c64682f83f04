import { createServer } from 'node:http'

let log = []

/** Targets that do something else than to echo themselves; see `subjects/calandria-app.ts`. */
const ACTS = {
  '/slow': async (response, target) => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    response.end(target)
  },
  '/fails': (response) => response.writeHead(500).end('failed'),
  '/stream': (response) => {
    response.write('a piece')
    response.end(' and another')
  },
  '/hints': (response, target) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end(target)
  },
  '/no-content': (response) => response.writeHead(204).end(),
  '/reset-content': (response) => response.writeHead(205).end(),
  '/not-modified': (response) => response.writeHead(304).end(),
  '/close': (response, target) => response.setHeader('Connection', 'close').end(target),
  '/get-only': (response, target, { method }) => {
    if (method === 'GET') response.end(target)
    else response.writeHead(405, { Allow: 'GET' }).end()
  },
  '/get-only/none': (response) => response.writeHead(404).end('none'),
}

/** There is no listener for 'upgrade': with one, node:http hands over every request that has the field. */
const server = createServer((request, response) => {
  const { method, headersDistinct } = request
  const target = targetOf(request.url)
  const path = target.split('?')[0]
  const headers = Object.fromEntries(
    Object.entries(headersDistinct).map(([name, all]) => [name, all.join(', ')]),
  )
  const entry = { method, target, headers, body: null, trailers: null, isComplete: false }
  log.push(entry)
  const hasBody = 'content-length' in headers || 'transfer-encoding' in headers
  // At once where there is nothing to wait for, as ours does.
  if (hasBody && path !== '/unread') void readAndAnswer(request, response, entry)
  else {
    if (!hasBody) entry.body = ''
    entry.isComplete = true
    answer(request, response, target)
  }
})

async function readAndAnswer(request, response, entry) {
  const pieces = []
  try {
    for await (const piece of request) pieces.push(piece)
  } catch {
    return // the client has broken off, or has been answered with an error
  }
  entry.body = Buffer.concat(pieces).toString('latin1')
  entry.trailers = request.trailers
  entry.isComplete = true
  answer(request, response, entry.target)
}

function answer(request, response, target) {
  const act = ACTS[target.split('?')[0]]
  if (act === undefined) response.end(target)
  else void act(response, target, request)
}

/** Path and query, whatever form the target has. */
function targetOf(url) {
  if (url.startsWith('/') || url === '*') return url
  const match = /^https?:\/\/[^/?]+(\/[^?]*)?(\?.*)?$/i.exec(url)
  return match === null ? url : (match[1] ?? '/') + (match[2] ?? '')
}

const control = createServer((_request, response) => {
  response.end(JSON.stringify(log))
  log = []
})
server.listen(0, '127.0.0.1', () => {
  control.listen(0, '127.0.0.1', () => {
    const { version } = process
    console.log(JSON.stringify({ port: server.address().port, control: control.address().port, version }))
  })
})
