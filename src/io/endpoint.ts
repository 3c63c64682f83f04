import { CalandriaTypeError } from '../errors/calandria-error.js'
import { describePath } from './listening-address.js'

/** What an acceptor is to listen on. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** `mode`: the permission bits of the socket file; `null` leaves them to the umask. */
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number | null }
  /** A descriptor that listens already; `systemd` looks for it in the environment. */
  | { readonly kind: 'inherited'; readonly fd: number | 'systemd' }

/** For messages and logs. */
export function describeEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'tcp':
      return `${endpoint.host}:${endpoint.port}`
    case 'unix':
      return describePath(endpoint.path)
    case 'inherited':
      return `file descriptor ${endpoint.fd}`
  }
}

/** `sun_path` has 108 bytes on Linux and 104 elsewhere, with the NUL behind it. Longer paths would be cut silently. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

/**
 * @param extraBytes what the path grows by while the socket is bound
 * @throws CalandriaTypeError `CAL_ERR_OPTION` when it does not fit into an address
 */
export function checkUnixPath(path: string, extraBytes = 0): void {
  const isAbstract = path.startsWith('\0')
  if (path.includes('\0', 1)) throw new CalandriaTypeError('CAL_ERR_OPTION', 'path must not hold a NUL')
  if (isAbstract && process.platform !== 'linux')
    throw new CalandriaTypeError('CAL_ERR_OPTION', 'path: only Linux has abstract names')
  if (Buffer.byteLength(path) + extraBytes > LONGEST_PATH)
    throw new CalandriaTypeError(
      'CAL_ERR_OPTION',
      `path is too long for a Unix socket: ${describePath(path)}`,
    )
}
