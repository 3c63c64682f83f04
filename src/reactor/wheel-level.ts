import { type TimerCount, TimerList } from './timer-list.js'

/** A power of two: slots are found by bit operations. */
export const SLOTS = 1024
const MASK = SLOTS - 1

/** One wheel of several: its slots lie behind one another in time, from the beginning of a revolution to its end. */
export class WheelLevel implements TimerCount {
  size = 0
  /** The first tick behind the revolution at hand. */
  end = 0
  /** Ticks that one slot stands for. */
  readonly span: number
  readonly #revolution: number
  readonly #slots = new Array<TimerList | null>(SLOTS).fill(null)

  constructor(span: number, tick: number) {
    this.span = span
    this.#revolution = span * SLOTS
    this.turnTo(tick)
  }

  /** Has the revolution at hand be the one of `tick`. */
  turnTo(tick: number): void {
    this.end = (Math.floor(tick / this.#revolution) + 1) * this.#revolution
  }

  /** Ticks may lie far above 2³², which bit operations take their lower bits of. */
  slotOf(tick: number): TimerList {
    const at = Math.floor(tick / this.span) & MASK
    return (this.#slots[at] ??= new TimerList(this))
  }

  isEmptyAt(tick: number): boolean {
    const slot = this.#slots[Math.floor(tick / this.span) & MASK]
    return !slot?.first
  }

  /** Where the slot behind that of `tick` begins. */
  nextSlot(tick: number): number {
    return (Math.floor(tick / this.span) + 1) * this.span
  }

  /** Where the first slot that holds anything begins, behind that of `tick`; `null` when none does. */
  nextUsedSlot(tick: number): number | null {
    if (this.size === 0) return null
    for (let at = this.nextSlot(tick); at < this.end; at += this.span) if (!this.isEmptyAt(at)) return at
    return null
  }
}
