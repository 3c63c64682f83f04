import { onTestFinished } from 'vitest'
import {
  type ListeningServer,
  Reactor,
  serve,
  type ServeOptions,
  type Transport,
  VirtualClock,
} from '../../src/index.js'

/** Every test on sockets runs on both, each with the way of writing that goes with it; see {@link withWritePath}. */
export const READ_PATHS = ['onread', 'data'] as const

/** All tricks, or nothing but Node's documented streams. The two that are left are tested by the transports' suite. */
export function withWritePath<Options extends { readonly readPath?: unknown }>(options: Options): Options {
  return options.readPath === 'data' ? { writePath: 'stream', ...options } : options
}

type StartOptions = Partial<ServeOptions> & Pick<ServeOptions, 'handler'>

/** Starts a server on a free port; it is closed when the test is over. */
export async function startServer(options: StartOptions): Promise<ListeningServer> {
  const server = await serve({ port: 0, ...withWritePath(options) })
  onTestFinished(async () => {
    await server.close({ drainMs: 0 })
  })
  return server
}

/**
 * A server on real sockets whose clock stands still unless the test moves it. So no handler ever seems slow and no
 * time slice is ever used up, however loaded the machine is: counts are exact. Its timers don't fire by themselves.
 */
export async function startFrozenServer(
  options: Omit<StartOptions, 'reactor'>,
): Promise<{ server: ListeningServer; clock: VirtualClock }> {
  const clock = new VirtualClock()
  const server = await serve({ port: 0, ...withWritePath(options), reactor: new Reactor({ clock }) })
  onTestFinished(async () => {
    const closed = server.close({ drainMs: 0 })
    clock.advance(60_000)
    await closed
  })
  return { server, clock }
}

/** The transports of the connections that `server` accepts from now on, in their order. */
export function transportsOf(server: ListeningServer): readonly Transport[] {
  const transports: Transport[] = []
  const accept = server.accept.bind(server)
  server.accept = (transport) => {
    transports.push(transport)
    accept(transport)
  }
  return transports
}

/** Resolves when the server has done its next read, of any connection, and has dispatched what it held. */
export function nextRead(server: ListeningServer): Promise<void> {
  return new Promise((resolve) => {
    const remove = server.reactor.instrument({
      readStarted() {
        remove()
        resolve() // whoever waits goes on in a microtask: after the read's dispatch
      },
    })
  })
}

/** Resolves when `isSo()` is true; it is looked at once in every turn of Node's loop. No time is involved. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
