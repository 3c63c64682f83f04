import { type Ending, Op, UNITS } from '../../io/recording/format.js'
import type { RecordedEvent } from '../../io/recording/recording-events.js'
import { describeEvent, isInput } from './describe-event.js'
import { ReplayDivergence } from './replay-divergence.js'

type EventOf<O extends Op> = Extract<RecordedEvent, { op: O }>

/**
 * What must be the same. `all`: whatever the core does, and whenever it looks at the clock; one version of Calandria does
 * the same to the bit. `outputs`: what clients see, in the same order: writes, ends, closes and resets. It is for
 * recordings of another version, and for those that look for a fault.
 */
export type Comparison = 'all' | 'outputs'

/**
 * The recorded events, in their order. Whatever the core does takes the next one, which must be the same. What goes wrong
 * is remembered, not thrown: it is found deep inside of the core, where a handler might catch it.
 */
export class ReplayScript {
  readonly #events: Iterator<RecordedEvent, void>
  readonly #startUnits: number
  readonly #compare: Comparison
  /** Events that were looked at and are still to come. */
  readonly #ahead: RecordedEvent[] = []
  #units: number
  #taken = 0
  #failure: Error | null = null
  #isOver = false
  #ending: Ending | null = null

  constructor(events: Iterator<RecordedEvent, void>, startUnits: number, compare: Comparison) {
    this.#events = events
    this.#startUnits = this.#units = startUnits
    this.#compare = compare
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
    return this.#isOver ? null : this.#lookAhead(0)
  }

  /**
   * The core has done or asked something.
   * @param connection whose; `null` when it is about none
   * @returns what was recorded; `null` when that was something else, or nothing any more
   */
  take<O extends Op>(op: O, connection: number | null, actual: () => string): EventOf<O> | null {
    const isWanted = (event: RecordedEvent): boolean =>
      event.op === op && (connection === null || ('connection' in event && event.connection === connection))
    if (this.#compare === 'outputs' && isUnseen(op)) return this.#takeUnseen(isWanted) as EventOf<O> | null
    if (this.#compare === 'outputs') this.#skipUnseen()
    const { next } = this
    if (next === null || next.op === Op.Finish) return this.#end(next)
    if (!isWanted(next)) {
      this.diverge(next, connection, actual())
      return null
    }
    this.#advance()
    return next as EventOf<O>
  }

  /** The next input, or `null` at the end. The core must have done all that was recorded before it. */
  takeInput(): RecordedEvent | null {
    if (this.#compare === 'outputs') this.#skipUnseen()
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

  /** Takes it if it stands among the next events that no peer sees, and passes those before it over. */
  #takeUnseen(isWanted: (event: RecordedEvent) => boolean): RecordedEvent | null {
    for (let at = 0; ; at++) {
      const event = this.#isOver ? null : this.#lookAhead(at)
      if (event === null || !isUnseen(event.op)) return null
      if (!isWanted(event)) continue
      for (let passed = 0; passed <= at; passed++) this.#advance()
      return event
    }
  }

  #skipUnseen(): void {
    for (let { next } = this; next !== null && isUnseen(next.op); next = this.next) this.#advance()
  }

  #advance(): void {
    const passed = this.#lookAhead(0)
    this.#ahead.shift()
    if (passed === null) return
    this.#taken++
    if (passed.op === Op.Clock) this.#units += passed.units
  }

  /** @param at 0 is the next one. @returns `null` behind the last */
  #lookAhead(at: number): RecordedEvent | null {
    try {
      while (this.#ahead.length <= at) {
        const { value } = this.#events.next()
        if (value === undefined) return null
        this.#ahead.push(value)
      }
    } catch (error) {
      this.fail(error as Error)
    }
    return this.#ahead[at] ?? null
  }
}

/** Whether it is something between the core and its transports, or the clock, that no client can tell. */
function isUnseen(op: Op): boolean {
  switch (op) {
    case Op.Clock:
    case Op.WallTime:
    case Op.IsWritable:
    case Op.BytesQueued:
    case Op.BytesUnsent:
    case Op.Pause:
    case Op.Resume:
      return true
    default:
      return false
  }
}
