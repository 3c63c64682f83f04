import { fastify } from 'fastify'
import { type AddressInfo } from 'node:net'
import { reportToHarness } from './reporting.js'

const app = fastify({ keepAliveTimeout: 120_000 })

app.get('/', (_request, reply) => {
  void reply.type('text/plain').send('Hello, World!')
})

await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
reportToHarness((app.server.address() as AddressInfo).port)
