import { connect } from 'node:net'
import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { IoCounters } from './io-counters.js'
import { testOnread } from './onread.js'
import { type ReadPath } from './read-path.js'
import { TcpTransport } from './tcp-transport.js'
import type { Transport } from './transport.js'

export interface TcpConnectOptions {
  readonly host: string
  readonly port: number
  /** Default `auto`. */
  readonly readPath?: ReadPath
  /** Bytes queued in the transport from which on it is not writable. Default 64 KiB. */
  readonly highWaterMark?: number
  /** Counts what the transport does; give the same to many to have their sum. */
  readonly counters?: IoCounters
}

/**
 * Schmidt's Connector: opens a connection. Attach a listener at once when the promise resolves.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 * @throws CalandriaError `CAL_ERR_CONNECT`, `CAL_ERR_READ_PATH`
 */
export async function connectTcp(reactor: Reactor, options: TcpConnectOptions): Promise<Transport> {
  const { host, port, readPath = 'auto', highWaterMark = 64 * 1024 } = options
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new CalandriaTypeError('CAL_ERR_OPTION', `port ${port}`)
  const useOnread = readPath !== 'data' && (await testOnread())
  if (readPath === 'onread' && !useOnread) throw new CalandriaError('CAL_ERR_READ_PATH', 'onread')

  return new Promise((resolve, reject) => {
    const socketOptions = {
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      writableHighWaterMark: highWaterMark,
    }
    const socket = connect(socketOptions)
    const fail = (cause: Error): void =>
      reject(new CalandriaError('CAL_ERR_CONNECT', `${host}:${port} (${cause.message})`, { cause }))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      reactor.enter()
      resolve(new TcpTransport(socket, reactor, options.counters ?? new IoCounters(), useOnread))
    })
  })
}
