// The demo's routes behind a watchdog; prints each report as a line of JSON.
import { Reactor, serve } from '../../../dist/index.js'
import { demoRoutes } from '../../../build/examples/demo-routes.js'

const [limitMs, reportsPerMinute] = process.argv.slice(2).map(Number)
const reactor = new Reactor()
const { handler } = demoRoutes(reactor)
const threads = []
process.on('worker', (thread) => threads.push(thread))
const server = await serve({
  port: 0,
  reactor,
  handler(request, response) {
    if (request.path === '/crash')
      return threads
        .at(-1)
        .terminate()
        .then(() => response.send('crashed'))
    if (request.path === '/settle')
      return server.watchdog.settled().then(() => response.json(server.watchdog.statistics()))
    if (request.path === '/exit') {
      response.send('closing')
      void server.close()
      return
    }
    return handler(request, response)
  },
  watchdog: {
    limitMs,
    reportsPerMinute,
    onStall(report) {
      console.log(JSON.stringify(report))
      if (report.request?.path === '/block/301') throw new Error('a bad listener')
    },
  },
})
await server.watchdog.ready()
console.log(`listens on ${server.address.port}`)
