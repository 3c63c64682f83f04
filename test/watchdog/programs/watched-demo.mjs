// The demo's routes behind a watchdog; prints each report as a line of JSON.
import { Reactor, serve } from '../../../dist/index.js'
import { demoRoutes } from '../../../build/examples/demo-routes.js'

const [limitMs, reportsPerMinute] = process.argv.slice(2).map(Number)
function hold(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Has a request, but not as a variable. */
class Page {
  constructor(request) {
    this.request = request
  }

  async render() {
    await new Promise((resolve) => setTimeout(resolve))
    hold(400)
    return 'page'
  }
}

/** Ways to block behind an `await`. */
const late = {
  async '/late/request'(request, response) {
    await request.body.text()
    hold(400)
    response.send('late')
  },
  async '/late/response'(_, response) {
    await null
    const answer = async () => {
      await null
      hold(400)
      response.send('late')
    }
    return answer()
  },
  async '/late/this'(request, response) {
    response.send(await new Page(request).render())
  },
  '/late/nobody'(_, response) {
    response.send('at once')
    setTimeout(hold, 0, 400)
  },
  // a look at these variables must not run anybody's code
  async '/late/traps'(request, response) {
    const trap = () => {
      response.header('trapped', 'yes')
      return undefined
    }
    const variables = [
      new Proxy({}, { get: trap, has: trap }),
      Object.create(new Proxy({}, { get: trap, has: trap })),
    ]
    const [proxy, heir] = variables
    const asks = { get request() { return trap() }, ['calandria.work']: trap } // prettier-ignore
    await null
    hold(400)
    response.send(String(variables.includes(proxy) && variables.includes(heir) && asks !== request))
  },
}

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
    if (request.path in late) return late[request.path](request, response)
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
