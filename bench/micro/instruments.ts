/** What instruments cost a request: a server on transports in memory, 24 requests a read, with and without them. */
import { createMemoryPair, Reactor, Server, type Transport } from 'calandria'
import { TraceRecorder } from 'calandria/tracing'
import { compare, type Way } from './compare.js'

const DEPTH = 24
const BATCH = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(DEPTH))

interface Running {
  readonly reactor: Reactor
  readonly client: Transport
  received: number
}

function start(): Running {
  const reactor = new Reactor({ driver: null })
  const server = new Server({ reactor, port: 0, handler: (_request, response) => response.send('Hello, World!') })
  const [ours, theirs] = createMemoryPair(reactor)
  server.accept(ours)
  const running = { reactor, client: theirs, received: 0 }
  theirs.attach({
    onBytes: (_bytes, length) => (running.received += length),
    onDrain: () => undefined,
    onEnd: () => undefined,
    onClose: () => undefined,
  })
  return running
}

function way(name: string, install: (reactor: Reactor) => void): Way {
  const running = start()
  const { reactor, client } = running
  install(reactor)
  return {
    name,
    run: () => {
      running.received = 0
      client.write(BATCH)
      while (reactor.hasWork) reactor.turn()
      return running.received
    },
  }
}

const nobody = (): void => undefined

compare('Instruments: a request, dispatched and answered in memory', 'request', [
  {
    input: `${DEPTH} a read`,
    operations: DEPTH,
    ways: [
      way('no instrument', nobody),
      way('hears of turns', (reactor) => reactor.instrument({ turnStarted: nobody })),
      way('hears of answers', (reactor) => reactor.instrument({ responseEnded: nobody })),
      way('TraceRecorder', (reactor) => new TraceRecorder(reactor)),
    ],
  },
])
