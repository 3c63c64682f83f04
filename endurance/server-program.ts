/** The server under test, in a process of its own: it is told what to serve, and tells what it holds, over IPC. */
import { Reactor, serve, type ServeOptions } from 'calandria'
import type { Snapshot } from './snapshot.js'
import { soakRouter } from './soak-handler.js'

/** What the parent asks for. */
export type Question =
  | { readonly kind: 'serve'; readonly id: number; readonly options: Omit<ServeOptions, 'handler'> }
  | { readonly kind: 'snapshot' | 'close'; readonly id: number }

const reactor = new Reactor()
const servers: Awaited<ReturnType<typeof serve>>[] = []

/** A timer of Node's that is there or not at any moment is not a handle that was forgotten. */
const PASSING: readonly string[] = ['Timeout', 'Immediate', 'TickObject', 'Microtask']

async function answer(question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'serve': {
      const { handler } = soakRouter(reactor)
      const server = await serve({ ...question.options, reactor, handler, onError: () => undefined })
      servers.push(server)
      return server.address
    }
    case 'snapshot':
      return snapshot()
    case 'close':
      return Promise.all(servers.map((server) => server.close()))
  }
}

async function snapshot(): Promise<Snapshot> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { heapUsed, rss } = process.memoryUsage()
  const all = servers.map((server) => server.statistics())
  return {
    heapBytes: heapUsed,
    residentBytes: rss,
    handles: process.getActiveResourcesInfo().filter((name) => !PASSING.includes(name)).length,
    timers: reactor.statistics().timersPending,
    connections: all.reduce((sum, { connections }) => sum + connections.open, 0),
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
  }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (value) => process.send?.({ id: question.id, value }),
    (error: unknown) => process.send?.({ id: question.id, error: String(error) }),
  )
})
