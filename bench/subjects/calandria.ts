import { serve } from 'calandria'
import { reportToHarness } from './reporting.js'

const server = await serve({
  port: 0,
  host: '127.0.0.1',
  handler: (_request, response) => {
    response.header('content-type', 'text/plain').send('Hello, World!')
  },
})

reportToHarness(server.address.port)
