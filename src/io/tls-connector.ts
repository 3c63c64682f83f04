import { connect, isIP, type NetConnectOpts } from 'node:net'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { checkUnixPath } from './endpoint.js'
import { IoCounters } from './io-counters.js'
import { describePath } from './listening-address.js'
import type { ConnectOptions } from './socket-connector.js'
import { dropUnix, resetBelowTls, resetTcp } from './socket-reset.js'
import { SocketTransport } from './socket-transport.js'
import type { Transport } from './transport.js'

/** What {@link connectTls} takes: a host and a port, or the path of a Unix socket. */
export interface TlsConnectOptions extends Omit<ConnectOptions, 'readPath'> {
  readonly host?: string
  readonly port?: number
  /** Instead of host and port. */
  readonly path?: string
  /** The address to connect from. Default: the kernel's choice. */
  readonly localAddress?: string
  /** Whose certificate the server must show, and what it is asked for (SNI). Default: the host, or `localhost`. */
  readonly servername?: string
  /** The authorities that count, in PEM. Default: those that Node knows. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** Refuses a server whose certificate no authority vouches for, or that is for another name. Default `true`. */
  readonly rejectUnauthorized?: boolean
  /** How long TCP's and TLS's handshakes may take together, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number
}

/**
 * `connectTcp()` and `connectUnix()` for TLS, with `http/1.1` as its protocol. Attach a listener at once when the promise
 * resolves.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 * @throws CalandriaError `CAL_ERR_CONNECT`, also when the handshake fails; `cause` has Node's error
 */
export async function connectTls(reactor: Reactor, options: TlsConnectOptions): Promise<Transport> {
  const { host = 'localhost', path, highWaterMark = 64 * 1024, counters = new IoCounters() } = options
  const { handshakeTimeoutMs = 10_000, rejectUnauthorized = true, servername = host, ca } = options
  const where = placeOf(options)
  const name = path === undefined ? `${host}:${options.port ?? 443}` : describePath(path)
  return new Promise((resolve, reject) => {
    const carrier = connect({ ...where, allowHalfOpen: true })
    const settings: ConnectionOptions & { readonly highWaterMark: number } = {
      socket: carrier,
      host: servername, // the name that the certificate must have
      ...(isIP(servername) === 0 && { servername }),
      ...(ca !== undefined && { ca: [ca].flat() as (string | Buffer)[] }),
      rejectUnauthorized,
      highWaterMark,
      ALPNProtocols: ['http/1.1'],
    }
    const socket = connectSecurely(settings)
    const fail = (cause: Error): void => {
      timer.cancel()
      socket.destroy()
      carrier.destroy()
      reject(new CalandriaError('CAL_ERR_CONNECT', `${name} (${cause.message})`, { cause }))
    }
    const timer = reactor.delay(handshakeTimeoutMs, () =>
      fail(new Error(`no handshake in ${handshakeTimeoutMs} ms`)),
    )
    carrier.once('error', fail)
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      timer.cancel()
      carrier.off('error', fail)
      socket.off('error', fail)
      reactor.enter()
      const reset = resetBelowTls(carrier, path === undefined ? resetTcp : dropUnix)
      resolve(new SocketTransport(socket, reactor, counters, false, reset))
    })
  })
}

function placeOf({ host = 'localhost', port = 443, path, localAddress }: TlsConnectOptions): NetConnectOpts {
  if (path !== undefined) {
    checkUnixPath(path)
    return { path }
  }
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new CalandriaTypeError('CAL_ERR_OPTION', `port ${port}`)
  return { host, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) }
}
