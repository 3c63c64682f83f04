import type { Socket } from 'node:net'
import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { Anteroom } from './anteroom.js'
import { PROXY_HEADER_MOST_BYTES, readProxyHeader } from './proxy-header.js'
import { TrustedPeers } from './trusted-peers.js'

/** What `serve({ proxyProtocol })` takes. */
export interface ProxyProtocolOptions {
  /**
   * Who must send a PROXY header, and is believed: addresses, networks (`10.0.0.0/8`), and `unix` for everybody who
   * may connect to a Unix socket. From all others no header is read.
   */
  readonly trust: readonly string[]
  /** How long the header may take, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number
}

/** {@link ProxyProtocolOptions}, checked, with nothing left open. */
export interface ProxySettings {
  readonly trusted: TrustedPeers
  readonly timeoutMs: number
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function proxySettings(options: ProxyProtocolOptions): ProxySettings {
  if (typeof options !== 'object' || (options as unknown) === null)
    throw wrong('proxyProtocol must be an object')
  const { trust, timeoutMs = 5000, ...unknown } = options
  const [name] = Object.keys(unknown)
  if (name !== undefined) throw wrong(`there is no option proxyProtocol.${name}`)
  if (!Array.isArray(trust) || trust.length === 0 || !trust.every((each) => typeof each === 'string'))
    throw wrong('proxyProtocol.trust must be a list of addresses, one at least')
  if (!(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs < Infinity))
    throw wrong('proxyProtocol.timeoutMs must be a number of milliseconds above 0')
  return { trusted: new TrustedPeers(trust), timeoutMs }
}

/**
 * Reads the PROXY header of connections that come from a proxy we trust, before anybody else reads from them: so it
 * works below TLS, too. What follows the header goes back to the front of the socket's stream.
 */
export class ProxyDoor {
  readonly #trusted: TrustedPeers
  readonly #anteroom: Anteroom<Socket>

  constructor(reactor: Reactor, { trusted, timeoutMs }: ProxySettings) {
    this.#trusted = trusted
    this.#anteroom = new Anteroom(reactor, timeoutMs)
  }

  get failed(): number {
    return this.#anteroom.refused
  }

  get waiting(): number {
    return this.#anteroom.size
  }

  /** Whether `socket` must send a header. A TCP peer that is gone already has no address, and nothing to say. */
  concerns(socket: Socket, isUnix: boolean): boolean {
    if (isUnix) return this.#trusted.trustsUnix
    return socket.remoteAddress !== undefined && this.#trusted.trusts(socket.remoteAddress)
  }

  /**
   * @param done called with the client that the proxy names (`undefined`: the peer speaks for itself) and the socket
   *   paused; never, when the header is malformed, late or missing
   */
  enter(socket: Socket, done: (client: string | null | undefined) => void): void {
    if (!this.#anteroom.enter(socket)) return
    let held: Buffer | null = null
    let length = 0
    const take = (chunk: Buffer): void => {
      const before = length
      if (held !== null) length += chunk.copy(held, length)
      const reading = readProxyHeader(held === null ? chunk : held.subarray(0, length))
      if (reading === 'wrong') {
        this.#anteroom.refuse(socket)
      } else if (reading === 'more') {
        if (held !== null) return
        held = Buffer.allocUnsafe(PROXY_HEADER_MOST_BYTES)
        length = chunk.copy(held)
      } else if (this.#anteroom.leave(socket)) {
        socket.pause()
        socket.off('data', take).off('end', ended).off('error', ignore)
        const rest = chunk.subarray(reading.length - before)
        if (rest.length > 0) socket.unshift(rest)
        done(reading.client)
      }
    }
    const ended = (): void => {
      // A load balancer that asks whether we are alive says nothing at all: that is no failure.
      if (length === 0 && this.#anteroom.leave(socket)) socket.destroy()
      else this.#anteroom.refuse(socket)
    }
    socket.on('data', take).on('end', ended).on('error', ignore)
  }

  /** Those that have not shown a header yet are reset. */
  close(): Promise<void> {
    return this.#anteroom.close()
  }
}

/** `'close'` follows, and the anteroom counts it. */
function ignore(): void {
  // nothing to do
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}
