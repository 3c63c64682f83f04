import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { Scope, ScopeTask } from './scope.js'

type Results<Tasks extends readonly ScopeTask<unknown>[]> = {
  -readonly [I in keyof Tasks]: Tasks[I] extends ScopeTask<infer T> ? Awaited<T> : never
}

/**
 * Runs the tasks side by side, and resolves with all their results, in the order of the tasks. The first that fails
 * cancels the others; they have ended when this rejects.
 * @throws as `Scope.run` (rejects)
 */
export function all<const Tasks extends readonly ScopeTask<unknown>[]>(
  scope: Scope,
  tasks: Tasks,
): Promise<Results<Tasks>> {
  return scope.nested((inner) => {
    return Promise.all(tasks.map((task) => inner.spawn(task))) as Promise<unknown> as Promise<Results<Tasks>>
  })
}

/**
 * Runs the tasks side by side; the first that ends decides, well or badly. The others are cancelled, and have ended when
 * this settles. One of them that fails all the same, with anything but the cancellation, makes this fail.
 * @throws CalandriaTypeError (rejects) `CAL_ERR_OPTION` without tasks, since nobody would ever win; else as `Scope.run`
 */
export function race<T>(scope: Scope, tasks: readonly ScopeTask<T>[]): Promise<T> {
  return scope.nested(async (inner) => {
    mustHaveTasks(tasks)
    const winner = await Promise.race(tasks.map((task) => inner.spawn(task)))
    inner.cancel()
    return winner
  })
}

/**
 * Runs the tasks side by side; the first that succeeds decides. The others are cancelled, and have ended when this
 * settles. That some of them fail is what it is for: only when all do, it matters.
 * @throws AggregateError (rejects) of all errors, in the order of the tasks; CalandriaTypeError `CAL_ERR_OPTION` without
 *   tasks; else as `Scope.run`
 */
export function firstSuccessful<T>(scope: Scope, tasks: readonly ScopeTask<T>[]): Promise<T> {
  return scope.nested(async (inner) => {
    mustHaveTasks(tasks)
    try {
      return await Promise.any(tasks.map((task) => inner.nested(task)))
    } catch (error) {
      inner.signal.throwIfAborted() // they didn't fail: they were cancelled
      throw error
    } finally {
      inner.cancel()
    }
  })
}

function mustHaveTasks(tasks: readonly unknown[]): void {
  if (tasks.length === 0) throw new CalandriaTypeError('CAL_ERR_OPTION', 'no tasks')
}
