/** Where a server listens on TCP. */
export interface TcpAddress {
  readonly family: 'IPv4' | 'IPv6'
  readonly address: string
  readonly port: number
}

/** Where a server listens on a Unix socket. */
export interface UnixAddress {
  readonly family: 'unix'
  /** The file, or a NUL and an abstract name (Linux); empty for an inherited socket, whose path Node does not tell. */
  readonly path: string
}

/** Where an acceptor listens; `family` tells which kind it is. */
export type ListeningAddress = TcpAddress | UnixAddress

/** For logs: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`; an abstract name as `unix:@name`. */
export function describeAddress(address: ListeningAddress): string {
  switch (address.family) {
    case 'unix':
      return `unix:${describePath(address.path)}`
    case 'IPv6':
      return `[${address.address}]:${address.port}`
    case 'IPv4':
      return `${address.address}:${address.port}`
  }
}

/** For messages: an abstract name is written with `@`, as `ss` and `/proc/net/unix` do. */
export function describePath(path: string): string {
  return path.startsWith('\0') ? `@${path.slice(1)}` : path
}
