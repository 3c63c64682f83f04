import type { Reactor } from '../reactor/reactor.js'
import { sweep } from '../reactor/sweep.js'
import type { Timer } from '../reactor/timer-wheel.js'

/** What an anteroom needs of a socket. */
interface Guest {
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
  resetAndDestroy(): unknown
  destroy(): unknown
}

/**
 * Connections that have yet to show something before anybody serves them: a PROXY header, a TLS handshake. Whoever
 * does not in time, or goes away, is refused and counted. The time is the reactor's.
 */
export class Anteroom<Socket extends Guest> {
  /** Connections that were refused. */
  refused = 0
  readonly #reactor: Reactor
  readonly #timeoutMs: number
  readonly #guests = new Map<Socket, { readonly timer: Timer; readonly gone: () => void }>()
  #isClosed = false

  constructor(reactor: Reactor, timeoutMs: number) {
    this.#reactor = reactor
    this.#timeoutMs = timeoutMs
  }

  /** How many wait now. */
  get size(): number {
    return this.#guests.size
  }

  /** @returns `false` when nobody is let in any longer: it was reset */
  enter(socket: Socket): boolean {
    if (this.#isClosed) {
      abort(socket)
      return false
    }
    const gone = (): void => this.turnedAway(socket)
    const timer = this.#reactor.groups.latency.delay(this.#timeoutMs, () => this.refuse(socket))
    this.#guests.set(socket, { timer, gone })
    socket.once('close', gone)
    return true
  }

  /** It has shown what it had to. @returns `false` when it is not here any longer */
  leave(socket: Socket): boolean {
    const guest = this.#guests.get(socket)
    if (guest === undefined) return false
    guest.timer.cancel()
    socket.off('close', guest.gone)
    return this.#guests.delete(socket)
  }

  /** It failed, and somebody else closes it. */
  turnedAway(socket: Socket): void {
    if (this.leave(socket)) this.refused++
  }

  /** It failed: it is reset. */
  refuse(socket: Socket): void {
    if (!this.leave(socket)) return
    this.refused++
    abort(socket)
  }

  /** Nobody is let in any longer: all that wait are reset, a time slice at a time, and not counted. */
  close(): Promise<void> {
    this.#isClosed = true
    if (this.#guests.size === 0) return Promise.resolve()
    return sweep(this.#reactor, this.#guests.keys(), (socket) => {
      this.leave(socket)
      abort(socket)
    })
  }
}

function abort(socket: Guest): void {
  try {
    socket.resetAndDestroy()
  } catch {
    socket.destroy() // a Unix socket, which has no reset (ERR_INVALID_HANDLE_TYPE)
  }
}
