import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
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

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

const text =
  (body: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length })
    response.end(body)
  }
const hello = text(HELLO)

const handlers: Readonly<Record<ActName, Handler>> = {
  hello,
  kilobyte: text(KILOBYTE),
  tenKilobytes: text(TEN_KILOBYTES),
  json: (_request, response) => {
    const body = JSON.stringify(message())
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  },
  upload: async (request, response) => {
    let bytes = 0
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length
    text(String(bytes))(request, response)
  },
  stream: (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    for (let i = 0; i < STREAM_CHUNKS; i++) response.write(STREAM_CHUNK)
    response.end()
  },
  delay: async (request, response) => {
    await delay(1)
    hello(request, response)
  },
  slow: (request, response) => {
    block()
    hello(request, response)
  },
}

const byPath: Handler = (request, response) =>
  handlers[(request.url ?? '').slice(1) as ActName](request, response)

// the default of 5 s would close idle connections while they are being counted; it is no faster
const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  void (act === 'routes' ? byPath : handlers[act])(request, response)
})
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, reportToHarness)
