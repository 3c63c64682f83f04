/**
 * The demo server, and what `npm start` runs. Try it with curl; it prints how.
 *
 *     npm start -- --port 8081
 *     npm start -- --record demo.calrec      # docs/replay.md
 */
import { parseArgs } from 'node:util'
import { CalandriaError, type ListeningServer, Reactor, serve, type ServerStallReport } from 'calandria'
import { demoRoutes } from './demo-routes.js'

const HOST = '127.0.0.1'

const { port, record } = readParameters()
const server = await start(port)
process.once('SIGINT', stop) // before anybody can read that we listen, and send a signal
process.once('SIGTERM', stop)
const url = `http://${HOST}:${server.address.port}`
console.log(`Calandria listens on ${url}

  curl ${url}/                    Hello, World!
  curl -d hello ${url}/echo       the body back, with any method
  curl ${url}/headers             the headers as they came, as JSON
  curl ${url}/bytes/10000         so many bytes, up to 1,000,000,000
  curl ${url}/stream/8            so many chunks of 1 KiB
  curl ${url}/delay/200           answers after so many milliseconds
  curl ${url}/block/200           holds the loop for so long, on purpose; the watchdog names the line
  curl ${url}/throw               a handler that throws

Ctrl-C ends it; what is in flight is answered first.`)

function readParameters(): { port: number; record: string | undefined } {
  const values = parseParameters()
  const given = values.port ?? process.env['PORT'] ?? '8080'
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535)
    return { port: Number(given), record: values.record }
  return fail(`the port must be a number from 0 to 65535, not ${given}`)
}

function parseParameters(): { readonly port?: string; readonly record?: string } {
  try {
    return parseArgs({ options: { port: { type: 'string' }, record: { type: 'string' } } }).values
  } catch (error) {
    return fail(`${(error as Error).message}; it takes --port NUMBER and --record FILE`)
  }
}

async function start(port: number): Promise<ListeningServer> {
  const reactor = new Reactor()
  try {
    const { handler } = demoRoutes(reactor)
    const recording = record === undefined ? {} : { record: { file: record } }
    const watchdog = { onStall: printStall }
    const server = await serve({ reactor, host: HOST, port, handler, watchdog, ...recording })
    await server.watchdog?.ready()
    return server
  } catch (error) {
    if (error instanceof CalandriaError && error.code === 'CAL_ERR_ADDRESS_IN_USE') {
      return fail(
        `port ${port} is in use by another program; choose another: npm start -- --port ${port + 1}`,
      )
    }
    throw error
  }
}

function printStall({ heldMs, culprit, request }: ServerStallReport): void {
  const where = culprit === null ? '' : ` by ${culprit.functionName} (${culprit.file}:${culprit.line})`
  const when = request === null ? '' : `, for ${request.method} ${request.path}`
  console.log(`the loop was held for ${Math.round(heldMs)} ms${where}${when}`)
}

function stop(): void {
  console.log('closing: what is in flight is answered')
  void server.close().then((report) => {
    console.log(`closed: ${report.answered} answered, ${report.idleClosed} idle, ${report.aborted} aborted`)
    process.exit(0)
  })
}

function fail(message: string): never {
  console.error(`calandria: ${message}`)
  process.exit(1)
}
