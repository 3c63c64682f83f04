import type { ChildProcess } from 'node:child_process'
import { serialize } from 'node:v8'
import type { Transferable } from 'node:worker_threads'
import type { Tinypool } from 'tinypool'
import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { FAILURE, type OffloadCall, type OffloadFailure } from './offload-entry.js'
import { makeWaiter } from '../reactor/waiter.js'

/** What its worker runs: it calls the work. */
const ENTRY = new URL('./offload-entry.js', import.meta.url).href

/** An idle worker ends after so long, in milliseconds. */
const IDLE_MS = 30_000

/** What a slot runs. */
export interface OffloadWork {
  readonly url: string
  readonly input: unknown
  readonly transferList: Transferable[]
}

/**
 * Room for one worker, a tinypool of one: so it is known which work a worker was at when it exits without an error,
 * which tinypool doesn't tell, and cancelling it can't strand what waits behind it.
 */
export class OffloadSlot {
  readonly kind: 'thread' | 'process'
  readonly #pool: Tinypool
  readonly #end = makeWaiter()
  #reject: ((error: Error) => void) | null = null
  /** The last one that has run anything; once it is being ended, the pool knows it no longer. */
  #worker: Tinypool['threads'][number] | undefined
  #isGone = false

  constructor(Pool: typeof Tinypool, kind: 'thread' | 'process') {
    this.kind = kind
    this.#pool = new Pool({
      runtime: kind === 'thread' ? 'worker_threads' : 'child_process',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      serialization: 'advanced',
    })
    this.#pool.on('error', (error) => this.#exited(error)) // it failed between two pieces of work
  }

  /** Resolves when its worker has ended, whatever for. */
  get ended(): Promise<void> {
    return this.#end.promise
  }

  /** Whether its worker has ended, or is about to: it must not be used again. */
  get isGone(): boolean {
    return this.#isGone
  }

  /**
   * @throws CalandriaError `CAL_ERR_OFFLOAD_CRASHED` (rejects); CalandriaTypeError `CAL_ERR_OFFLOAD_INPUT`; and what the
   *   work throws
   */
  async run({ url, input, transferList }: OffloadWork): Promise<unknown> {
    if (this.kind === 'process') mustSerialize(input) // tinypool would do it where nobody can catch it
    const result = this.#pool.run({ url, input } satisfies OffloadCall, { filename: ENTRY, transferList })
    const worker = this.#pool.threads[0]
    if (worker !== undefined && this.#worker !== worker) {
      this.#worker = worker
      worker.once('exit', () => {
        if (this.#worker === worker) this.#exited()
      })
    }
    worker?.ref?.() // who waits for a result holds the process
    return new Promise((resolve, reject) => {
      this.#reject = reject
      result
        .then(
          (output) => {
            if (isFailure(output)) reject(thrownBy(output))
            else resolve(output)
          },
          (error: unknown) => {
            // A crash removes the worker; what can't be sent does not.
            if (this.#pool.threads[0] !== worker || worker === undefined) this.#exited(error)
            else reject(this.#notSent(error as Error, input))
          },
        )
        .finally(() => {
          this.#reject = null
          worker?.unref?.()
        })
    })
  }

  /** The work never throws this: it is the input, or the output. */
  #notSent(error: Error, input: unknown): Error {
    if (error.name === 'DataCloneError' && canBeCloned(input)) return error
    void this.end() // tinypool would not end it when it is idle
    return inputError(error)
  }

  /** Ends the worker, whatever it does but for a system call that its thread waits for. Resolves when it has ended. */
  end(): Promise<void> {
    this.#reject = null
    if (!this.#isGone) {
      this.#isGone = true
      void this.#pool.destroy().finally(this.#end.resolve)
    }
    return this.ended
  }

  /** When this process exits, and nothing can be waited for: a process that is busy would not notice. */
  kill(): void {
    const { process: child } = (this.#worker ?? {}) as { readonly process?: ChildProcess }
    child?.kill('SIGKILL')
  }

  /** The worker has ended by itself, at its work or without any. */
  #exited(cause?: unknown): void {
    if (this.#isGone) return
    this.#isGone = true
    void this.#pool.destroy() // never resolves when the exit has been, but it closes what was opened
    this.#end.resolve()
    this.#reject?.(new CalandriaError('CAL_ERR_OFFLOAD_CRASHED', undefined, { cause }))
    this.#reject = null
  }
}

function mustSerialize(input: unknown): void {
  try {
    serialize(input)
  } catch (cause) {
    throw inputError(cause)
  }
}

function inputError(cause: unknown): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OFFLOAD_INPUT', (cause as Error).message, { cause })
}

function canBeCloned(input: unknown): boolean {
  try {
    structuredClone(input)
    return true
  } catch {
    return false
  }
}

function isFailure(output: unknown): output is OffloadFailure {
  return typeof output === 'object' && output !== null && FAILURE in output
}

function thrownBy({ [FAILURE]: { error, fields } }: OffloadFailure): Error {
  for (const [name, value] of Object.entries(fields))
    Object.defineProperty(error, name, {
      value,
      enumerable: name !== 'name',
      writable: true,
      configurable: true,
    })
  return error
}
