import type { Timer } from './timer-wheel.js'

/** How many timers lie on one level of the wheel: what is empty is passed over. */
export interface TimerCount {
  size: number
}

/** The timers of one slot, in the order in which they came. Each is its own link, so any is taken out in O(1). */
export class TimerList {
  first: Timer | null = null
  #last: Timer | null = null
  readonly #count: TimerCount

  constructor(count: TimerCount) {
    this.#count = count
  }

  append(timer: Timer): void {
    timer.list = this
    timer.previous = this.#last
    if (this.#last === null) this.first = timer
    else this.#last.next = timer
    this.#last = timer
    this.#count.size++
  }

  remove(timer: Timer): void {
    if (timer.previous === null) this.first = timer.next
    else timer.previous.next = timer.next
    if (timer.next === null) this.#last = timer.previous
    else timer.next.previous = timer.previous
    timer.previous = timer.next = timer.list = null
    this.#count.size--
  }
}
