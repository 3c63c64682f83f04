import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { Waiting } from './unless-aborted.js'
import { WaitingLine } from './waiting-line.js'

/** The right to go on, until it is given back. */
export class Permit implements Disposable {
  #giveBack: (() => void) | null

  /** @internal */
  constructor(giveBack: () => void) {
    this.#giveBack = giveBack
  }

  /** Gives it back. Doing so again does nothing. */
  release(): void {
    const giveBack = this.#giveBack
    this.#giveBack = null
    giveBack?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** Lets so many go on at a time (Dijkstra 1965); the others wait, and go on in the order in which they came. */
export class Semaphore {
  #free: number
  readonly #line = new WaitingLine<Permit>()

  /**
   * @param permits how many may go on at a time: a whole number from 1 up
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  constructor(permits: number) {
    if (!(Number.isSafeInteger(permits) && permits >= 1))
      throw new CalandriaTypeError('CAL_ERR_OPTION', `a semaphore of ${permits} permits`)
    this.#free = permits
  }

  /** Permits that nobody has. */
  get free(): number {
    return this.#free
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#line.size
  }

  /**
   * Waits for a permit. Give it back by `release()`, or let `using permit = await semaphore.acquire()` do it.
   * @throws the signal's reason (rejects) when it is aborted before
   */
  async acquire({ signal }: Waiting = {}): Promise<Permit> {
    signal?.throwIfAborted()
    return this.tryAcquire() ?? this.#line.wait(undefined, signal)
  }

  /** A permit if one is free, else `null`. */
  tryAcquire(): Permit | null {
    if (this.#free === 0) return null
    this.#free--
    return this.#makePermit()
  }

  /** Runs `work` with a permit. @throws what it throws; else as {@link acquire} */
  async use<T>(work: () => T | PromiseLike<T>, waiting: Waiting = {}): Promise<T> {
    const permit = await this.acquire(waiting)
    try {
      return await work()
    } finally {
      permit.release()
    }
  }

  /** A permit goes from hand to hand: while anybody waits none is free, so nobody can push in. */
  readonly #returned = (): void => {
    const next = this.#line.shift()
    if (next === null) this.#free++
    else next.resolve(this.#makePermit())
  }

  #makePermit(): Permit {
    return new Permit(this.#returned)
  }
}
