import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { PIECE, type Server, TIMERS_MS } from './server.js'
import { DOWNLOAD_BYTES } from './worst-case.js'

export async function start(idleMs: number): Promise<Server> {
  const server = createServer({ keepAliveTimeout: idleMs }, handle)
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')
  const close = async (closeConnections: () => void): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    closeConnections()
    await closed
  }
  return {
    port: (server.address() as AddressInfo).port,
    arm: (done) => setTimeout(done, TIMERS_MS),
    post: (done) => setImmediate(done),
    drain: () => close(() => server.closeIdleConnections()),
    abort: () => close(() => server.closeAllConnections()),
    connections: promisify((done: (error: Error | null, count: number) => void) =>
      server.getConnections(done),
    ),
  }
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  switch (request.url) {
    case '/never':
      return
    case '/upload':
      void upload(request, response)
      return
    case '/download':
      void download(response)
      return
    default:
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 13 })
      response.end('Hello, World!')
  }
}

async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let bytes = 0
  for await (const piece of request) bytes += (piece as Buffer).length
  response.end(String(bytes))
}

async function download(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-length': DOWNLOAD_BYTES })
  for (let sent = 0; sent < DOWNLOAD_BYTES; sent += PIECE.length)
    if (!response.write(PIECE)) await once(response, 'drain')
  response.end()
}
