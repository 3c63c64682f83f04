import { CalandriaTypeError } from '../errors/calandria-error.js'
import { offAbort, onAbort } from './abort-listeners.js'
import { isCancellation } from './cancellation.js'
import type { SchedulingGroup } from './scheduling-group.js'

/** What a coroutine yields to wait `ms` milliseconds; it is checked, and begins, when it is yielded. */
export class Delay {
  /** @param ms milliseconds from 0 up */
  constructor(readonly ms: number) {}
}

/** What a coroutine may yield: a promise, a {@link Delay}, another coroutine, or nothing, to let others have a turn. */
export type Yieldable = PromiseLike<unknown> | Delay | Coroutine<unknown> | undefined

/**
 * A generator that the reactor runs: `yield` waits for what is yielded, and gives its value or throws its error.
 * `async` and `await` are this, built into the language; here one can see the machine.
 */
export type Coroutine<T> = Generator<unknown, T>

export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return false
  const { next, throw: raise } = value as Partial<Coroutine<unknown>>
  return typeof next === 'function' && typeof raise === 'function'
}

/** One thing that is waited for. It resumes its coroutine once, or never when it was given up. */
interface Wait {
  isOver: boolean
  /** What it waits for, when that can't be taken back. */
  readonly promise: Promise<unknown> | null
  /** Takes back what was begun for it. */
  cancel?: () => void
}

/**
 * Runs `coroutine` to its end, and resolves with what it returns.
 *
 * The first step is taken at once, every other one is a task of `group`. So unlike `await`, a coroutine that
 * yields promises which have settled long ago can't keep the sockets waiting.
 *
 * When `signal` is aborted, its reason is thrown into the coroutine where it waits, once. What its `catch` and `finally`
 * blocks yield after that is waited for, so that they can tidy up. A promise that it no longer waits for can't be ended
 * from here: `giveUp` has it.
 * @throws what the coroutine throws (rejects); inside of it `CAL_ERR_COROUTINE` where it yields anything else
 */
export function runCoroutine<T>(
  group: SchedulingGroup,
  coroutine: Coroutine<T>,
  signal: AbortSignal,
  giveUp: (promise: Promise<unknown>) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = new CoroutineRun(
      group,
      coroutine,
      signal,
      giveUp,
      resolve as (value: unknown) => void,
      reject,
    )
    run.step(undefined)
  })
}

class CoroutineRun {
  readonly #group: SchedulingGroup
  readonly #signal: AbortSignal
  readonly #giveUp: (promise: Promise<unknown>) => void
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: unknown) => void
  /** The innermost is the last: it is the one that runs. */
  readonly #stack: Coroutine<unknown>[]
  #wait: Wait | null = null
  /** What the signal says, which is dear to ask. */
  #isAborted: boolean
  /** Whether what was under way when the signal was aborted has had its chance to come. */
  #hasHadGrace = false
  /** Whether the coroutine was told. */
  #isCancelled = false

  constructor(
    group: SchedulingGroup,
    coroutine: Coroutine<unknown>,
    signal: AbortSignal,
    giveUp: (promise: Promise<unknown>) => void,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#group = group
    this.#signal = signal
    this.#giveUp = giveUp
    this.#resolve = resolve
    this.#reject = reject
    this.#stack = [coroutine]
    this.#isAborted = signal.aborted
    onAbort(signal, this.#abort)
  }

  /** Runs the coroutine until it has to wait. A loop, not a recursion: they may be nested as deep as memory allows. */
  step(value: unknown, isError = false): void {
    for (;;) {
      const innermost = this.#stack.at(-1) as Coroutine<unknown>
      try {
        const { done, value: yielded } = isError ? innermost.throw(value) : innermost.next(value)
        isError = false
        value = yielded
        if (done === true) this.#stack.pop()
        else if (isCoroutine(yielded)) this.#stack.push(yielded)
        else {
          this.#waitFor(yielded)
          return
        }
      } catch (error) {
        this.#stack.pop()
        isError = true
        value = error
      }
      if (this.#stack.length === 0) {
        this.#end(value, isError)
        return
      }
    }
  }

  #end(value: unknown, isError: boolean): void {
    offAbort(this.#signal, this.#abort)
    if (isError) this.#reject(value)
    else this.#resolve(value)
  }

  #waitFor(yielded: unknown): void {
    const promise = isThenable(yielded) ? Promise.resolve(yielded) : null
    const wait: Wait = { isOver: false, promise }
    this.#wait = wait
    if (this.#isAborted) this.#cancel(wait) // it came while the coroutine was running
    if (promise !== null) {
      promise.then(
        (value) => this.#resume(wait, value, false),
        (error: unknown) => this.#resume(wait, error, true),
      )
    } else if (wait.isOver) {
      return
    } else if (yielded === undefined) {
      this.#resume(wait, undefined, false)
    } else if (yielded instanceof Delay) {
      this.#delay(wait, yielded.ms)
    } else {
      const error = new CalandriaTypeError('CAL_ERR_COROUTINE', `it is of type ${typeof yielded}`)
      this.#resume(wait, error, true)
    }
  }

  #delay(wait: Wait, ms: number): void {
    try {
      const timer = this.#group.delay(ms, () => {
        this.#wait = null
        this.step(undefined) // a timer runs as a task already
      })
      wait.cancel = () => timer.cancel()
    } catch (error) {
      this.#resume(wait, error, true)
    }
  }

  #resume(wait: Wait, value: unknown, isError: boolean): void {
    if (wait.isOver) return
    wait.isOver = true
    this.#wait = null // what has come is delivered: a cancellation from now on finds the coroutine at its next wait
    if (isError && this.#isAborted && isCancellation(value, this.#signal)) this.#isCancelled = true
    this.#group.post(() => this.step(value, isError))
  }

  readonly #abort = (): void => {
    this.#isAborted = true
    if (this.#wait !== null) this.#cancel(this.#wait)
  }

  /**
   * A promise may have been resolved already: a permit is on its way, a value of a channel, that nobody else would get.
   * So the first one that is waited for has until the next turn to come. A delay brings nothing.
   */
  #cancel(wait: Wait): void {
    if (this.#isCancelled) return
    if (wait.promise !== null && !this.#hasHadGrace) {
      this.#hasHadGrace = true
      this.#group.post(() => {
        if (!wait.isOver) this.#cancel(wait)
      })
      return
    }
    this.#isCancelled = true
    wait.cancel?.()
    wait.isOver = true
    this.#wait = null
    if (wait.promise !== null) this.#giveUp(wait.promise)
    this.#group.post(() => this.step(this.#signal.reason, true))
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function'
}
