/** A frozen snapshot of what a scheduling group was given and did; see `reactor.statistics().groups`. */
export interface GroupStatistics {
  readonly shares: number
  readonly tasksRun: number
  /** Tasks that wait for a turn now. */
  readonly tasksReady: number
  /** Time that it has had: its tasks, and what ran after its yields up to where it waited again, in milliseconds. */
  readonly ranMs: number
  /**
   * How long its tasks have waited, all together, in milliseconds: by {@link tasksRun} it is the average wait. A task is
   * counted from the first turn on that finds it ready.
   */
  readonly waitedMs: number
  /** The longest wait of one task, in milliseconds, as far as a sample shows: the last in the queue, one at a time. */
  readonly longestWaitMs: number
  /** Turns in which it had work, and the others left no time for any of it. */
  readonly turnsStarved: number
  /** How often a task, or what ran between two yields, held the loop for longer than a time slice and a quarter. */
  readonly slicesOverrun: number
}

/** Whoever asks `shouldYield()` overruns a slice by an eighth, as a rule. */
const TOLERANCE = 1.25

/**
 * What one group has had, what it is owed, and how it fares. All readings of the clock are the scheduler's, so that
 * keeping books costs none.
 */
export class GroupLedger {
  shares: number
  /**
   * Time that it has had, divided by its shares, in milliseconds: among those with work, whoever has least is next
   * (start-time fair queueing, Goyal, Vin and Cheng 1996).
   */
  virtualMs = 0
  /** Tasks that were ready when the turn at hand began, and haven't run yet. */
  left = 0

  readonly #longestMs: number
  #tasksRun = 0
  #ranMs = 0
  #waitedMs = 0
  #longestWaitMs = 0
  #turnsStarved = 0
  #slicesOverrun = 0

  #leftAtStart = 0
  #readyAtEnd = 0
  #endedAt = 0
  /** The task whose wait is measured, counted from the group's first one. */
  #sampledTask = 0
  /** How many tasks of the turn are left when it is taken. */
  #sampledLeft = 0
  #sampledSince = 0

  constructor(shares: number, sliceMs: number) {
    this.shares = shares
    this.#longestMs = sliceMs * TOLERANCE
  }

  /**
   * @param ready its tasks now
   * @param virtualNow what whoever was served last had had: who has less wanted less, and can't save it up for later. Who
   *   is kept waiting has more, or would have been served.
   */
  turnBegan(now: number, ready: number, virtualNow: number): void {
    this.#waitedMs += this.#readyAtEnd * (now - this.#endedAt)
    this.left = this.#leftAtStart = ready
    if (ready === 0) return
    if (this.virtualMs < virtualNow) this.virtualMs = virtualNow
    if (this.#sampledTask <= this.#tasksRun) {
      this.#sampledTask = this.#tasksRun + ready
      this.#sampledSince = now
    }
    this.#sampledLeft = ready - (this.#sampledTask - this.#tasksRun)
  }

  taskTaken(now: number, turnBeganAt: number): void {
    this.#waitedMs += now - turnBeganAt
    if (--this.left === this.#sampledLeft) {
      this.#longestWaitMs = Math.max(this.#longestWaitMs, now - this.#sampledSince)
    }
  }

  /** One task, or what ran between two yields, has taken `ms`. */
  ran(ms: number): void {
    if (ms > this.#longestMs) this.#slicesOverrun++
  }

  /** It is charged for `ms` of work. */
  charge(ms: number): void {
    this.#ranMs += ms
    this.virtualMs += ms / this.shares
  }

  /** @param ready its tasks now, with those that came during the turn */
  turnEnded(now: number, turnBeganAt: number, ready: number): void {
    this.#tasksRun += this.#leftAtStart - this.left
    this.#waitedMs += this.left * (now - turnBeganAt)
    if (this.left > 0 && this.left === this.#leftAtStart) this.#turnsStarved++
    this.#readyAtEnd = ready
    this.#endedAt = now
  }

  /** Those of it who have given the loop back could not go on. */
  starved(): void {
    this.#turnsStarved++
  }

  statistics(tasksReady: number): GroupStatistics {
    return Object.freeze({
      shares: this.shares,
      tasksRun: this.#tasksRun,
      tasksReady,
      ranMs: this.#ranMs,
      waitedMs: this.#waitedMs,
      longestWaitMs: this.#longestWaitMs,
      turnsStarved: this.#turnsStarved,
      slicesOverrun: this.#slicesOverrun,
    })
  }
}
