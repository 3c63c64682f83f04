import type { Transport } from '../io/transport.js'
import type { HeaderSet } from './header-set.js'
import type { ResponseWitness } from './response-witness.js'

/** A connection that has left HTTP. */
export interface TakenOver {
  /** Reads nothing until a listener is attached. */
  readonly transport: Transport
  /** What the client sent behind the request's head: read it before anything else. */
  readonly head: Buffer
}

/** What few responses have; the others are smaller without it. */
export class ResponseExtras {
  /** Interim responses that have not left (RFC 9110 §15.2). */
  interim = ''
  trailers: HeaderSet | null = null
  /** Why it was aborted. */
  abortReason: Error | null = null
  /** Called when it is complete, but not when the client goes away. */
  completed: (() => void) | null = null
  /** Tells the instruments how it ends; `null` where there are none. */
  witness: ResponseWitness | null = null
  /** The handler waits for the connection. */
  takeover: {
    readonly resolve: (takenOver: TakenOver) => void
    readonly reject: (reason: Error) => void
  } | null = null

  /** The connection is gone. */
  abort(reason: Error): void {
    this.abortReason = reason
    this.takeover?.reject(reason)
    this.witness?.ended(0)
  }
}
