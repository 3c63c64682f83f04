import { checkUnixPath, type Endpoint } from '../io/endpoint.js'
import { type ProxyProtocolOptions, type ProxySettings, proxySettings } from '../io/proxy-door.js'
import { chooseReadPath, type ReadPath } from '../io/read-path.js'
import { chooseWritePath, type WritePath } from '../io/write-path.js'
import { bindingOverhead } from '../io/socket-file.js'
import { tlsSettings, type TlsSettings } from '../io/tls-door.js'
import type { TlsOptions } from '../io/tls-options.js'
import { text, wholeNumber, wrong } from './option-checks.js'

/** Where `serve()` listens and how: exactly one of `port`, `path` and `fd`. */
export interface ListenOptions {
  /** A TCP port. 0 takes any free one; `server.address` tells which. */
  readonly port?: number
  /** With `port`: the name or address to listen on. Default `127.0.0.1`: nobody else can connect until you say so. */
  readonly host?: string
  /** The file of a Unix socket, or a NUL and an abstract name (Linux). */
  readonly path?: string
  /** With `path`: the permission bits of the socket file, `0o660` say. Default: what the umask leaves of 0o777. */
  readonly mode?: number
  /** A listening socket that was inherited, by its descriptor; `'systemd'` takes the one of socket activation. */
  readonly fd?: number | 'systemd'
  /** Serves HTTPS. A Unix socket and an inherited descriptor can carry it, too. Default: none. */
  readonly tls?: TlsOptions
  /** Proxies in front of us, who tell who their clients are. Default: none. */
  readonly proxyProtocol?: ProxyProtocolOptions
  /** Connections that the kernel holds until they are accepted. Default 4,096 (the system may allow fewer). */
  readonly backlog?: number
  /** Bytes queued for a client that doesn't read, from which on its requests wait. Default 65,536. */
  readonly highWaterMark?: number
  /** How sockets are read. Default: the environment's `CALANDRIA_READ_PATH`, else `auto`. TLS knows `data` only. */
  readonly readPath?: ReadPath
  /** How sockets are written to. Default: the environment's `CALANDRIA_WRITE_PATH`, else `auto`. TLS knows `stream` only. */
  readonly writePath?: WritePath
}

/** {@link ListenOptions}, checked, with nothing left open. */
export interface CheckedListenOptions {
  /** `null`: does not listen. */
  readonly endpoint: Endpoint | null
  readonly tls: TlsSettings | null
  readonly proxy: ProxySettings | null
  readonly backlog: number
  readonly highWaterMark: number
  readonly readPath: ReadPath
  readonly writePath: WritePath
}

export const LISTEN_NAMES = [
  'port',
  'host',
  'path',
  'mode',
  'fd',
  'tls',
  'proxyProtocol',
  'backlog',
  'highWaterMark',
  'readPath',
  'writePath',
] as const satisfies (keyof ListenOptions)[]

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkListenOptions(options: ListenOptions): CheckedListenOptions {
  const { backlog = 4096, highWaterMark = 64 * 1024, readPath, writePath, tls, proxyProtocol } = options
  if (tls !== undefined && readPath === 'onread') throw wrong('readPath: TLS can only be read by data')
  if (tls !== undefined && writePath === 'direct') throw wrong('writePath: TLS can only be written by stream')
  const endpoint = checkEndpoint(options)
  const proxy = proxyProtocol === undefined ? null : proxySettings(proxyProtocol)
  if (proxy !== null && endpoint?.kind === 'unix' && !proxy.trusted.trustsUnix)
    throw wrong("proxyProtocol.trust must name 'unix' where a Unix socket is listened on")
  return {
    endpoint,
    proxy,
    tls: tls === undefined ? null : tlsSettings(tls),
    backlog: wholeNumber('backlog', backlog, 1, 0x7fff_ffff),
    highWaterMark: wholeNumber('highWaterMark', highWaterMark, 1, Number.MAX_SAFE_INTEGER),
    readPath: chooseReadPath(readPath),
    writePath: chooseWritePath(writePath),
  }
}

function checkEndpoint({ port, host, path, mode, fd }: ListenOptions): Endpoint | null {
  const ways = [port, path, fd].filter((way) => way !== undefined)
  if (ways.length > 1) throw wrong('only one of port, path and fd can be given')
  if (host !== undefined && port === undefined) throw wrong('host goes with port')
  if (mode !== undefined && path === undefined) throw wrong('mode goes with path')
  if (port !== undefined)
    return {
      kind: 'tcp',
      port: wholeNumber('port', port, 0, 65_535),
      host: text('host', host, '127.0.0.1'),
    }
  if (path !== undefined) return unixEndpoint(text('path', path), mode)
  if (fd === 'systemd') return { kind: 'inherited', fd }
  if (fd !== undefined) return { kind: 'inherited', fd: wholeNumber('fd', fd, 0, 0x7fff_ffff) }
  return null
}

function unixEndpoint(path: string, mode: number | undefined): Endpoint {
  const isAbstract = path.startsWith('\0')
  if (isAbstract && mode !== undefined) throw wrong('mode goes with a path that is a file')
  checkUnixPath(path, isAbstract ? 0 : Math.max(0, bindingOverhead(path)))
  return { kind: 'unix', path, mode: mode === undefined ? null : wholeNumber('mode', mode, 0, 0o777) }
}
