import { CalandriaTypeError } from '../errors/calandria-error.js'
import { GroupLedger } from './group-ledger.js'
import { ReadyQueue, type Task } from './ready-queue.js'
import { sleepIn } from './sleep.js'
import type { Timer } from './timer-wheel.js'
import { YieldLine } from './yield-line.js'
import type { Waiting } from './unless-aborted.js'

export interface GroupOptions {
  /** What it is called in the statistics; no other group of the reactor may have it. 1 to 64 characters. */
  readonly name: string
  /** Its part of a turn's time, beside the shares of the others that have work: a number from 1 to 10,000. */
  readonly shares: number
}

const MOST_SHARES = 10_000
const LONGEST_NAME = 64

/** What a group asks of its reactor. @internal */
export interface GroupHost {
  readonly timeSliceMs: number
  taskPosted(): void
  arm(queue: ReadyQueue, ms: number, callback: (argument: unknown) => void, argument: unknown): Timer
  yieldIn(group: SchedulingGroup): Promise<void>
}

/**
 * Tasks of one kind, first in, first out, with a part of the loop's time that the others can't take away (after
 * Seastar's scheduling groups). When several groups have work, the time of a turn is shared out in proportion to their
 * shares; what one doesn't need the others have.
 *
 * It is made by `reactor.group()`. Its methods are those of the reactor, in this group.
 */
export class SchedulingGroup {
  readonly name: string
  /** @internal */ readonly queue = new ReadyQueue()
  /** @internal */ readonly line = new YieldLine()
  /** @internal */ readonly ledger: GroupLedger
  readonly #host: GroupHost

  /**
   * @internal
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  constructor(host: GroupHost, { name, shares }: GroupOptions) {
    if (!(typeof name === 'string' && name.length >= 1 && name.length <= LONGEST_NAME))
      throw new CalandriaTypeError(
        'CAL_ERR_OPTION',
        `a group's name must have 1 to ${LONGEST_NAME} characters`,
      )
    mustBeShares(name, shares)
    this.name = name
    this.ledger = new GroupLedger(shares, host.timeSliceMs)
    this.#host = host
  }

  /** May be changed at any time. @throws CalandriaTypeError `CAL_ERR_OPTION` when set to anything but 1 to 10,000 */
  get shares(): number {
    return this.ledger.shares
  }

  set shares(shares: number) {
    mustBeShares(this.name, shares)
    this.ledger.shares = shares
  }

  /** `reactor.post(task)` in this group. */
  post(task: Task): void {
    this.queue.push(task)
    this.#host.taskPosted()
  }

  /** @internal Before all others of the group, for what has stood in line once already. */
  postFirst(task: Task): void {
    this.queue.unshift(task)
    this.#host.taskPosted()
  }

  /** `reactor.delay(ms, callback)` in this group: when the timer is due, the callback takes its place in the queue. */
  delay(ms: number, callback: () => void): Timer
  delay<A>(ms: number, callback: (argument: A) => void, argument: A): Timer
  delay(ms: number, callback: (argument: never) => void, argument?: unknown): Timer {
    return this.#host.arm(this.queue, ms, callback as (argument: unknown) => void, argument)
  }

  /** `reactor.sleep(ms)` in this group. What follows an `await` runs in none: it is a microtask. */
  sleep(ms: number, { signal }: Waiting = {}): Promise<void> {
    return sleepIn(this, ms, signal)
  }

  /** `reactor.yield()` in this group, whoever calls it. */
  yield(): Promise<void> {
    return this.#host.yieldIn(this)
  }
}

function mustBeShares(name: string, shares: number): void {
  if (!(typeof shares === 'number' && shares >= 1 && shares <= MOST_SHARES))
    throw new CalandriaTypeError(
      'CAL_ERR_OPTION',
      `${name}: shares must be a number from 1 to ${MOST_SHARES}`,
    )
}
