import { refuseUnknown, wrong } from '../http/option-checks.js'
import type { SimulatedLink, LinkOptions } from '../io/simulated-link.js'
import { SimulatedNetwork } from '../io/simulated-network.js'
import { EventLog } from '../io/network-log.js'
import { VirtualClock } from '../reactor/clock.js'
import { Reactor } from '../reactor/reactor.js'
import { SeededRandom } from '../reactor/seeded-random.js'
import { SimulatedClient } from './simulated-client.js'
import { type SimulatedServeOptions, SimulatedServer } from './simulated-server.js'

export interface WorldOptions {
  readonly seed: number
  readonly link: LinkOptions
  readonly traceEvents: number
  readonly timeSliceMs: number
}

export interface ConnectionOptions {
  /** The address of a server. Default `server`. */
  readonly to?: string
  /** The link to run on, or what one of its own should be like. Default: the world's link options. */
  readonly link?: SimulatedLink | LinkOptions
}

interface Condition {
  readonly holds: () => boolean
  readonly resolve: () => void
}

/** What a simulation is made of: a reactor on a virtual clock, a network, and one source of chance. */
export class World {
  readonly seed: number
  readonly clock = new VirtualClock()
  readonly reactor: Reactor
  /** For the test's own decisions. The network has a generator of its own, so neither disturbs the other. */
  readonly random: SeededRandom
  readonly network: SimulatedNetwork
  /** @internal */ readonly log: EventLog
  /** @internal */ readonly servers: SimulatedServer[] = []
  /** @internal */ readonly clients: SimulatedClient[] = []
  /** @internal Why the simulation has failed, if something other than its body has said so. */
  failure: { readonly error: unknown } | null = null
  #conditions: Condition[] = []

  /** @internal Use `simulate()`. */
  constructor({ seed, link, traceEvents, timeSliceMs }: WorldOptions) {
    this.seed = seed
    this.random = new SeededRandom(seed)
    this.log = new EventLog(traceEvents)
    this.reactor = new Reactor({
      clock: this.clock,
      driver: null,
      timeSliceMs,
      onError: (error) => this.fail(error),
    })
    this.network = new SimulatedNetwork(this.reactor, { random: this.random.fork(), log: this.log, link })
  }

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.clock.now()
  }

  /**
   * Starts a server. What its handlers throw fails the simulation, unless `onError` is given.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`
   */
  serve(options: SimulatedServeOptions): SimulatedServer {
    const server = new SimulatedServer(this.network, { onError: (error) => this.fail(error), ...options })
    this.servers.push(server)
    return server
  }

  /** Connects a client. It may send at once: that follows its first packet. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  connect(options: ConnectionOptions = {}): SimulatedClient {
    refuseUnknown(options, ['to', 'link'] satisfies (keyof ConnectionOptions)[], 'connect.')
    const { to = 'server', link = {} } = options
    if (typeof link !== 'object' || (link as unknown) === null) throw wrong('link must be an object')
    const own = 'cut' in link ? link : this.link(link)
    const client = new SimulatedClient(this.network.connect(to, own), (error) => this.fail(error))
    this.clients.push(client)
    return client
  }

  /** Makes a link that several connections may share, and that may be cut and healed. */
  link(options: LinkOptions = {}): SimulatedLink {
    return this.network.link(options)
  }

  /** Resolves after so many milliseconds of virtual time. */
  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.reactor.sleep(ms, options)
  }

  /** Work that holds the loop: time passes, and nothing else happens. For handlers that are slow. */
  spend(ms: number): void {
    this.clock.advance(ms)
  }

  /** Resolves as soon as `condition` holds; it is asked before every turn. What it throws fails the simulation. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => this.#conditions.push({ holds: condition, resolve }))
  }

  /** Writes a line of your own into the trace. */
  note(text: string): void {
    this.log.note(this.now, 'test', text.replaceAll('\n', ' '))
  }

  /** Ends the simulation as failed, from anywhere. The first failure counts. */
  fail(error: unknown): void {
    this.failure ??= { error }
  }

  /** @internal Asks the conditions that are waited for. @returns whether one holds, so that somebody was woken */
  look(): boolean {
    if (this.#conditions.length === 0) return false
    const before = this.#conditions.length
    this.#conditions = this.#conditions.filter(({ holds, resolve }) => {
      const isFulfilled = holds()
      if (isFulfilled) resolve()
      return !isFulfilled
    })
    return this.#conditions.length < before
  }

  /** @internal What is still there when everything should be gone. */
  leftovers(): string[] {
    const { timersPending, tasksReady } = this.reactor.statistics()
    const open = this.servers.reduce((sum, server) => sum + server.statistics().connections.open, 0)
    const counts: [number, string][] = [
      [open, 'connections of servers'],
      [this.network.openEnds, 'ends of connections'],
      [timersPending, 'timers'],
      [tasksReady, 'tasks'],
    ]
    return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  }
}
