/**
 * Hooks into the reactor, for tracers and metrics. Implement those that you need. Without an instrument a hook
 * costs one comparison with `null`. An instrument that throws is removed, and a warning says so: measuring must
 * never break what it measures.
 *
 * All moments are readings of the reactor's clock, in milliseconds.
 */
export interface Instrument {
  /** A turn begins, with so many tasks ready. */
  turnStarted?(now: number, tasksReady: number): void
  /** A turn is over: how many tasks ran and how many transports were flushed in it. */
  turnEnded?(now: number, tasksRun: number, flushed: number): void
  /** A task is about to run. */
  taskStarted?(): void
  /** A transport has read so many bytes and is about to hand them on. */
  read?(now: number, bytes: number): void
  /** A batch is about to leave in one write: its size, and the replies in it. */
  flush?(bytes: number, replies: number): void
}

type Hook = keyof Instrument

/** The instruments of one reactor, called as one. */
export class Instruments {
  readonly #installed = new Set<Instrument>()
  readonly #warn: (message: string) => void

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  get size(): number {
    return this.#installed.size
  }

  add(instrument: Instrument): void {
    this.#installed.add(instrument)
  }

  remove(instrument: Instrument): void {
    this.#installed.delete(instrument)
  }

  /** Calls one hook of every instrument that has it. */
  emit<H extends Hook>(hook: H, ...values: Parameters<NonNullable<Instrument[H]>>): void {
    for (const instrument of this.#installed) {
      try {
        const method = instrument[hook] as ((...values: unknown[]) => void) | undefined
        method?.apply(instrument, values)
      } catch (error) {
        this.#installed.delete(instrument)
        this.#warn(`an instrument threw in ${hook} and was removed: ${String(error)}`)
      }
    }
  }
}
