/** `calandria` with its stall watchdog, which finds nothing to report: what does it cost to be watched? */
import { serve } from 'calandria'
import { reportToHarness } from './reporting.js'

const server = await serve({
  port: 0,
  host: '127.0.0.1',
  watchdog: {},
  handler: (_request, response) => {
    response.header('content-type', 'text/plain').send('Hello, World!')
  },
})
await server.watchdog?.ready()

reportToHarness(server.address.port)
