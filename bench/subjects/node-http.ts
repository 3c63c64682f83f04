import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { reportToHarness } from './reporting.js'

// the default of 5 s would close idle connections while they are being counted; it is no faster
const server = createServer({ keepAliveTimeout: 120_000 }, (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 13 })
  response.end('Hello, World!')
})

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  reportToHarness((server.address() as AddressInfo).port)
})
