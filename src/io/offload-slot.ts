import type { Tinypool } from 'tinypool'
import type { Transferable } from 'node:worker_threads'
import { CalandriaError } from '../errors/calandria-error.js'

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
  #reject: ((error: Error) => void) | null = null
  readonly #watched = new WeakSet()
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
    this.#pool.on('error', () => (this.#isGone = true)) // it failed between two pieces of work
  }

  /** Whether its worker has crashed: it must not be used again. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** @throws CalandriaError `CAL_ERR_OFFLOAD_CRASHED` (rejects); and what the work throws */
  run({ url, input, transferList }: OffloadWork): Promise<unknown> {
    const result = this.#pool.run(input, { filename: url, transferList })
    const worker = this.#pool.threads[0]
    if (worker !== undefined && !this.#watched.has(worker)) {
      this.#watched.add(worker)
      worker.once('exit', () => this.#crashed())
    }
    worker?.ref?.() // who waits for a result holds the process
    return new Promise((resolve, reject) => {
      this.#reject = reject
      result
        .then(resolve, (error: unknown) => {
          // A crash removes the worker; what the work throws does not.
          if (this.#pool.threads[0] === worker && worker !== undefined) reject(asError(error))
          else this.#crashed(error)
        })
        .finally(() => {
          this.#reject = null
          worker?.unref?.()
        })
    })
  }

  /** Ends the worker, whatever it does. */
  async end(): Promise<void> {
    this.#reject = null
    if (this.#isGone) return // tinypool would wait for an exit that has been
    this.#isGone = true
    await this.#pool.destroy()
  }

  #crashed(cause?: unknown): void {
    const reject = this.#reject
    if (reject === null) return
    this.#reject = null
    this.#isGone = true
    void this.#pool.destroy() // never resolves when the exit has been, but it closes what was opened
    reject(new CalandriaError('CAL_ERR_OFFLOAD_CRASHED', undefined, { cause }))
  }
}

/** A process sends errors as plain objects. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error
  if (typeof error !== 'object' || error === null) return new Error(String(error))
  const { message = '' } = error as { message?: string }
  return Object.assign(new Error(message), error)
}
