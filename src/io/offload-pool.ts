import { availableParallelism } from 'node:os'
import type { Tinypool } from 'tinypool'
import { CalandriaError } from '../errors/calandria-error.js'
import { offAbort, onAbort } from '../reactor/abort-listeners.js'
import { offExit, onExit } from '../reactor/process-exit.js'
import type { Reactor } from '../reactor/reactor.js'
import { checkOffload, checkSize, type OffloadOptions } from './offload-options.js'
import { OffloadSlot, type OffloadWork } from './offload-slot.js'

export interface OffloadPoolOptions {
  /** Workers of each kind. Default: one less than the machine's processors, at least one. */
  readonly workers?: number
  /** How much may wait for a worker. Default 256. */
  readonly queue?: number
}

interface Job extends OffloadWork {
  readonly kind: 'thread' | 'process'
  readonly settle: (outcome: Promise<unknown>) => void
  slot: OffloadSlot | null
  /** Cancelled, or too late: it is only waited for until its worker has ended. */
  isGivenUp: boolean
}

/** Workers for what would block the loop, over tinypool. */
export class OffloadPool {
  readonly #reactor: Reactor
  readonly #workers: number
  readonly #mostWaiting: number
  readonly #waiting = new Set<Job>()
  readonly #running = new Set<Job>()
  readonly #idle = new Set<OffloadSlot>()
  /** All whose workers have not ended yet. */
  readonly #slots = new Set<OffloadSlot>()
  #isClosed = false

  /** @param reactor its wheel has the time-outs. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(reactor: Reactor, options: OffloadPoolOptions = {}) {
    this.#reactor = reactor
    this.#workers = checkSize('workers', options.workers ?? Math.max(availableParallelism() - 1, 1), 1)
    this.#mostWaiting = checkSize('queue', options.queue ?? 256, 0)
    onExit(this.#kill)
  }

  /** See `offload()`. */
  async run(moduleUrl: string | URL, input: unknown, options: OffloadOptions = {}): Promise<unknown> {
    const url = checkOffload(moduleUrl, options)
    const { kind = 'thread', signal, timeoutMs, transferList = [] } = options
    signal?.throwIfAborted()
    const Pool = await loadTinypool()
    signal?.throwIfAborted()
    if (this.#isClosed) throw new CalandriaError('CAL_ERR_OFFLOAD_CLOSED')
    if (!this.#hasRoom(kind) && this.#waiting.size >= this.#mostWaiting)
      throw new CalandriaError('CAL_ERR_OFFLOAD_QUEUE_FULL', `${this.#waiting.size} wait`)
    return new Promise((resolve, reject) => {
      const settle = (outcome: Promise<unknown>): void => {
        timer?.cancel()
        if (signal !== undefined) offAbort(signal, abort)
        outcome.then(resolve, reject)
      }
      const job: Job = {
        url,
        input,
        transferList: [...transferList],
        kind,
        settle,
        slot: null,
        isGivenUp: false,
      }
      const abort = (): void => this.#giveUp(job, signal?.reason as Error, Pool)
      const timedOut = (): void => this.#giveUp(job, new CalandriaError('CAL_ERR_OFFLOAD_TIMEOUT'), Pool)
      const timer = timeoutMs === undefined ? null : this.#reactor.groups.latency.delay(timeoutMs, timedOut)
      if (signal !== undefined) onAbort(signal, abort)
      this.#waiting.add(job)
      this.#dispatch(Pool)
    })
  }

  /** Ends all workers, and resolves when they have. What runs and what waits is rejected with `CAL_ERR_OFFLOAD_CLOSED`. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const job of [...this.#running, ...this.#waiting])
      if (!job.isGivenUp) job.settle(Promise.reject(new CalandriaError('CAL_ERR_OFFLOAD_CLOSED')))
    this.#running.clear()
    this.#waiting.clear()
    await Promise.all([...this.#slots].map((slot) => slot.end()))
    offExit(this.#kill)
  }

  /** Its processes must not outlive this one. */
  readonly #kill = (): void => {
    for (const slot of this.#slots) slot.kill()
  }

  #hasRoom(kind: Job['kind']): boolean {
    let busy = 0
    for (const job of this.#running) if (job.kind === kind) busy++
    return busy < this.#workers
  }

  #dispatch(Pool: typeof Tinypool): void {
    for (const job of this.#waiting) {
      if (!this.#hasRoom(job.kind)) continue
      this.#waiting.delete(job)
      this.#running.add(job)
      void this.#perform(job, Pool)
    }
  }

  async #perform(job: Job, Pool: typeof Tinypool): Promise<void> {
    const slot = this.#takeSlot(job.kind, Pool)
    job.slot = slot
    const outcome = slot.run(job)
    await outcome.catch(() => undefined)
    if (!this.#running.delete(job)) return // it was given up
    if (!slot.isGone) this.#idle.add(slot)
    job.settle(outcome)
    this.#dispatch(Pool)
  }

  #takeSlot(kind: Job['kind'], Pool: typeof Tinypool): OffloadSlot {
    for (const slot of this.#idle) {
      if (slot.kind !== kind) continue
      this.#idle.delete(slot)
      if (!slot.isGone) return slot
    }
    const slot = new OffloadSlot(Pool, kind)
    this.#slots.add(slot)
    void slot.ended.then(() => {
      this.#slots.delete(slot)
      this.#idle.delete(slot)
    })
    return slot
  }

  /** Rejects when the worker has really ended, so that nobody starts another beside it. */
  #giveUp(job: Job, reason: Error, Pool: typeof Tinypool): void {
    job.isGivenUp = true
    const ended = job.slot?.end() ?? Promise.resolve()
    this.#waiting.delete(job)
    job.settle(
      ended.then(() => {
        this.#running.delete(job)
        this.#dispatch(Pool)
        throw reason
      }),
    )
  }
}

/** Only who offloads needs it. */
async function loadTinypool(): Promise<typeof Tinypool> {
  try {
    return (await import('tinypool')).Tinypool
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_OFFLOAD_MISSING', 'npm install tinypool', { cause })
  }
}
