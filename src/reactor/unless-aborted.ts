import { offAbort, onAbort } from './abort-listeners.js'

/** What may be given to whatever waits: a scope is one, too. */
export interface Waiting {
  /** Ends the wait when it is aborted, which then rejects with its reason. Default: none. */
  readonly signal?: AbortSignal | undefined
}

/**
 * `promise` for as long as the signal lets it: for what takes no signal itself. What the promise brings later is dropped,
 * an error too.
 * @throws the signal's reason (rejects); else what the promise rejects with
 */
export function unlessAborted<T>(promise: PromiseLike<T>, { signal }: Waiting): Promise<T> {
  if (signal === undefined) return Promise.resolve(promise)
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    const settled = (): void => offAbort(signal, abort)
    promise.then(resolve, reject).then(settled, settled)
    if (signal.aborted) abort()
    else onAbort(signal, abort)
  })
}
