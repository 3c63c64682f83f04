import { fastify, type FastifyReply, type FastifyRequest } from 'fastify'
import { setTimeout as delay } from 'node:timers/promises'
import { PassThrough } from 'node:stream'
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

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const text =
  (body: string): Handler =>
  (_request, reply) =>
    reply.type('text/plain').send(body)
const hello = text(HELLO)

const handlers: Readonly<Record<ActName, Handler>> = {
  hello,
  kilobyte: text(KILOBYTE),
  tenKilobytes: text(TEN_KILOBYTES),
  json: (_request, reply) => reply.send(message()),
  upload: ({ body }, reply) => reply.type('text/plain').send(String((body as Buffer).length)),
  stream: (_request, reply) => {
    const body = new PassThrough()
    for (let i = 0; i < STREAM_CHUNKS; i++) body.write(STREAM_CHUNK)
    body.end()
    return reply.type('text/plain').send(body)
  },
  delay: async (request, reply) => {
    await delay(1)
    return hello(request, reply)
  },
  slow: (request, reply) => {
    block()
    return hello(request, reply)
  },
}

const app = fastify({ keepAliveTimeout: 120_000, bodyLimit: 2 * 1024 * 1024 })
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
)
for (const [name, handler] of Object.entries(handlers)) {
  if (act === 'routes') app.route({ method: ['GET', 'POST'], url: `/${name}`, handler })
  else if (act === name) app.route({ method: ['GET', 'POST'], url: '/', handler })
}
await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
reportToHarness()
