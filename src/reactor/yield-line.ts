import { ReadyQueue, type Task } from './ready-queue.js'

/** Those of one group who have given the loop back and want to go on, first come, first served. */
export class YieldLine {
  readonly #waiting = new ReadyQueue()
  /** So many from the front have had their turn's place in the queue: they go on when the turn at hand is over. */
  #chosen = 0
  /** Whether a task of the group stands in its queue that will choose those who wait. */
  isPosted = false

  get chosen(): number {
    return this.#chosen
  }

  /** @param goOn is called when it is the caller's turn */
  join(goOn: () => void): void {
    this.#waiting.push(goOn)
  }

  /** @param most at most so many may go on; default: all who wait */
  choose(most = Infinity): void {
    this.#chosen = Math.max(this.#chosen, Math.min(most, this.#waiting.size))
  }

  /** The next who may go on. */
  shift(): Task | undefined {
    if (this.#chosen === 0) return undefined
    this.#chosen--
    return this.#waiting.shift()
  }

  /** Nobody else goes on for now. @returns how many had been chosen in vain */
  holdBack(): number {
    const chosen = this.#chosen
    this.#chosen = 0
    return chosen
  }
}
