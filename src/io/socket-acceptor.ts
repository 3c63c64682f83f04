import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { describeEndpoint, type Endpoint } from './endpoint.js'
import { theSystemdSocket } from './inherited-sockets.js'
import { IoCounters } from './io-counters.js'
import type { ListeningAddress } from './listening-address.js'
import { ProxyDoor, type ProxySettings } from './proxy-door.js'
import { SocketFile } from './socket-file.js'
import { dropUnix, type Reset, resetBelowTls, resetTcp } from './socket-reset.js'
import { decidePaths, makeTransport, type SocketPaths, type WantedPaths } from './socket-paths.js'
import { TlsDoor, type TlsSettings } from './tls-door.js'
import type { TlsCertificates } from './tls-options.js'
import type { Transport } from './transport.js'

export interface SocketAcceptorOptions extends WantedPaths {
  readonly endpoint: Endpoint
  /** Connections that the kernel holds until we accept them. */
  readonly backlog: number
  /** Bytes queued in a transport from which on it is not writable. */
  readonly highWaterMark: number
  /** Default `null`: no TLS. */
  readonly tls?: TlsSettings | null
  /** Default `null`: nobody is asked for a PROXY header. */
  readonly proxy?: ProxySettings | null
}

/**
 * Only the stream can keep what a pause must hold back of a TLS record; and what is below TLS is encrypted.
 */
const TLS_PATHS: SocketPaths = { read: 'data', write: 'stream' }

/** Connections that are not let in yet, and those that never were. */
export interface HandshakeStatistics {
  readonly waiting: number
  /** TLS handshakes that failed, took too long or were broken off. */
  readonly tlsFailed: number
  /** PROXY headers that were malformed, took too long or were broken off. */
  readonly proxyFailed: number
}

/** Schmidt's Acceptor: listens on a socket and makes a {@link Transport} of every connection. */
export class SocketAcceptor {
  readonly counters = new IoCounters()
  /** The paths in use: `auto` has been decided. */
  readonly paths: SocketPaths
  readonly #server: Server
  readonly #reactor: Reactor
  readonly #onTransport: (transport: Transport) => void
  readonly #proxy: ProxyDoor | null
  readonly #tls: TlsDoor | null
  #address: ListeningAddress | null = null
  #file: SocketFile | null = null
  #closed: Promise<void> | null = null

  private constructor(
    reactor: Reactor,
    { highWaterMark, tls = null, proxy = null }: SocketAcceptorOptions,
    paths: SocketPaths,
    onTransport: (transport: Transport) => void,
  ) {
    this.#reactor = reactor
    this.#onTransport = onTransport
    this.paths = paths
    this.#proxy = proxy === null ? null : new ProxyDoor(reactor, proxy)
    this.#tls = tls === null ? null : new TlsDoor(reactor, tls, highWaterMark)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark })
    this.#server.on('connection', (socket) => this.#accepted(socket))
  }

  /**
   * @param onTransport called with every new connection; it must attach its listener at once
   * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`, `CAL_ERR_LISTEN`, `CAL_ERR_NOT_A_SOCKET`,
   *   `CAL_ERR_NO_INHERITED_SOCKET`, `CAL_ERR_READ_PATH`, `CAL_ERR_WRITE_PATH`
   */
  static async listen(
    reactor: Reactor,
    options: SocketAcceptorOptions,
    onTransport: (transport: Transport) => void,
  ): Promise<SocketAcceptor> {
    const isSecure = options.tls !== undefined && options.tls !== null
    const paths = isSecure ? TLS_PATHS : await decidePaths(options)
    const acceptor = new SocketAcceptor(reactor, options, paths, onTransport)
    try {
      await acceptor.#listen(options)
    } catch (error) {
      acceptor.#server.close() // what was bound before it failed
      throw error
    }
    return acceptor
  }

  async #listen({ endpoint, backlog }: SocketAcceptorOptions): Promise<void> {
    const server = this.#server
    const name = describeEndpoint(endpoint)
    switch (endpoint.kind) {
      case 'tcp':
        await listening(server, name, { host: endpoint.host, port: endpoint.port, backlog })
        break
      case 'inherited': {
        const fd = endpoint.fd === 'systemd' ? theSystemdSocket() : endpoint.fd
        await listening(server, name, { fd, backlog })
        break
      }
      case 'unix': {
        const { path, mode } = endpoint
        if (path.startsWith('\0')) await listening(server, name, { path, backlog })
        else
          this.#file = await SocketFile.make(path, mode, (at) =>
            listening(server, name, { path: at, backlog }),
          )
        this.#address = Object.freeze({ family: 'unix', path })
      }
    }
    this.#address ??= addressOf(server)
    // From here on Node reports what accept() fails with (no descriptors left, say); it goes on accepting.
    server.on('error', (error) => this.#reactor.reportError(error))
  }

  /** Stays known after the close. */
  get address(): ListeningAddress {
    if (this.#address === null) throw new CalandriaError('CAL_ERR_LISTEN', 'not listening yet')
    return this.#address
  }

  get handshakes(): HandshakeStatistics {
    const [proxy, tls] = [this.#proxy, this.#tls]
    return Object.freeze({
      waiting: (proxy?.waiting ?? 0) + (tls?.waiting ?? 0),
      tlsFailed: tls?.failed ?? 0,
      proxyFailed: proxy?.failed ?? 0,
    })
  }

  /** @throws CalandriaTypeError `CAL_ERR_OPTION`, also where there is no TLS */
  reloadCertificates(certificates: TlsCertificates): void {
    if (this.#tls === null) throw new CalandriaTypeError('CAL_ERR_OPTION', 'this server has no tls')
    this.#tls.reload(certificates)
  }

  /** Stops accepting, at once; who is not let in yet is reset. Connections live on. Resolves when the socket file, where there is one, is gone. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#server.close()
    await Promise.all([this.#proxy?.close(), this.#tls?.close()])
    try {
      await this.#file?.remove()
    } catch (error) {
      this.#reactor.reportError(error)
    }
  }

  /** The way in: a PROXY header where one is due, then TLS, then a transport. */
  #accepted(socket: Socket): void {
    this.#reactor.enter()
    const proxy = this.#proxy
    if (!proxy?.concerns(socket, this.address.family === 'unix')) this.#secure(socket)
    else proxy.enter(socket, (client) => this.#secure(socket, client))
  }

  #secure(socket: Socket, client?: string | null): void {
    const reset = this.address.family === 'unix' ? dropUnix : resetTcp
    if (this.#tls === null) this.#open(socket, reset, client)
    else this.#tls.enter(socket, (secured) => this.#open(secured, resetBelowTls(socket, reset), client))
  }

  #open(socket: Socket, reset: Reset, client: string | null | undefined): void {
    const reactor = this.#reactor
    reactor.enter()
    const transport = makeTransport(this.paths, socket, reactor, this.counters, reset, client)
    if (socket.isPaused()) socket.resume() // in the next tick: whoever is given it may pause it before
    this.#onTransport(transport)
  }
}

/** What Node says of a socket that is not ours to name: an inherited one may be of either kind. */
function addressOf(server: Server): ListeningAddress {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    return Object.freeze(address as AddressInfo & { readonly family: 'IPv4' | 'IPv6' })
  return Object.freeze({ family: 'unix', path: address ?? '' })
}

function listening(
  server: Server,
  name: string,
  where: ListenOptions & { readonly fd?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const code = cause.code === 'EADDRINUSE' ? 'CAL_ERR_ADDRESS_IN_USE' : 'CAL_ERR_LISTEN'
      reject(new CalandriaError(code, `${name} (${cause.message})`, { cause }))
    }
    server.once('error', fail)
    server.listen(where, () => {
      server.off('error', fail)
      resolve()
    })
  })
}
