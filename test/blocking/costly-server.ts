import type { Handler } from '../../src/http/handler.js'
import { Server } from '../../src/http/server.js'
import type { ServeOptions } from '../../src/http/server-options.js'
import {
  createMemoryPair,
  type MemoryPairOptions,
  type MemoryTransport,
} from '../../src/io/memory-transport.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { COSTS, CostlyClock, CostlyTransport } from './cost-model.js'

/** A reactor on which everything has its price; see `cost-model.ts`. */
export class CostlyReactor {
  readonly clock = new CostlyClock()
  readonly errors: unknown[] = []
  readonly reactor = new Reactor({
    clock: this.clock,
    driver: null,
    onError: (error) => this.errors.push(error),
  })
  /** The longest time between two moments at which the loop was given back, in milliseconds. */
  longestHoldMs = 0
  /** Rounds of the loop so far. */
  rounds = 0

  constructor() {
    this.reactor.instrument({ taskStarted: () => this.clock.advance(COSTS.task) })
  }

  /** One round of the loop: a turn, the microtasks behind it, and the later phases. */
  async round(): Promise<void> {
    const from = this.clock.shown
    this.reactor.turn()
    await new Promise(setImmediate) // behind every microtask
    this.clock.runLaterPhases()
    this.longestHoldMs = Math.max(this.longestHoldMs, this.clock.shown - from)
    this.rounds++
  }

  /** Goes round until nothing is left to do; where only timers are left, the clock jumps to the next one. */
  async runUntil(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (!this.reactor.hasWork) {
        const next = this.reactor.nextDeadline
        if (next === null) throw new Error('nothing is left to do, and it is not so')
        this.clock.advanceTo(next)
      }
      await this.round()
    }
  }
}

/** A server on a {@link CostlyReactor}. Clients cost nothing but their tasks. */
export class CostlyServer extends CostlyReactor {
  readonly server: Server

  constructor(handler: Handler, options: Partial<ServeOptions> = {}) {
    super()
    this.server = new Server({
      handler,
      onError: (error) => this.errors.push(error),
      ...options,
      reactor: this.reactor,
    })
  }

  connect(options: MemoryPairOptions = {}): CountingClient {
    const [near, far] = createMemoryPair(this.reactor, options)
    this.server.accept(new CostlyTransport(this.clock, near))
    return new CountingClient(far)
  }
}

/** Counts what comes, and sends what it is told to, one piece after the other. */
export class CountingClient {
  readonly transport: MemoryTransport
  bytes = 0
  isEnded = false
  isClosed = false
  /** What came, as long as it is little. */
  text = ''
  #pieces: Iterator<Buffer> | null = null

  constructor(transport: MemoryTransport) {
    this.transport = transport
    transport.attach({
      onBytes: (bytes, length) => {
        if (this.bytes < 4096) this.text += bytes.toString('latin1', 0, Math.min(length, 4096))
        this.bytes += length
      },
      onDrain: () => this.#sendNext(),
      onEnd: () => {
        this.isEnded = true
        transport.end()
      },
      onClose: () => (this.isClosed = true),
    })
  }

  /** Sends piece after piece, each when the one before has been read; each must reach the high-water mark. */
  sendAll(pieces: Iterable<Buffer>): void {
    this.#pieces = pieces[Symbol.iterator]()
    this.#sendNext()
  }

  #sendNext(): void {
    const next = this.#pieces?.next()
    if (next?.done === false) this.transport.write(next.value)
  }
}
