import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { chromeTrace } from './chrome-trace.js'
import { EventLog } from './event-log.js'
import { RecordingInstrument } from './recording-instrument.js'

/** What fits into a typed array with four numbers an event, with room to spare. */
const MOST_EVENTS = 16_777_216

export interface TraceRecorderOptions {
  /** Events that are kept, the last ones; from 1 to 16,777,216. One takes about 52 bytes, and its name. Default 65,536. */
  readonly capacity?: number
}

/**
 * Records what a reactor does, like the recorder of an aeroplane: it holds the last events, however long it runs, and its
 * memory is bounded. What it holds can be had as a trace in the Chrome Trace Event Format at any time, which
 * https://ui.perfetto.dev and `chrome://tracing` open; see `docs/tracing.md`.
 *
 * ```ts
 * const recorder = new TraceRecorder(server.reactor)
 * // … later, in a handler:
 * await response.header('Content-Type', 'application/json').stream(recorder.stream())
 * ```
 */
export class TraceRecorder {
  readonly #reactor: Reactor
  readonly #log: EventLog
  readonly #remove: () => void

  /** Records from now on. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(reactor: Reactor, { capacity = 65_536 }: TraceRecorderOptions = {}) {
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= MOST_EVENTS))
      throw new CalandriaTypeError(
        'CAL_ERR_OPTION',
        `capacity must be a whole number from 1 to ${MOST_EVENTS}`,
      )
    this.#reactor = reactor
    this.#log = new EventLog(capacity)
    this.#remove = reactor.instrument(new RecordingInstrument(this.#log))
  }

  /** Events that were recorded, those that are lost by now too. */
  get eventsRecorded(): number {
    return this.#log.recorded
  }

  /** Events that were written over. */
  get eventsLost(): number {
    return this.#log.lost
  }

  /** Records no more, and costs nothing any longer; what it holds stays. */
  stop(): void {
    this.#remove()
  }

  /** What it holds now, as JSON text, all at once: about 0.1 s for 65,536 events. For servers at work: {@link stream}. */
  toChromeTrace(): string {
    return [...chromeTrace(this.#log.snapshot())].join('')
  }

  /**
   * The same in pieces, giving the loop back when the time slice is used up. It tells of what was held when it was called;
   * recording goes on meanwhile.
   */
  stream(): AsyncGenerator<string, void, undefined> {
    return this.#pieces(chromeTrace(this.#log.snapshot()))
  }

  async *#pieces(pieces: Generator<string>): AsyncGenerator<string, void, undefined> {
    for (const piece of pieces) {
      if (piece !== '') yield piece
      if (this.#reactor.shouldYield()) await this.#reactor.yield()
    }
  }
}
