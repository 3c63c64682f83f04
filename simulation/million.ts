/**
 * A million connections, each with a keep-alive request now and then, on the virtual clock: a plan for sizes that one
 * machine can't open. `npm run simulate:million -- --connections 100000`. Prints what a connection costs, and how long a
 * second of the simulation takes.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { driveVirtually, Reactor, Server, VirtualClock } from 'calandria'
import { SeededRandom, type SimulatedTransport, SimulatedNetwork } from 'calandria/testing'

const REQUEST = 'GET /hello HTTP/1.1\r\nHost: server\r\n\r\n'
const SERVED_AS = 'HTTP/1.1 200 OK\r\n'
/** Connections that come in one simulated millisecond. */
const ARRIVALS_PER_MS = 100

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    every: { type: 'string', default: '60' },
    latency: { type: 'string', default: '20' },
  },
})
const [connections, seconds, every, latencyMs] = [
  Number(values.connections),
  Number(values.seconds),
  Number(values.every),
  Number(values.latency),
]
if (!(connections >= 1000 && seconds > 0 && every > 0 && latencyMs >= 0))
  throw new Error('--connections (1,000 at least), --seconds, --every and --latency take numbers')
if (typeof gc !== 'function') throw new Error('run it by npm run simulate:million: it needs node --expose-gc')

const clock = new VirtualClock()
const reactor = new Reactor({ clock, driver: null })
const network = new SimulatedNetwork(reactor, { random: new SeededRandom(1), link: { latencyMs } })
const totals = { replies: 0, wrong: 0, closed: 0 }

/** As little as a client can be: it knows its transport, and looks at how a reply begins. */
class Client {
  readonly transport: SimulatedTransport

  constructor(address: string) {
    this.transport = network.connect(address)
    this.transport.attach(this)
  }

  onBytes(bytes: Buffer): void {
    totals.replies++
    if (bytes.toString('latin1', 0, SERVED_AS.length) !== SERVED_AS) totals.wrong++
  }

  onDrain(): void {
    // it sends so little that it is never full
  }

  onEnd(): void {
    this.transport.end()
  }

  onClose(): void {
    totals.closed++
  }
}

/** @returns connections, and the bytes that each has added to heap and buffers */
function connect(address: string, count: number): { clients: Client[]; bytesEach: number; seconds: number } {
  const before = memory()
  const started = performance.now()
  const clients: Client[] = []
  while (clients.length < count) {
    for (let i = 0; i < ARRIVALS_PER_MS && clients.length < count; i++) clients.push(new Client(address))
    run(clock.now() + 1)
  }
  run(clock.now() + 2 * latencyMs + 1)
  const wallSeconds = (performance.now() - started) / 1000
  return { clients, bytesEach: (memory() - before) / count, seconds: wallSeconds }
}

function run(until: number): void {
  driveVirtually(reactor, clock, { until, maxTurns: 100_000_000 })
}

function memory(): number {
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const figure = (name: string, value: string): void => console.log(`${name.padEnd(46)}${value}`)
const grouped = (value: number): string => Math.round(value).toLocaleString('en')

// What the simulation itself costs: connections to somebody who only holds them. One for all, or it would be counted with them.
const nobody = {
  onBytes: () => undefined,
  onDrain: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
}
network.listen('nobody', (transport) => transport.attach(nobody))
const bare = connect('nobody', Math.min(connections, 50_000))
for (const client of bare.clients.splice(0)) client.transport.abort()
run(clock.now() + 2 * latencyMs + 1)

const server = new Server({
  reactor,
  handler: (_request, response) => response.send('Hello, World!'),
  timeouts: { firstByteMs: 600_000, idleMs: 600_000 },
})
network.listen('server', (transport) => server.accept(transport))
const { clients, bytesEach, seconds: connectSeconds } = connect('server', connections)
figure('connections', grouped(server.statistics().connections.open))
figure('of the simulation, both ends: bytes each', grouped(bare.bytesEach))
figure('of the server: bytes each, not spoken to yet', grouped(bytesEach - bare.bytesEach))
figure('wall time to connect them', `${connectSeconds.toFixed(1)} s`)

// Every connection speaks once in `every` seconds, and they are spread evenly: so many in each millisecond.
const perMs = connections / (every * 1000)
let next = 0
let owed = 0
const beforeTalk = performance.now()
const turnsBefore = reactor.statistics().turns
for (let ms = 0; ms < seconds * 1000; ms++) {
  for (owed += perMs; owed >= 1; owed--) {
    clients[next]?.transport.write(REQUEST)
    next = (next + 1) % connections
  }
  run(clock.now() + 1)
}
const talkSeconds = (performance.now() - beforeTalk) / 1000
run(clock.now() + 2 * latencyMs + 1)
const { requests, responses } = server.statistics()
figure('simulated', `${seconds} s, a request each ${every} s and connection`)
figure('requests, of which answered right', `${grouped(requests)}, ${grouped(totals.replies - totals.wrong)}`)
figure('wall time for a simulated second', `${((talkSeconds * 1000) / seconds).toFixed(0)} ms`)
figure('requests per second of wall time', grouped(responses / talkSeconds))
figure('turns', grouped(reactor.statistics().turns - turnsBefore))
const spoken = Math.min(requests, connections)
figure('bytes each now, both ends and server', grouped(memory() / connections))
figure('connections that have spoken', grouped(spoken))
figure('resident memory', `${grouped(process.memoryUsage.rss() / 2 ** 20)} MiB`)

const closing = server.close({ drainMs: 0 })
run(clock.now() + 10_000)
await closing
const left = server.statistics().connections.open
figure('left after server.close()', `${left} connections, ${reactor.statistics().timersPending} timers`)
const isRight = totals.wrong === 0 && totals.replies === requests && responses === requests && left === 0
process.exitCode = isRight ? 0 : 1
