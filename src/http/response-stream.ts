import type { Framing } from './response-head.js'
import type { Payload } from './response.js'
import { makeWaiter, type Waiter } from '../reactor/waiter.js'

/** What a response needs only when its body is written piece by piece. */
export class ResponseStream {
  readonly framing: Framing
  /** Bytes written so far. */
  bytesWritten = 0
  /** What was written before this reply was first; `null` from then on. */
  held: Payload[] | null = null
  /** `write()` has returned `false`, and nobody has said since that there is room. */
  isBlocked = false
  #waiter: Waiter | null = null

  constructor(framing: Framing) {
    this.framing = framing
  }

  /** Resolves when there is room. */
  drained(): Promise<void> {
    if (!this.isBlocked) return Promise.resolve()
    this.#waiter ??= makeWaiter()
    return this.#waiter.promise
  }

  /** There is room again. */
  unblock(): void {
    this.isBlocked = false
    this.#waiter?.resolve()
    this.#waiter = null
  }

  abort(reason: Error): void {
    this.held = null
    this.#waiter?.reject(reason)
    this.#waiter = null
  }
}
