import { type CloseOptions, type CloseReport, Server, type ServerStatistics } from '../http/server.js'
import type { ServeOptions } from '../http/server-options.js'
import type { SimulatedListener, SimulatedNetwork } from '../io/simulated-network.js'
import type { SimulatedTransport } from '../io/simulated-transport.js'

/** What a simulated server takes: as `serve()`, but for what has to do with sockets. */
export type SimulatedServeOptions = Omit<
  ServeOptions,
  'reactor' | 'port' | 'host' | 'path' | 'mode' | 'fd' | 'backlog' | 'tls' | 'proxyProtocol' | 'watchdog'
> & {
  /** Where it listens: any name. Default `server`. */
  readonly address?: string
}

/** The very server, on a simulated network. */
export class SimulatedServer extends Server {
  /** Its ends of the connections that are open. */
  readonly transports = new Set<SimulatedTransport>()
  readonly #listener: SimulatedListener

  /** @internal Use `world.serve()`. @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE` */
  constructor(network: SimulatedNetwork, { address = 'server', ...options }: SimulatedServeOptions) {
    super({ ...options, reactor: network.reactor })
    const accept = (transport: SimulatedTransport): void => {
      this.transports.add(transport)
      this.accept(transport)
    }
    this.#listener = network.listen(address, accept, (transport) => this.transports.delete(transport))
  }

  /** As on sockets: stops accepting, answers what is owed, and aborts the rest after `drainMs`. */
  override close(options?: CloseOptions): Promise<CloseReport> {
    this.#listener.close()
    return super.close(options)
  }

  override statistics(): ServerStatistics {
    const statistics = super.statistics()
    const { reads, bytesRead, writes, bytesWritten } = this.#listener.counters
    const responsesPerWrite = writes === 0 ? 0 : statistics.responses / writes
    return Object.freeze({ ...statistics, reads, bytesRead, writes, bytesWritten, responsesPerWrite })
  }
}
