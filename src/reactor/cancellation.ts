/**
 * Whether `error` only says that work was cancelled by `signal`: it is the signal's reason, or an `AbortError`.
 * Most of the platform rejects with the reason itself; Node's own functions wrap it into an `AbortError`.
 */
export function isCancellation(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  if (error === signal.reason) return true
  return error instanceof Error && error.name === 'AbortError'
}
