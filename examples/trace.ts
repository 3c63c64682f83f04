/**
 * Records the demo server at work for a moment, and writes a trace that https://ui.perfetto.dev opens.
 *
 *     npm run trace -- --out trace.json
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { Reactor, serve } from 'calandria'
import { TraceRecorder } from 'calandria/tracing'
import { demoRoutes } from './demo-routes.js'

const { values } = parseArgs({ options: { out: { type: 'string', default: 'trace.json' } } })

const reactor = new Reactor()
const server = await serve({
  reactor,
  port: 0,
  handler: demoRoutes(reactor).handler,
  watchdog: { onStall: ({ heldMs }) => console.log(`a stall of ${Math.round(heldMs)} ms`) },
})
await server.watchdog?.ready()
// So that the trace shows code that the compiler and the flush policy have seen before.
for (let i = 0; i < 30; i++) await converse(Array<string>(16).fill('/'))

const recorder = new TraceRecorder(reactor)
await converse(Array<string>(16).fill('/'))
await Promise.all([
  converse(['/', '/delay/8', '/', '/delay/3', '/']),
  converse(['/bytes/1000000', '/']),
  converse(['/stream/64']),
  converse(['/nowhere', '/']),
])
await converse(['/', '/block/300', '/'])
await server.watchdog?.settled()
recorder.stop()
await server.close()

await pipeline(recorder.stream(), createWriteStream(values.out))
console.log(`${values.out}: ${recorder.eventsRecorded} events, ${recorder.eventsLost} lost
Open it in https://ui.perfetto.dev (it stays on your machine) or chrome://tracing.`)

/** A client that sends all its requests in one packet, and reads until the server has ended. */
async function converse(paths: readonly string[]): Promise<void> {
  const requests = paths.map((path, i) => {
    const connection = i === paths.length - 1 ? 'Connection: close\r\n' : ''
    return `GET ${path} HTTP/1.1\r\nHost: demo\r\n${connection}\r\n`
  })
  const socket = connect(server.address.port, '127.0.0.1')
  socket.write(requests.join(''))
  socket.resume() // what the answers say doesn't matter here
  await once(socket, 'close')
}
