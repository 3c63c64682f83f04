import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Reactor } from '../reactor/reactor.js'
import { Anteroom } from './anteroom.js'
import { TlsContexts } from './tls-contexts.js'
import type { TlsCertificates, TlsOptions } from './tls-options.js'

/** The only protocol we speak (RFC 7301). Who offers others alone is refused, as RFC 7301 §3.2 wants it. */
const PROTOCOLS = ['http/1.1']

/** Node's own time-out, which can't be switched off: ours comes first, by the reactor's clock. */
const NEVER_MS = 0x7fff_ffff

/** {@link TlsOptions}, checked, with nothing left open. */
export interface TlsSettings {
  readonly contexts: TlsContexts
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
  readonly handshakeTimeoutMs: number
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function tlsSettings(options: TlsOptions): TlsSettings {
  const contexts = new TlsContexts(options)
  const { requestCert = false, rejectUnauthorized = true, handshakeTimeoutMs = 10_000 } = options
  return { contexts, requestCert, rejectUnauthorized, handshakeTimeoutMs }
}

/**
 * Shakes hands on accepted connections. A `tls.Server` does it, which does not listen itself: connections are handed to
 * it by its documented `'connection'` event, so that something else may be read on them before (a PROXY header).
 */
export class TlsDoor {
  readonly #settings: TlsSettings
  readonly #highWaterMark: number
  readonly #server: Server
  readonly #anteroom: Anteroom<Socket>
  readonly #awaited = new WeakMap<Socket, (socket: TLSSocket) => void>()

  constructor(reactor: Reactor, settings: TlsSettings, highWaterMark: number) {
    const { contexts, requestCert, rejectUnauthorized, handshakeTimeoutMs } = settings
    this.#settings = settings
    this.#highWaterMark = highWaterMark
    this.#anteroom = new Anteroom(reactor, handshakeTimeoutMs)
    this.#server = createServer({
      ...contexts.defaults,
      ALPNProtocols: PROTOCOLS,
      requestCert,
      rejectUnauthorized,
      handshakeTimeout: NEVER_MS,
      SNICallback: (servername, done) => {
        // In a promise, so that a chooser that throws fails this handshake and nothing else.
        void Promise.resolve(servername)
          .then((name) => contexts.choose(name))
          .then(
            (context) => done(null, context ?? undefined),
            (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
          )
      },
    })
    this.#server.on('secureConnection', (socket) => this.#secured(socket))
    this.#server.on('tlsClientError', (_, socket) => {
      const carrier = carrierOf(socket)
      if (carrier !== null) this.#anteroom.turnedAway(carrier) // Node closes it, behind its alert
    })
  }

  get failed(): number {
    return this.#anteroom.refused
  }

  get waiting(): number {
    return this.#anteroom.size
  }

  /** @param done called with the secured socket; never, when the handshake fails */
  enter(carrier: Socket, done: (socket: TLSSocket) => void): void {
    if (!this.#anteroom.enter(carrier)) return
    this.#awaited.set(carrier, done)
    carrier.allowHalfOpen = false // what Node lays over it inherits this: who ends before the handshake has failed
    this.#server.emit('connection', carrier)
  }

  /** New connections get the new certificates; those that are there keep theirs. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  reload(certificates: TlsCertificates): void {
    const { contexts } = this.#settings
    contexts.replace(certificates)
    this.#server.setSecureContext(contexts.defaults)
  }

  /** Handshakes that are under way are broken off. */
  close(): Promise<void> {
    return this.#anteroom.close()
  }

  #secured(socket: TLSSocket): void {
    const carrier = carrierOf(socket)
    const done = carrier === null ? undefined : this.#awaited.get(carrier)
    if (carrier === null || done === undefined || !this.#anteroom.leave(carrier)) {
      socket.destroy() // its time was over, or this Node keeps the carrier elsewhere: nobody must be mistaken for another
      return
    }
    socket.allowHalfOpen = true
    setHighWaterMark(socket, this.#highWaterMark)
    done(socket)
  }
}

/** @returns the socket below; Node keeps it under `_parent` (20 to 26, and a test for each) */
export function carrierOf(socket: TLSSocket): Socket | null {
  return (socket as unknown as { readonly _parent?: Socket })._parent ?? null
}

/** `tls.Server` has no option for it, unlike `net.Server`; the stream reads it anew at every write. */
function setHighWaterMark(socket: TLSSocket, mark: number): void {
  const state = (socket as unknown as { readonly _writableState?: { highWaterMark: number } })._writableState
  if (state !== undefined) state.highWaterMark = mark
}
