import type { ReadyQueue } from './ready-queue.js'
import type { TimerList } from './timer-list.js'
import { SLOTS, WheelLevel } from './wheel-level.js'

/** Enough for 35,000 years of milliseconds: a deadline behind them is brought forward to their end. */
const LEVELS = 5

/**
 * What one `advance` may do, so that 100,000 timers that are due at once don't hold the loop: about 50 µs. A timer that
 * is moved costs as much as a walk over sixteen slots.
 */
const ALLOWANCE = 8192
const PRICE_OF_MOVING = 16

/** A deadline on the wheel. It is its own task: when due it moves to the ready queue and runs there. */
export class Timer {
  /** @internal */ previous: Timer | null = null
  /** @internal */ next: Timer | null = null
  /** @internal Where it lies; `null` when it is off the wheel. */ list: TimerList | null = null
  #callback: ((argument: unknown) => void) | null
  readonly #argument: unknown
  readonly #wheel: TimerWheel

  /** @internal */
  constructor(
    wheel: TimerWheel,
    /** The tick (whole milliseconds of the reactor's clock) at which this timer is due. */
    readonly dueTick: number,
    callback: (argument: unknown) => void,
    argument: unknown,
    /** @internal Where it runs when it is due. */
    readonly queue: ReadyQueue,
  ) {
    this.#wheel = wheel
    this.#callback = callback
    this.#argument = argument
  }

  /** Its callback's, for instruments; empty without one. */
  get name(): string {
    return this.#callback?.name ?? ''
  }

  /** Whether the callback is still to come. */
  get isPending(): boolean {
    return this.#callback !== null
  }

  /** Takes the timer off, also when it is due already but has not run. Calling it again does nothing. O(1). */
  cancel(): void {
    if (this.#callback === null) return
    this.#callback = null
    this.#wheel.cancel(this)
  }

  /** @internal Called by the ready queue. A timer that was cancelled while it waited there does nothing. */
  run(): void {
    const callback = this.#callback
    this.#callback = null
    if (callback !== null) callback(this.#argument)
  }
}

/**
 * A hierarchical timing wheel (Varghese and Lauck, SOSP 1987, scheme 7): arming and cancelling are O(1), and 10,000
 * connections need one Node timer. A tick is a millisecond. The lowest level has a slot for each tick of the revolution
 * at hand, about a second; a slot of the next level stands for a revolution of the one below, and so on.
 *
 * ```
 *   level 0   │ tick 0 │ tick 1 │ … │ tick 1023 │           now
 *   level 1   │    0 … 1023     │ 1024 … 2047 │ 2048 … │    moves down when its time begins
 *   level 2   │         0 … 1,048,575         │ …          17 minutes a slot
 * ```
 *
 * So a timer that is far away isn't looked at before its time comes near, however many there are, and all timers of a
 * slot of level 0 are due at its tick.
 *
 * No step is longer than its {@link ALLOWANCE}: when more is due, or has to move down, the wheel stays {@link isBehind}
 * and goes on in the next turn, after the sockets had their say. Timers of one tick run in the order in which they were
 * armed: while a slot moves down, those that are armed for its time join its end.
 */
export class TimerWheel {
  readonly #levels: readonly WheelLevel[]
  readonly #lowest: WheelLevel
  readonly #highest: WheelLevel
  /** Every timer that was due before this tick has left the wheel. */
  #tick: number
  /** Where to {@link advance} to. */
  #target: number
  /** The level whose slot at {@link #tick} moves down; 0: none does. */
  #moving = 0
  #size = 0

  readonly #onEmpty: () => void

  /**
   * @param now the clock's reading at the start, in milliseconds
   * @param onEmpty called when the last timer is cancelled, so that nobody need wait for it any longer
   */
  constructor(now: number, onEmpty: () => void) {
    this.#tick = this.#target = Math.floor(now)
    this.#levels = Array.from({ length: LEVELS }, (_, level) => new WheelLevel(SLOTS ** level, this.#tick))
    this.#lowest = this.#level(0)
    this.#highest = this.#level(LEVELS - 1)
    this.#onEmpty = onEmpty
  }

  /** Timers on the wheel; those that are due and wait in the ready queue don't count. */
  get size(): number {
    return this.#size
  }

  /** Whether the last {@link advance} had to stop before it was through. */
  get isBehind(): boolean {
    if (this.#size === 0) return false
    return this.#tick < this.#target || this.#moving > 0 || !this.#lowest.isEmptyAt(this.#tick)
  }

  /**
   * Arms a timer for the first tick at or after `deadline` (milliseconds of the clock): never early.
   * @param queue where it runs when it is due
   */
  arm(deadline: number, queue: ReadyQueue, callback: (argument: unknown) => void, argument?: unknown): Timer {
    const dueTick = Math.min(Math.max(Math.ceil(deadline), this.#tick + 1), this.#highest.end - 1)
    const timer = new Timer(this, dueTick, callback, argument, queue)
    this.#place(timer, this.#moving)
    this.#size++
    return timer
  }

  /** @internal Use {@link Timer.cancel}. */
  cancel(timer: Timer): void {
    if (timer.list === null) return // it waits in the ready queue
    timer.list.remove(timer)
    if (--this.#size === 0) this.#onEmpty()
  }

  /** @param lowest no lower level than this */
  #place(timer: Timer, lowest: number): void {
    let i = lowest
    while (timer.dueTick >= this.#level(i).end) i++
    this.#level(i).slotOf(timer.dueTick).append(timer)
  }

  #level(i: number): WheelLevel {
    return this.#levels[i] as WheelLevel
  }

  /**
   * Moves what is due at `now` to its queue, earliest tick first; when that is too much for one turn, as much as may be,
   * and {@link isBehind} says so.
   */
  advance(now: number): void {
    this.#target = Math.max(Math.floor(now), this.#target)
    let allowance = ALLOWANCE
    while (allowance > 0) {
      if (this.#moving > 0) {
        this.#moveDown()
        allowance -= PRICE_OF_MOVING
      } else if (!this.#lowest.isEmptyAt(this.#tick)) {
        this.#takeDue()
        allowance -= PRICE_OF_MOVING
      } else {
        if (this.#tick === this.#target) return
        this.#goOn()
        allowance--
      }
    }
  }

  /**
   * The tick of the next timer, when it lies within the lowest level's revolution; otherwise where the next slot that
   * holds any begins, to look again then; `null` when there is no timer.
   */
  nextDueTick(): number | null {
    if (this.#size === 0) return null
    if (this.isBehind) return this.#target
    for (const level of this.#levels) {
      const next = level.nextUsedSlot(this.#tick)
      if (next !== null) return next
    }
    return null
  }

  #takeDue(): void {
    const list = this.#lowest.slotOf(this.#tick)
    const timer = list.first as Timer
    list.remove(timer)
    this.#size--
    timer.queue.push(timer)
  }

  #moveDown(): void {
    const list = this.#level(this.#moving).slotOf(this.#tick)
    const timer = list.first
    if (timer === null) {
      this.#moving = 0
      return
    }
    list.remove(timer)
    this.#place(timer, 0)
  }

  /** To the next slot of the lowest level that holds anything at all. */
  #goOn(): void {
    const level = this.#levels.find(({ size }) => size > 0)
    this.#turnTo(level === undefined ? this.#target : Math.min(level.nextSlot(this.#tick), this.#target))
  }

  #turnTo(tick: number): void {
    this.#tick = tick
    if (tick < this.#lowest.end) return
    let begun = 0
    for (; begun < LEVELS && tick >= this.#level(begun).end; begun++) this.#level(begun).turnTo(tick)
    // Levels whose revolution begins anew are empty; the one above them has a slot whose time begins.
    if (begun < LEVELS && !this.#level(begun).isEmptyAt(tick)) this.#moving = begun
  }
}
