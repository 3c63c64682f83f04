import type { Reactor } from '../reactor/reactor.js'
import type { PathEntry } from './path-cache.js'

/** Handlers of trusted paths between two looks at the clock: one costs 40 ns, so each pays 8 (`bench/micro/pacer.ts`). */
const STRIDE = 8
/** Runs in a row of which a stride fits into the budget, after which a path is trusted. */
const TRUST_AFTER = 4
/** After a trusted handler was slow, so many are measured one by one. */
const VIGILANCE = 64
/** First-seen paths that must have been fast in a row before another one is expected to be. */
const NEWCOMERS = 16

/**
 * Keeps time between the handlers of a read. It tells how long a handler is expected to take (the *cost* rule of
 * the flush policy), how old the oldest ready reply is (*age*), and when the time slice is used up; and it counts
 * replies that an unforeseen slow handler has held.
 *
 * It looks at the clock after every handler whose path is new or slow, and after every eighth of the others. So a
 * handler that is fast as a rule and slow once is noticed at most seven handlers late.
 */
export class Pacer {
  /** The clock's reading at the last look. */
  tick = 0
  /** Replies that were ready and waited behind a handler that took longer than the budget. */
  repliesHeld = 0
  /** The longest such wait, in milliseconds. */
  longestHoldMs = 0

  readonly #reactor: Reactor
  readonly #budgetMs: number
  #untilLook = STRIDE
  #isTickFresh = true
  #vigilance = 0
  #fastNewcomers = 0

  constructor(reactor: Reactor, budgetMs: number) {
    this.#reactor = reactor
    this.#budgetMs = budgetMs
  }

  /** A read begins, or what was left of one; `now` is what the clock has just shown. */
  begin(now: number): void {
    this.tick = now
    this.#isTickFresh = true
  }

  /**
   * A read is dispatched. Where replies wait for its end together, their last handlers are worth a look too.
   * @param replies in the batch, that of the last handler included
   */
  end(replies: number): void {
    if (replies > 1 && !this.#isTickFresh) this.#lookBack(replies)
  }

  /**
   * Before a handler runs: how long it will take, in milliseconds; `Infinity` when that isn't known. Where every
   * request has a path of its own, they are judged together, else nothing would ever be batched.
   *
   * Looks at the clock when the handler will be measured: it must not be charged for what ran before.
   * @param replies in the batch
   */
  expectedMs(path: PathEntry, replies: number): number {
    if (path.isTrusted && this.#vigilance === 0) return 0 // next to nothing; and a fraction would be boxed
    if (!this.#isTickFresh) this.#lookBack(replies)
    return path.averageMs === Infinity && this.#fastNewcomers >= NEWCOMERS ? 0 : path.averageMs
  }

  /** @param repliesWaiting replies that were ready in the batch while the handler ran */
  afterHandler(path: PathEntry, repliesWaiting: number): void {
    const isTrusted = path.isTrusted && this.#vigilance === 0
    if (isTrusted && --this.#untilLook > 0) {
      this.#isTickFresh = false
      return
    }
    const elapsed = this.#look()
    if (elapsed > this.#budgetMs) this.#foundSlow(elapsed, repliesWaiting)
    else if (this.#vigilance > 0) this.#vigilance--
    if (!isTrusted) this.#learn(path, elapsed)
  }

  /** Judges the handlers since the last look together; the reply of the last one has not waited. */
  #lookBack(replies: number): void {
    const elapsed = this.#look()
    if (elapsed > this.#budgetMs) this.#foundSlow(elapsed, Math.max(replies - 1, 0))
  }

  /** Looks at the clock. @returns the time since the last look */
  #look(): number {
    const now = this.#reactor.clock.now()
    const elapsed = now - this.tick
    this.tick = now
    this.#isTickFresh = true
    this.#untilLook = STRIDE
    return elapsed
  }

  #foundSlow(elapsed: number, repliesWaiting: number): void {
    this.#vigilance = VIGILANCE
    if (repliesWaiting === 0) return
    this.repliesHeld += repliesWaiting
    if (elapsed > this.longestHoldMs) this.longestHoldMs = elapsed
  }

  #learn(path: PathEntry, elapsed: number): void {
    const isFast = elapsed <= this.#budgetMs
    if (path.averageMs === Infinity) {
      this.#fastNewcomers = isFast ? this.#fastNewcomers + 1 : 0
      path.averageMs = elapsed
    } else {
      path.averageMs = (path.averageMs + elapsed) / 2 // a new habit shows after two or three runs
    }
    path.fastRuns = elapsed * STRIDE <= this.#budgetMs ? path.fastRuns + 1 : 0
    path.isTrusted = path.fastRuns >= TRUST_AFTER
  }
}
