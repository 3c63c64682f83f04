import type { Scope } from '../reactor/scope.js'

/** What few requests have: it is made when it is first asked for. */
export class RequestExtras {
  query: URLSearchParams | null = null
  scope: Scope | null = null
  #signal: AbortSignal | null = null
  #controller: AbortController | null = null
  #abortReason: Error | null = null

  /** Made when it is first asked for, which may be after the abort. */
  get signal(): AbortSignal {
    return (this.#signal ??= this.#makeSignal())
  }

  /**
   * Only the first reason counts. A signal is not made for it: each would cost an event that nobody hears, and Node keeps
   * its events in one weak set, which thousands of connections that are aborted at once make grow and rehash.
   */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#controller?.abort(this.#abortReason)
  }

  #makeSignal(): AbortSignal {
    if (this.#abortReason !== null) return AbortSignal.abort(this.#abortReason)
    this.#controller = new AbortController()
    return this.#controller.signal
  }
}
