import type { Clock } from './clock.js'
import type { Instrument } from './instrument.js'

type Hook = keyof Instrument

/** What a hook takes behind the moment. */
type Values<H extends Hook> =
  Parameters<NonNullable<Instrument[H]>> extends [number, ...infer Rest] ? Rest : never

/** Hooks that tell of a connection, and what they take behind its number. */
type ConnectionHook = {
  [H in Hook]: Parameters<NonNullable<Instrument[H]>> extends [number, connection: number, ...unknown[]]
    ? H
    : never
}[Hook]
type ConnectionValues<H extends ConnectionHook> =
  Parameters<NonNullable<Instrument[H]>> extends [number, number, ...infer Rest] ? Rest : never

const HOOKS = Object.keys({
  turnStarted: true,
  timersDue: true,
  turnEnded: true,
  taskStarted: true,
  taskEnded: true,
  connectionOpened: true,
  connectionClosed: true,
  readStarted: true,
  readEnded: true,
  parseBatchStarted: true,
  parseBatchEnded: true,
  dispatchStarted: true,
  dispatchEnded: true,
  responseEnded: true,
  requestRefused: true,
  flushStarted: true,
  flushEnded: true,
  drained: true,
  stalled: true,
} satisfies Record<Hook, true>) as Hook[]

/** One object may be installed several times, and each time is taken out for itself. */
interface Installation {
  readonly instrument: Instrument
  /** Then it is removed; an async one may fail several times before, and of that one warning tells. */
  hasFailed: boolean
}

export interface InstrumentsOwner {
  readonly clock: Clock
  /** An instrument was removed because it threw. */
  warn(message: string): void
  /** The last one was taken out. */
  emptied(): void
}

/** The instruments of one reactor, called as one. What nobody listens to costs a look-up, and no reading of the clock. */
export class Instruments {
  readonly #owner: InstrumentsOwner
  readonly #installed = new Set<Installation>()
  /** Who has which hook; the lists are replaced, never changed, since a hook may install and remove. */
  readonly #listeners = new Map<Hook, readonly Installation[]>()
  /** Here, so that a connection that nobody observes has no number to hold. */
  readonly #numbers = new WeakMap<object, number>()
  #lastNumber = 0

  constructor(owner: InstrumentsOwner) {
    this.#owner = owner
  }

  /** @returns what takes it out again */
  add(instrument: Instrument): () => void {
    const installation = { instrument, hasFailed: false }
    this.#installed.add(installation)
    this.#relist()
    return () => this.#remove(installation)
  }

  #remove(installation: Installation): void {
    if (!this.#installed.delete(installation)) return
    this.#relist()
    if (this.#installed.size === 0) this.#owner.emptied()
  }

  /** Calls one hook of every instrument that has it. */
  emit<H extends Hook>(hook: H, ...values: Values<H>): void {
    const listeners = this.#listeners.get(hook)
    if (listeners !== undefined) this.#call(hook, listeners, values)
  }

  /** The same for a hook that tells of a connection. */
  emitOf<H extends ConnectionHook>(hook: H, transport: object, ...values: ConnectionValues<H>): void {
    const listeners = this.#listeners.get(hook)
    if (listeners !== undefined) this.#call(hook, listeners, [this.#numberOf(transport), ...values])
  }

  #call(hook: Hook, listeners: readonly Installation[], values: readonly unknown[]): void {
    const { clock } = this.#owner
    const now = clock.peek === undefined ? clock.now() : clock.peek()
    for (const installation of listeners) {
      const { instrument } = installation
      try {
        const result = (instrument[hook] as (now: number, ...values: unknown[]) => unknown)(now, ...values)
        // An async function is none that a type could refuse.
        if (result instanceof Promise)
          result.catch((error: unknown) => this.#failed(hook, installation, error))
      } catch (error) {
        this.#failed(hook, installation, error)
      }
    }
  }

  #failed(hook: Hook, installation: Installation, error: unknown): void {
    if (installation.hasFailed) return
    installation.hasFailed = true
    this.#remove(installation)
    this.#owner.warn(
      `an instrument threw in ${hook} and was removed: ${error instanceof Error ? String(error) : typeof error}`,
    )
  }

  #numberOf(transport: object): number {
    let number = this.#numbers.get(transport)
    if (number === undefined) this.#numbers.set(transport, (number = ++this.#lastNumber))
    return number
  }

  #relist(): void {
    for (const hook of HOOKS) {
      const listeners = [...this.#installed].filter(
        ({ instrument }) => typeof instrument[hook] === 'function',
      )
      if (listeners.length === 0) this.#listeners.delete(hook)
      else this.#listeners.set(hook, listeners)
    }
  }
}
