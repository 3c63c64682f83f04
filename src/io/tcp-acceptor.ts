import { type AddressInfo, createServer, type Server } from 'node:net'
import { CalandriaError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { IoCounters } from './io-counters.js'
import { testOnread } from './onread.js'
import type { ReadPath } from './read-path.js'
import { TcpTransport } from './tcp-transport.js'
import type { Transport } from './transport.js'

export interface TcpAcceptorOptions {
  /** The name or address to listen on. */
  readonly host: string
  /** 0 takes any free port; see {@link TcpAcceptor.address}. */
  readonly port: number
  /** Connections that the kernel holds until we accept them. */
  readonly backlog: number
  readonly readPath: ReadPath
  /** Bytes queued in a transport from which on it is not writable. */
  readonly highWaterMark: number
}

/** Where an acceptor listens. */
export interface ListeningAddress {
  readonly address: string
  readonly port: number
  readonly family: 'IPv4' | 'IPv6'
}

/** Schmidt's Acceptor: listens on a port and makes a {@link Transport} of every connection. */
export class TcpAcceptor {
  readonly counters = new IoCounters()
  /** The read path in use: `auto` has been decided. */
  readonly readPath: 'onread' | 'data'
  readonly #server: Server

  #address: ListeningAddress | null = null

  private constructor(server: Server, readPath: 'onread' | 'data') {
    this.#server = server
    this.readPath = readPath
  }

  /**
   * @param onTransport called with every new connection; it must attach its listener at once
   * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`, `CAL_ERR_LISTEN`, `CAL_ERR_READ_PATH`
   */
  static async listen(
    reactor: Reactor,
    options: TcpAcceptorOptions,
    onTransport: (transport: Transport) => void,
  ): Promise<TcpAcceptor> {
    const useOnread = options.readPath !== 'data' && (await testOnread())
    if (options.readPath === 'onread' && !useOnread) throw new CalandriaError('CAL_ERR_READ_PATH', 'onread')

    const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: options.highWaterMark })
    const acceptor = new TcpAcceptor(server, useOnread ? 'onread' : 'data')
    server.on('connection', (socket) => {
      reactor.enter()
      onTransport(new TcpTransport(socket, reactor, acceptor.counters, useOnread))
    })
    await listening(server, options)
    acceptor.#address = Object.freeze(server.address() as AddressInfo & ListeningAddress)
    // From here on Node reports what accept() fails with (no descriptors left, say); it goes on accepting.
    server.on('error', (error) => reactor.reportError(error))
    return acceptor
  }

  /** Stays known after the close. */
  get address(): ListeningAddress {
    if (this.#address === null) throw new CalandriaError('CAL_ERR_LISTEN', 'not listening yet')
    return this.#address
  }

  /** Stops accepting, at once. Connections live on. */
  close(): void {
    this.#server.close()
  }
}

function listening(server: Server, { host, port, backlog }: TcpAcceptorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const code = cause.code === 'EADDRINUSE' ? 'CAL_ERR_ADDRESS_IN_USE' : 'CAL_ERR_LISTEN'
      reject(new CalandriaError(code, `${host}:${port} (${cause.message})`, { cause }))
    }
    server.once('error', fail)
    server.listen({ host, port, backlog }, () => {
      server.off('error', fail)
      resolve()
    })
  })
}
