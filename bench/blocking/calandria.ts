import { type Request, type Response, serve } from 'calandria'
import { PIECE, type Server, TIMERS_MS } from './server.js'
import { DOWNLOAD_BYTES, UPLOAD_BYTES } from './worst-case.js'

export async function start(idleMs: number): Promise<Server> {
  const limits = { bodyBytes: 2 * UPLOAD_BYTES }
  const server = await serve({ port: 0, handler, limits, timeouts: { idleMs } })
  const { reactor } = server
  return {
    port: server.address.port,
    arm: (done) => reactor.delay(TIMERS_MS, done),
    post: (done) => reactor.post(done),
    drain: () => server.close().then(() => undefined),
    abort: () => server.close({ drainMs: 0 }).then(() => undefined),
    connections: () => server.statistics().connections.open,
  }
}

function handler(request: Request, response: Response): void | Promise<void> {
  switch (request.path) {
    case '/never':
      return
    case '/upload':
      return upload(request, response)
    case '/download':
      return download(response)
    default:
      response.header('content-type', 'text/plain').send('Hello, World!')
  }
}

async function upload({ body }: Request, response: Response): Promise<void> {
  let bytes = 0
  for await (const piece of body) bytes += piece.length
  response.send(String(bytes))
}

async function download(response: Response): Promise<void> {
  response.header('content-length', DOWNLOAD_BYTES)
  for (let sent = 0; sent < DOWNLOAD_BYTES; sent += PIECE.length)
    if (!response.write(PIECE)) await response.drained()
  response.end()
}
