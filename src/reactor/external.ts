import type { Reactor } from './reactor.js'

/**
 * For handlers of a server that is recorded: runs `work`, which asks somebody outside (a database, say), and has the
 * recording keep what came back, and when. A replay runs nothing, and gives that back at the same moment. Without a
 * recording it is `work()`.
 *
 * ```ts
 * const row = await external(reactor, () => pool.query('SELECT …'))
 * ```
 *
 * What comes back must be bytes, or something that JSON keeps: a replay gets no more. Of errors it gets `name`, `message`
 * and `code`.
 * @throws what `work` throws (rejects)
 */
export async function external<T>(reactor: Reactor, work: () => T | PromiseLike<T>): Promise<T> {
  return reactor.journal === null ? work() : reactor.journal.input(work)
}

/**
 * {@link external} for what is there at once: a random number, the time of day, a setting that may change.
 *
 * ```ts
 * const id = observed(reactor, () => crypto.randomUUID())
 * ```
 * @throws what `read` throws; that isn't kept
 */
export function observed<T>(reactor: Reactor, read: () => T): T {
  return reactor.journal === null ? read() : reactor.journal.observe(read)
}
