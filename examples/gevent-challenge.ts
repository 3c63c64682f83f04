/** gevent's challenge: 10,000 bytes, 10,000 times a second, over 10,000 connections. `npm run bench:gevent` takes it up. */
import { serve } from 'calandria'

const body = Buffer.alloc(10_000, 'calandria ')

const server = await serve({
  port: Number(process.env['PORT'] ?? 8080),
  handler: (_request, response) => response.header('Content-Type', 'text/plain').send(body),
})
console.log(`listens on http://127.0.0.1:${server.address.port}/`)
