import { CalandriaError } from '../../errors/calandria-error.js'
import type { Journal } from '../../reactor/journal.js'
import { Reactor } from '../../reactor/reactor.js'
import type { Transport } from '../transport.js'
import { Ending, Op, UNITS } from './format.js'
import { keepError, keepValue, type RecordedValue } from './recorded-value.js'
import { RecordingClock } from './recording-clock.js'
import { RecordingDriver } from './recording-driver.js'
import { headOf } from './recording-head.js'
import { RecordingLog, type RecordSettings } from './recording-log.js'
import { RecordingTransport } from './recording-transport.js'

const settled = Promise.resolve()

/** Who waits for something from outside; it may fail with anything. */
interface Asker<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/**
 * Keeps all that reaches a reactor from outside, and what it does, in a file: the clock's readings, turns, what
 * transports tell and answer, what is written. `replay()` of `calandria/testing` plays it back.
 *
 * The recorded reactor is the *core*. Sockets, and those who wait to be let in, live on a second one, the *porch*, which
 * is not recorded: what happens there reaches the core only through a {@link RecordingTransport}.
 */
export class Recorder implements Journal {
  readonly porch: Reactor
  readonly #core: Reactor
  readonly #log: RecordingLog
  #connections = 0
  #inputs = 0
  /** Inputs that are under way. Two mean that one has come from inside of the other, where no replay can have it from. */
  #depth = 0
  #haveMicrotasksRun = true

  /**
   * @param core has not been used yet
   * @param server what a replay must know of the server
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  constructor(core: Reactor, settings: RecordSettings, server: Readonly<Record<string, unknown>>) {
    this.#core = core
    const startedAt = Math.floor(core.clock.wallTime())
    const clock = new RecordingClock(core.clock, {
      clockRead: (units) => this.#log.clockRead(units),
      wallTimeRead: (ms) => this.#log.wallTimeRead(ms),
    })
    const startUnits = clock.units
    const wrap = (driver: ConstructorParameters<typeof RecordingDriver>[0]): RecordingDriver =>
      new RecordingDriver(driver, (turn) => this.#turn(turn))
    core.interpose(clock, startUnits / UNITS, wrap)
    core.journal = this
    this.porch = new Reactor({ onError: (error) => core.reportError(error) })
    const head = headOf({ startedAt, startUnits, timeSliceMs: core.timeSliceMs, settings: server })
    this.#log = new RecordingLog(settings, head, this.porch)
  }

  /** @throws CalandriaError `CAL_ERR_RECORD_FILE` (rejects) */
  get opened(): Promise<void> {
    return this.#log.opened
  }

  /** Ends the recording; resolves when the file is closed. */
  close(): Promise<void> {
    this.#log.end(Ending.Closed, 'closed')
    return this.#log.closed
  }

  /** A connection has come: `serve` gets what stands for it. */
  accept(transport: Transport, serve: (transport: Transport) => void): void {
    const id = this.#connections++
    const recording = new RecordingTransport(transport, id, this.#log, this, this.#core)
    this.beginInput()
    this.#log.accepted(id, recording.remoteAddress)
    try {
      this.#core.enter()
      serve(recording)
    } finally {
      this.endInput()
    }
  }

  /**
   * Something from outside is about to call the core; what it is must be logged next. Also says whether the microtasks of
   * the input before have run: Node runs callbacks of one tick one after the other, and those after them.
   */
  beginInput(): void {
    if (this.#depth++ > 0) this.#log.end(Ending.Nested, 'nested', new CalandriaError('CAL_ERR_RECORD_NESTED'))
    if (!this.#haveMicrotasksRun) {
      this.#log.mark(Op.Joined)
      return
    }
    this.#haveMicrotasksRun = false
    void settled.then(this.#microtasksRun)
  }

  /** What the input has led to at once is done; its microtasks are to come. */
  endInput(): void {
    this.#depth--
  }

  readonly #microtasksRun = (): void => {
    this.#haveMicrotasksRun = true
  }

  #turn(turn: () => void): void {
    this.beginInput()
    this.#log.mark(Op.Turn)
    try {
      turn()
    } finally {
      this.endInput()
    }
  }

  // ---- Journal ------------------------------------------------------------------------------------------------

  /** Promises settle in the middle of others' microtasks; a task of the porch has a place of its own. */
  input<T>(work: () => T | PromiseLike<T>): Promise<T> {
    const id = this.#inputs++
    this.#log.keep(Op.InputAsked, id)
    const came = (value: RecordedValue, tell: () => void): void =>
      this.#onPorch(() => this.#log.came(id, value), tell)
    return new Promise<T>((resolve, reject) => {
      const asker: Asker<T> = { resolve, reject }
      void new Promise<T>((took) => took(work())).then(
        (value) => came(keepValue(value), () => asker.resolve(value)),
        (error: unknown) => came(keepError(error), () => asker.reject(error)),
      )
    })
  }

  observe<T>(read: () => T): T {
    try {
      const value = read()
      this.#log.observed(keepValue(value))
      return value
    } catch (error) {
      this.#log.observed(keepError(error))
      throw error
    }
  }

  /** Whoever closes the server may stand anywhere, in the middle of a handler say: it is an input of its own all the same. */
  async closing<T>(drainMs: number, perform: (drainMs: number) => Promise<T>): Promise<T> {
    const result = await new Promise<T>((resolve) => {
      this.#onPorch(
        () => this.#log.serverClosed(drainMs),
        () => resolve(perform(drainMs)),
      )
    })
    await this.close()
    return result
  }

  #onPorch(log: () => void, input: () => void): void {
    this.porch.post(() => {
      this.beginInput()
      log()
      try {
        this.#core.enter()
        input()
      } finally {
        this.endInput()
      }
    })
  }
}
