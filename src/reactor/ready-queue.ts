/** Work for the reactor: a function, or an object that is its own task (a timer), which saves a closure. */
export type Task = (() => void) | { run(): void }

export function runTask(task: Task): void {
  if (typeof task === 'function') task()
  else task.run()
}

/**
 * The FIFO of tasks that are ready to run: a ring buffer whose capacity is a power of two and doubles when full.
 *
 * ```
 *   head ──▶ ┌───┬───┬───┬───┬───┬───┬───┬───┐
 *            │ a │ b │ c │   │   │   │   │   │      shift() takes a, push() fills the next free place
 *            └───┴───┴───┴───┴───┴───┴───┴───┘
 * ```
 */
export class ReadyQueue {
  #ring = new Array<Task | undefined>(64).fill(undefined)
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(task: Task): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = task
    this.#size++
  }

  /** Puts `task` before all others: it has stood in line once already. */
  unshift(task: Task): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#ring.length - 1)
    this.#ring[this.#head] = task
    this.#size++
  }

  shift(): Task | undefined {
    if (this.#size === 0) return undefined
    const task = this.#ring[this.#head]
    this.#ring[this.#head] = undefined // the collector must be able to take it
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size--
    return task
  }

  #grow(): void {
    const old = this.#ring
    const ring = new Array<Task | undefined>(old.length * 2).fill(undefined)
    for (let i = 0; i < this.#size; i++) ring[i] = old[(this.#head + i) & (old.length - 1)]
    this.#ring = ring
    this.#head = 0
  }
}
