import { connect, type NetConnectOpts } from 'node:net'
import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { checkUnixPath } from './endpoint.js'
import { IoCounters } from './io-counters.js'
import { describePath } from './listening-address.js'
import type { ReadPath } from './read-path.js'
import { dropUnix, type Reset, resetTcp } from './socket-reset.js'
import { decidePaths, makeTransport } from './socket-paths.js'
import type { Transport } from './transport.js'
import type { WritePath } from './write-path.js'

/** What every connector takes. */
export interface ConnectOptions {
  /** Default `auto`. */
  readonly readPath?: ReadPath
  /** Default `auto`. */
  readonly writePath?: WritePath
  /** Bytes queued in the transport from which on it is not writable. Default 64 KiB. */
  readonly highWaterMark?: number
  /** Counts what the transport does; give the same to many to have their sum. */
  readonly counters?: IoCounters
}

export interface TcpConnectOptions extends ConnectOptions {
  readonly host: string
  readonly port: number
  /** The address to connect from. Default: the kernel's choice. */
  readonly localAddress?: string
}

export interface UnixConnectOptions extends ConnectOptions {
  /** The socket file, or a NUL and an abstract name (Linux). */
  readonly path: string
}

/**
 * Schmidt's Connector: opens a TCP connection. Attach a listener at once when the promise resolves.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 * @throws CalandriaError `CAL_ERR_CONNECT`, `CAL_ERR_READ_PATH`, `CAL_ERR_WRITE_PATH`
 */
export async function connectTcp(reactor: Reactor, options: TcpConnectOptions): Promise<Transport> {
  const { host, port, localAddress } = options
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new CalandriaTypeError('CAL_ERR_OPTION', `port ${port}`)
  const where = { host, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) }
  return open(reactor, where, `${host}:${port}`, resetTcp, options)
}

/**
 * {@link connectTcp} for a Unix socket.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 * @throws CalandriaError `CAL_ERR_CONNECT`, `CAL_ERR_READ_PATH`, `CAL_ERR_WRITE_PATH`
 */
export async function connectUnix(reactor: Reactor, options: UnixConnectOptions): Promise<Transport> {
  const { path } = options
  checkUnixPath(path)
  return open(reactor, { path }, describePath(path), dropUnix, options)
}

async function open(
  reactor: Reactor,
  where: NetConnectOpts,
  name: string,
  reset: Reset,
  options: ConnectOptions,
): Promise<Transport> {
  const { readPath = 'auto', writePath = 'auto', highWaterMark = 64 * 1024 } = options
  const { counters = new IoCounters() } = options
  const paths = await decidePaths({ readPath, writePath })
  return new Promise((resolve, reject) => {
    const socketOptions = { ...where, allowHalfOpen: true, writableHighWaterMark: highWaterMark }
    const socket = connect(socketOptions)
    const fail = (cause: Error): void =>
      reject(new CalandriaError('CAL_ERR_CONNECT', `${name} (${cause.message})`, { cause }))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      reactor.enter()
      resolve(makeTransport(paths, socket, reactor, counters, reset))
    })
  })
}
