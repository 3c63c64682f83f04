/** Work for the reactor: a function, or an object that is its own task (a timer), which saves a closure. */
export type Task = (() => void) | { run(): void }

export function runTask(task: Task): void {
  if (typeof task === 'function') task()
  else task.run()
}

const SEGMENT_TASKS = 1024

class Segment {
  readonly tasks = new Array<Task | undefined>(SEGMENT_TASKS).fill(undefined)
  next: Segment | null = null
}

/**
 * The FIFO of tasks that are ready to run: segments of 1,024 places, one behind the other. It grows by a segment at a
 * time, so no push has to move what is there already: a ring that doubles held the loop for a millisecond at 65,536.
 *
 * ```
 *   shift() ──▶ ┌───┬───┬───┬───┐    ┌───┬───┬───┬───┐
 *               │   │ b │ c │ d │ ─▶ │ e │ f │   │   │ ◀── push()
 *               └───┴───┴───┴───┘    └───┴───┴───┴───┘
 * ```
 */
export class ReadyQueue {
  #head = new Segment()
  #tail = this.#head
  /** The place in {@link #head} that is taken next. */
  #from = 0
  /** The place in {@link #tail} that is filled next. */
  #to = 0
  #size = 0
  /** The segment that was used up last: a queue around the edge of a segment allocates nothing. */
  #spare: Segment | null = null

  get size(): number {
    return this.#size
  }

  push(task: Task): void {
    if (this.#to === SEGMENT_TASKS) this.#addSegment()
    this.#tail.tasks[this.#to++] = task
    this.#size++
  }

  /** Puts `task` before all others: it has stood in line once already. */
  unshift(task: Task): void {
    if (this.#size === 0) {
      this.push(task)
      return
    }
    if (this.#from === 0) {
      const segment = this.#freeSegment()
      segment.next = this.#head
      this.#head = segment
      this.#from = SEGMENT_TASKS
    }
    this.#head.tasks[--this.#from] = task
    this.#size++
  }

  shift(): Task | undefined {
    if (this.#size === 0) return undefined
    if (this.#from === SEGMENT_TASKS) this.#dropSegment()
    const { tasks } = this.#head
    const task = tasks[this.#from]
    tasks[this.#from++] = undefined // the collector must be able to take it
    if (--this.#size === 0) this.#from = this.#to = 0 // it has no second segment then
    return task
  }

  #addSegment(): void {
    const segment = this.#freeSegment()
    this.#tail.next = segment
    this.#tail = segment
    this.#to = 0
  }

  #freeSegment(): Segment {
    const segment = this.#spare ?? new Segment()
    this.#spare = null
    return segment
  }

  #dropSegment(): void {
    const used = this.#head
    this.#head = used.next as Segment
    used.next = null
    this.#spare = used
    this.#from = 0
  }
}
