/** The server that clinic looks at: `mixed` answers the endurance test's conversations, `block` is the demo. */
import { setPriority } from 'node:os'
import { Reactor, serve } from '../../dist/index.js'
import { soakRouter } from '../../build/endurance/soak-handler.js'
import { demoRoutes } from '../../build/examples/demo-routes.js'

try {
  setPriority(-15) // doctor takes what others on this machine do for our delays; who isn't root must be alone on it
} catch {
  // then it is what it is
}
const [what, isWatched] = process.argv.slice(2)
const reactor = new Reactor()
const { handler } = what === 'mixed' ? soakRouter(reactor) : demoRoutes(reactor)
const server = await serve({
  port: 0,
  reactor,
  handler,
  onError: () => undefined, // the mixed load asks for errors, too
  timeouts: { headMs: 2000 },
  // Only in a run of its own: clinic loads its sampler into every thread, and they would write to one file.
  ...(isWatched === 'watched'
    ? { watchdog: { onStall: ({ culprit }) => console.log(`culprit ${JSON.stringify(culprit)}`) } }
    : {}),
})
process.once('SIGINT', () => void server.close({ drainMs: 1000 }).then(() => process.exit(0)))
await server.watchdog?.ready()
console.log(`${process.pid} listens on ${server.address.port}`)
