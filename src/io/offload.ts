import { Reactor } from '../reactor/reactor.js'
import type { OffloadOptions } from './offload-options.js'
import { OffloadPool } from './offload-pool.js'

let pool: OffloadPool | null = null
/** Of pools that are left. */
let closing: Promise<unknown> = Promise.resolve()

/**
 * Runs the default export of a module in a thread or a process of its own, so that the loop goes on meanwhile.
 *
 * ```ts
 * const digest = await offload(new URL('./digest.js', import.meta.url), { password }, { signal: request.signal })
 * ```
 * @param moduleUrl a `file:` URL; its default export takes the input and returns the output, at once or later
 * @param input is copied (structured clone) when a worker takes it, but for what `transferList` hands over: don't change it
 *   before this settles
 * @throws CalandriaTypeError `CAL_ERR_OPTION`, `CAL_ERR_OFFLOAD_INPUT` (rejects)
 * @throws CalandriaError `CAL_ERR_OFFLOAD_MISSING`, `CAL_ERR_OFFLOAD_QUEUE_FULL`, `CAL_ERR_OFFLOAD_CRASHED`,
 *   `CAL_ERR_OFFLOAD_TIMEOUT`, `CAL_ERR_OFFLOAD_CLOSED` (rejects); the signal's reason; and what the module throws
 */
export async function offload(
  moduleUrl: string | URL,
  input: unknown,
  options: OffloadOptions = {},
): Promise<unknown> {
  pool ??= new OffloadPool(new Reactor())
  return pool.run(moduleUrl, input, options)
}

/**
 * Ends all workers of {@link offload}, and resolves when they have ended; what they were at is rejected. It may be used
 * again afterwards.
 */
export async function closeOffload(): Promise<void> {
  if (pool !== null) closing = Promise.all([closing, pool.close()])
  pool = null
  await closing
}
