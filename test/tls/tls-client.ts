import { once } from 'node:events'
import { connect } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { RawClient } from '../sockets/raw-client.js'

export interface TlsPeer {
  readonly socket: TLSSocket
  readonly client: RawClient
}

/** Where a server listens, as far as a client must know. */
export type Where = { readonly port: number } | { readonly path: string }

/** Shakes hands with a server. @throws what went wrong, when it did before the client was content */
export async function connectSecurely(where: Where, options: ConnectionOptions): Promise<TlsPeer> {
  const carrier = connect({ host: '127.0.0.1', allowHalfOpen: true, noDelay: true, ...where })
  onTestFinished(() => void carrier.destroy())
  await once(carrier, 'connect')
  const socket = connectTls({ socket: carrier, host: '127.0.0.1', ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return { socket, client: RawClient.over(socket) }
}

/** The name on the certificate that the server has shown. */
export function shownBy({ socket }: TlsPeer): string {
  return String(socket.getPeerCertificate().subject.CN)
}
