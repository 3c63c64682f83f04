import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { offAbort, onAbort } from './abort-listeners.js'
import { isCancellation } from './cancellation.js'
import { type Coroutine, isCoroutine, runCoroutine } from './coroutine.js'
import type { Reactor } from './reactor.js'
import { SchedulingGroup } from './scheduling-group.js'
import { makeScopeController } from './scope-signal.js'

/** What a scope runs: a function, an async function, or a generator function, which becomes a {@link Coroutine}. */
export type ScopeTask<T> = (scope: Scope) => T | PromiseLike<T> | Coroutine<T>

export interface ScopeOptions {
  /** Cancels the scope, with its reason. */
  readonly signal?: AbortSignal
  /**
   * Where the steps of its coroutines, its sleeps and yields take place. Default: the group of the task that opens it,
   * but not `latency`; elsewhere the default group.
   */
  readonly group?: SchedulingGroup
}

/** Scopes whose outer one was cancelled just now. */
const toCancel: Scope[] = []

/**
 * Structured concurrency (Sústrik 2016, Smith 2018): tasks have a place where they begin and where they have ended.
 *
 * - Nothing outlives its scope: {@link Scope.run} settles when the last task has ended, cancelled ones too.
 * - The first task that fails cancels the others.
 * - Errors don't vanish: one error is thrown as it is, several as an `AggregateError` in the order in which they came,
 *   whose `cause` is the first.
 *   Errors that only say that their task was cancelled are none.
 * - Cancelling is asking: it aborts {@link signal}. Delays of the scope and waits of coroutines end at once; give the
 *   signal to whatever else takes one.
 */
export class Scope {
  readonly reactor: Reactor
  /** Aborts when the scope is cancelled: by an error, a deadline, {@link cancel}, or from outside. */
  readonly signal: AbortSignal
  /** Where the steps of its coroutines, its sleeps and yields take place. Scopes inside of it have the same. */
  readonly group: SchedulingGroup
  readonly #controller = makeScopeController()
  readonly #outer: AbortSignal | null
  /** Tasks and nested scopes; the body isn't one. */
  #running = 0
  /** What tasks have thrown and nobody was told yet. */
  #errors = new Set<unknown>()
  /** What {@link signal} says; asking it costs as much as starting a task. */
  #isCancelled = false
  /** Whether a task has ended because it was cancelled. */
  #isInterrupted = false
  #isCancelledFromOutside = false
  #isEnded = false
  #idleWaiters: (() => void)[] = []
  #listener: ((error: unknown) => void) | null = null

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  private constructor(reactor: Reactor, outer: AbortSignal | null, group: SchedulingGroup) {
    if (!(outer === null || outer instanceof AbortSignal)) throw wrong('signal must be an AbortSignal')
    if (!(group instanceof SchedulingGroup)) throw wrong('group must be one of a reactor')
    this.reactor = reactor
    this.group = group
    this.signal = this.#controller.signal
    this.#outer = outer
    if (outer?.aborted === true) this.#cancelFromOutside(outer.reason)
    else if (outer !== null) onAbort(outer, this.#outerAborted)
  }

  /**
   * Runs `body` in a scope of its own, waits for all that it has spawned, and resolves with what it returned.
   * @throws what the body or a task throws (rejects); when it was cancelled from outside and that interrupted anything, the
   *   signal's reason; CalandriaTypeError `CAL_ERR_OPTION`
   */
  static run<T>(reactor: Reactor, body: ScopeTask<T>, options: ScopeOptions = {}): Promise<T> {
    const { signal = null, group = reactor.currentGroup } = options
    try {
      return new Scope(reactor, signal, group).#run(body)
    } catch (error) {
      const refusal = error as Error
      return Promise.reject(refusal)
    }
  }

  /** @internal A scope without a body: whoever opens it must {@link leaveTo} and {@link close} it. */
  static open(reactor: Reactor, signal: AbortSignal, group: SchedulingGroup): Scope {
    return new Scope(reactor, signal, group)
  }

  /**
   * Starts `task` at once, up to where it first waits. In a scope that is cancelled it isn't started.
   *
   * A task that fails makes its scope fail, whether or not anybody looks at the promise: failures that are expected are
   * caught in the task, or belong into a {@link nested} scope.
   * @returns its result; a rejection needn't be handled, for the scope does
   * @throws CalandriaError `CAL_ERR_SCOPE_ENDED`; CalandriaTypeError `CAL_ERR_OPTION` (rejects)
   */
  spawn<T>(task: ScopeTask<T>): Promise<T> {
    if (this.#isEnded) throw new CalandriaError('CAL_ERR_SCOPE_ENDED')
    this.#running++ // before it starts, for it may itself be what closes the scope
    const result = this.#start(task)
    result.then(this.#succeeded, this.#failed)
    return result
  }

  /**
   * Waits until every task has ended. Not for tasks of the same scope: they would wait for themselves.
   * @throws the errors of tasks, once; when there are none and the scope is cancelled, the signal's reason
   */
  async join(): Promise<void> {
    await this.#untilIdle()
    this.#throwErrors()
    this.signal.throwIfAborted()
  }

  /**
   * Runs `body` in a scope inside of this one, which is cancelled with it. Its failure is the caller's: it doesn't make
   * this scope fail.
   * @param options a group in place of this scope's
   * @throws as {@link Scope.run} (rejects); CalandriaError `CAL_ERR_SCOPE_ENDED`
   */
  nested<T>(body: ScopeTask<T>, options: Pick<ScopeOptions, 'group'> = {}): Promise<T> {
    return this.#nest((inner) => inner.#run(body), options.group)
  }

  /**
   * {@link nested} with a deadline.
   * @param ms milliseconds from now on, after which the inner scope is cancelled
   * @throws CalandriaError (rejects) `CAL_ERR_DEADLINE` when it had to be cancelled; else as {@link nested}
   */
  within<T>(ms: number, body: ScopeTask<T>): Promise<T> {
    return this.#nest(async (inner) => {
      // A deadline that waits behind the work that it is to end is none.
      const timer = this.reactor.groups.latency.delay(ms, () => {
        inner.#cancelFromOutside(new CalandriaError('CAL_ERR_DEADLINE', `${ms} ms`))
      })
      try {
        return await inner.#run(body)
      } finally {
        timer.cancel()
      }
    })
  }

  /** `reactor.sleep(ms)` in the scope's group, that ends with the scope. @throws the signal's reason (rejects) */
  sleep(ms: number): Promise<void> {
    return this.group.sleep(ms, { signal: this.signal })
  }

  /** `reactor.yield()` in the scope's group, wherever it is called. */
  yield(): Promise<void> {
    return this.group.yield()
  }

  /**
   * Asks all tasks to end. A scope that cancels itself has not failed: its body's result counts.
   * @param reason default: a CalandriaError `CAL_ERR_CANCELLED`
   */
  cancel(reason: unknown = new CalandriaError('CAL_ERR_CANCELLED')): void {
    this.#isCancelled = true
    this.#controller.abort(reason)
  }

  /** @internal From now on `listener` is told of errors that nobody has joined for, when the last task has ended. */
  leaveTo(listener: (error: unknown) => void): void {
    this.#listener = listener
    if (this.#running === 0) this.#tellErrors()
  }

  /** @internal Cancels what still runs; when the last task has ended the scope has. */
  async close(): Promise<void> {
    if (this.#running > 0) this.cancel()
    await this.#untilIdle(true)
    this.#tellErrors()
  }

  async #run<T>(body: ScopeTask<T>): Promise<T> {
    const outcome = await this.#start(body).then(
      (value) => ({ value }),
      (error: unknown) => {
        this.#taskFailed(error)
        return null
      },
    )
    await this.#untilIdle(true)
    this.#throwErrors()
    const isCutShort = this.#isCancelledFromOutside && this.#isInterrupted
    if (outcome === null || isCutShort) throw this.signal.reason
    return outcome.value
  }

  #start<T>(task: ScopeTask<T>): Promise<T> {
    try {
      if (this.#isCancelled) throw this.signal.reason
      if (typeof task !== 'function') throw wrong('a task must be a function')
      const result = task(this)
      // A promise as it is: one that follows another is told three microtasks later.
      if (isCoroutine(result)) return runCoroutine(this.group, result, this.signal, this.#keep)
      return Promise.resolve(result)
    } catch (error) {
      const reason = error as Error
      return Promise.reject(reason)
    }
  }

  /** What a coroutine no longer waits for can't be ended, but doesn't outlive the scope; nor do its errors vanish. */
  readonly #keep = (promise: Promise<unknown>): void => {
    this.#running++
    promise.then(this.#succeeded, this.#failed)
  }

  // One of each for all tasks, in place of closures for every one.
  readonly #succeeded = (): void => this.#taskEnded()
  readonly #failed = (error: unknown): void => {
    this.#taskFailed(error)
    this.#taskEnded()
  }

  /** What is nested is waited for, and fails alone. */
  #nest<T>(run: (inner: Scope) => Promise<T>, group = this.group): Promise<T> {
    if (this.#isEnded) throw new CalandriaError('CAL_ERR_SCOPE_ENDED')
    const inner = new Scope(this.reactor, this.signal, group)
    this.#running++
    const ended = (): void => {
      inner.#end()
      this.#taskEnded()
    }
    // The caller's promise is a later one, so that an error which nobody handles is Node's unhandled rejection.
    return run(inner).finally(ended)
  }

  #taskFailed(error: unknown): void {
    if (isCancellation(error, this.signal)) {
      this.#isInterrupted = true
      return
    }
    this.#errors.add(error) // once: a body often throws what its task has thrown
    if (!this.#isCancelled) {
      this.cancel(new CalandriaError('CAL_ERR_CANCELLED', 'another task has failed', { cause: error }))
    }
  }

  #taskEnded(): void {
    if (--this.#running > 0) return
    const waiters = this.#idleWaiters
    if (waiters.length === 0) this.#tellErrors()
    this.#idleWaiters = []
    for (const wake of waiters) wake()
  }

  /** @param isItsEnd ends in the same breath in which it sees that nothing runs: nobody can spawn in between */
  async #untilIdle(isItsEnd = false): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    if (isItsEnd) this.#end()
  }

  #throwErrors(): void {
    if (this.#errors.size === 0) return
    const errors = [...this.#errors]
    this.#errors.clear()
    if (errors.length === 1) throw errors[0]
    throw new AggregateError(errors, `${errors.length} tasks of a scope failed`, { cause: errors[0] })
  }

  #tellErrors(): void {
    if (this.#listener === null) return
    try {
      this.#throwErrors()
    } catch (error) {
      this.#listener(error)
    }
  }

  #end(): void {
    this.#isEnded = true
    if (this.#outer !== null) offAbort(this.#outer, this.#outerAborted)
  }

  /** One after the other, not one inside of the other: scopes may be nested deeper than the stack. */
  readonly #outerAborted = (): void => {
    toCancel.push(this)
    if (toCancel.length > 1) return // a scope further out is at it
    try {
      for (const scope of toCancel) scope.#cancelFromOutside(scope.#outer?.reason) // which grows meanwhile
    } finally {
      toCancel.length = 0
    }
  }

  #cancelFromOutside(reason: unknown): void {
    if (this.#isCancelled) return
    this.#isCancelled = this.#isCancelledFromOutside = true
    this.#controller.abort(reason)
  }
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `scope: ${detail}`)
}
