import type { ReadyQueue } from './ready-queue.js'

const SLOTS = 1024 // a power of two: one revolution is about a second
const MASK = SLOTS - 1

/** A deadline on the wheel. It is its own task: when due it moves to the ready queue and runs there. */
export class Timer {
  /** @internal */ previous: Timer | null = null
  /** @internal */ next: Timer | null = null
  /** @internal */ slot = -1
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
 * A hashed timing wheel (Varghese and Lauck, SOSP 1987, scheme 6): arming and cancelling are O(1), and 10,000
 * connections need one Node timer. A tick is a millisecond; the slot of a deadline is its tick modulo the number
 * of slots, and a timer further away than one revolution just stays in its slot until its round comes.
 *
 * ```
 *   tick 5 ─▶ slot 5:  [due 5] ⇄ [due 1029]        1029 = 5 + one revolution: passed over this time
 *             slot 6:  [due 6]
 * ```
 *
 * Known limit: `nextDueTick` walks up to one revolution of slots (about 1 µs when it is empty). The reactor asks
 * only after its Node timer fired, so at most once a millisecond.
 */
export class TimerWheel {
  readonly #slots = new Array<Timer | null>(SLOTS).fill(null)
  #tick: number
  #size = 0

  readonly #onEmpty: () => void

  /**
   * @param now the clock's reading at the start, in milliseconds
   * @param onEmpty called when the last timer is cancelled, so that nobody need wait for it any longer
   */
  constructor(now: number, onEmpty: () => void) {
    this.#tick = Math.floor(now)
    this.#onEmpty = onEmpty
  }

  /** Timers on the wheel; those that are due and wait in the ready queue don't count. */
  get size(): number {
    return this.#size
  }

  /** Arms a timer for the first tick at or after `deadline` (milliseconds of the clock): never early. */
  arm(deadline: number, callback: (argument: unknown) => void, argument?: unknown): Timer {
    const timer = new Timer(this, Math.max(Math.ceil(deadline), this.#tick + 1), callback, argument)
    const slot = timer.dueTick & MASK
    const first = this.#slots[slot] ?? null
    timer.slot = slot
    timer.next = first
    if (first !== null) first.previous = timer
    this.#slots[slot] = timer
    this.#size++
    return timer
  }

  /** @internal Use {@link Timer.cancel}. */
  cancel(timer: Timer): void {
    if (timer.slot === -1) return // it waits in the ready queue
    this.#remove(timer)
    if (this.#size === 0) this.#onEmpty()
  }

  #remove(timer: Timer): void {
    if (timer.previous !== null) timer.previous.next = timer.next
    else this.#slots[timer.slot] = timer.next
    if (timer.next !== null) timer.next.previous = timer.previous
    timer.previous = timer.next = null
    timer.slot = -1
    this.#size--
  }

  /**
   * Moves every timer that is due at `now` to the ready queue, earliest tick first. After a long rest each slot
   * is visited once, not once a tick.
   */
  advance(now: number, ready: ReadyQueue): void {
    const target = Math.floor(now)
    if (this.#size === 0 || target <= this.#tick) {
      if (target > this.#tick) this.#tick = target
      return
    }
    if (target - this.#tick <= SLOTS) {
      for (let tick = this.#tick + 1; tick <= target; tick++) this.#collect(tick & MASK, target, ready)
    } else {
      this.#collectAll(target, ready)
    }
    this.#tick = target
  }

  /**
   * The tick of the next timer, when it lies within a revolution; otherwise the end of the revolution, where to
   * look again; `null` when there is no timer.
   */
  nextDueTick(): number | null {
    if (this.#size === 0) return null
    for (let tick = this.#tick + 1; tick <= this.#tick + SLOTS; tick++) {
      for (let timer = this.#slots[tick & MASK] ?? null; timer !== null; timer = timer.next) {
        if (timer.dueTick <= tick) return tick
      }
    }
    return this.#tick + SLOTS
  }

  /** Slots are filled at the front, so a slot is collected from its end: first armed, first run. */
  #collect(slot: number, target: number, ready: ReadyQueue): void {
    let timer = this.#slots[slot] ?? null
    if (timer === null) return
    while (timer.next !== null) timer = timer.next
    for (let previous: Timer | null; timer !== null; timer = previous) {
      previous = timer.previous
      if (timer.dueTick > target) continue
      this.#remove(timer)
      ready.push(timer)
    }
  }

  /** More than a revolution has passed, so the order of slots says nothing: sort what is due. */
  #collectAll(target: number, ready: ReadyQueue): void {
    const due: Timer[] = []
    for (let slot = 0; slot < SLOTS; slot++) {
      const inSlot: Timer[] = []
      for (let timer = this.#slots[slot] ?? null; timer !== null; timer = timer.next) {
        if (timer.dueTick <= target) inSlot.push(timer)
      }
      for (let i = inSlot.length - 1; i >= 0; i--) due.push(inSlot[i] as Timer)
    }
    due.sort((a, b) => a.dueTick - b.dueTick)
    for (const timer of due) {
      this.#remove(timer)
      ready.push(timer)
    }
  }
}
