import { type Ending, Op, UNITS } from '../../io/recording/format.js'
import type { RecordedEvent } from '../../io/recording/recording-events.js'
import { describeEvent, isInput } from './describe-event.js'
import { ReplayDivergence } from './replay-divergence.js'

type EventOf<O extends Op> = Extract<RecordedEvent, { op: O }>

/**
 * The recorded events, in their order. Whatever the core does takes the next one, which must be the same. What goes wrong
 * is remembered, not thrown: it is found deep inside of the core, where a handler might catch it.
 */
export class ReplayScript {
  readonly #events: Iterator<RecordedEvent, void>
  readonly #startUnits: number
  #next: RecordedEvent | null = null
  #units: number
  #taken = 0
  #failure: Error | null = null
  #isOver = false
  #ending: Ending | null = null

  constructor(events: Iterator<RecordedEvent, void>, startUnits: number) {
    this.#events = events
    this.#startUnits = this.#units = startUnits
    this.#advance()
  }

  /** The first thing that went wrong. */
  get failure(): Error | null {
    return this.#failure
  }

  /** Whether nothing more is known of what the core should do. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Events that were taken. */
  get eventsTaken(): number {
    return this.#taken
  }

  /** How the recording ended; `null`: without an end mark, or it has not ended. */
  get ending(): Ending | null {
    return this.#ending
  }

  /** The recorded clock's last reading, in units. */
  get units(): number {
    return this.#units
  }

  get timeMs(): number {
    return (this.#units - this.#startUnits) / UNITS
  }

  /** The next event; `null` at the end. */
  get next(): RecordedEvent | null {
    return this.#isOver ? null : this.#next
  }

  /**
   * The core has done or asked something.
   * @param connection whose; `null` when it is about none
   * @returns what was recorded; `null` when that was something else, or nothing any more
   */
  take<O extends Op>(op: O, connection: number | null, actual: () => string): EventOf<O> | null {
    const { next } = this
    if (next === null || next.op === Op.Finish) return this.#end(next)
    const isSame =
      next.op === op && (connection === null || ('connection' in next && next.connection === connection))
    if (!isSame) {
      this.diverge(next, connection, actual())
      return null
    }
    this.#advance()
    if (next.op === Op.Clock) this.#units += next.units
    return next as EventOf<O>
  }

  /** The next input, or `null` at the end. The core must have done all that was recorded before it. */
  takeInput(): RecordedEvent | null {
    const { next } = this
    if (next === null || next.op === Op.Finish) return this.#end(next)
    if (!isInput(next.op)) {
      this.diverge(
        next,
        null,
        'nothing; did something come from outside that the recording does not know of? See external()',
      )
      return null
    }
    this.#advance()
    return next
  }

  diverge(recorded: RecordedEvent, connection: number | null, actual: string): void {
    this.fail(
      new ReplayDivergence({
        event: recorded.index,
        offset: recorded.offset,
        timeMs: this.timeMs,
        connection: 'connection' in recorded ? recorded.connection : connection,
        expected: describeEvent(recorded),
        actual,
      }),
    )
  }

  /** Nothing is compared any more. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#isOver = true
  }

  #end(mark: EventOf<Op.Finish> | null): null {
    this.#isOver = true
    if (mark !== null) this.#ending = mark.ending
    return null
  }

  #advance(): void {
    if (this.#next !== null) this.#taken++
    try {
      this.#next = this.#events.next().value ?? null
    } catch (error) {
      this.fail(error as Error)
    }
  }
}
