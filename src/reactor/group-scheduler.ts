import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { GroupStatistics } from './group-ledger.js'
import type { Task } from './ready-queue.js'
import { type GroupHost, type GroupOptions, SchedulingGroup } from './scheduling-group.js'

/** The groups that every reactor has; `latency` 8 shares, `default` 4, `background` 1. */
export interface BuiltInGroups {
  /**
   * Short work that somebody waits for: what the server does between a read and a reply, the coroutines of
   * `request.scope`, deadlines. It isn't handed down: a loop that yields in it goes on in `default`, unless it asks for
   * this group by name.
   */
  readonly latency: SchedulingGroup
  /** Where everything runs of which nothing else is said. */
  readonly default: SchedulingGroup
  /** What may take its time. */
  readonly background: SchedulingGroup
}

/**
 * When all three are busy, latency has 8 of 13 parts of the time, default 4 and background 1: `latency` a majority
 * against the rest, `background` enough to end one day (77 ms of every second).
 */
const LATENCY_SHARES = 8
const DEFAULT_SHARES = 4
const BACKGROUND_SHARES = 1

/** Choosing looks at every group. A group is for a kind of work, not for a piece of it. */
const MOST_GROUPS = 32

/**
 * Decides whose task is next. Within a group it is first in, first out; among the groups it is the one that has had the
 * least time for its shares (start-time fair queueing). Of two groups that always have work, neither falls behind the
 * other, in time by its shares, by more than one task of each. When one group alone has work, this is a plain queue.
 *
 * A turn takes a snapshot: {@link begin}, {@link take} and {@link charge} by turns, {@link end}. The reading of the clock
 * that the reactor needs after each task anyway is all that it takes to charge it.
 *
 * Those who have given the loop back go on between two turns: {@link nextYielding}. They are reckoned with like tasks:
 * a turn ends early where it is their turn, and they wait where it is a task's.
 */
export class GroupScheduler implements BuiltInGroups {
  readonly latency: SchedulingGroup
  readonly default: SchedulingGroup
  readonly background: SchedulingGroup

  readonly #host: GroupHost
  readonly #groups: SchedulingGroup[] = []
  /** Those with work in the turn at hand. */
  readonly #contenders: SchedulingGroup[] = []
  /** Those of whom somebody goes on when the turn at hand is over. */
  readonly #yielding = new Set<SchedulingGroup>()
  /** What whoever was served last had had, by its shares, in milliseconds. */
  #virtualNow = 0
  #turnBeganAt = 0
  #lookedAt = 0
  /** Whether there is a choice: else the turn is one plain queue. */
  #isContended = false
  #hasRun = false
  #serving: SchedulingGroup
  #current: SchedulingGroup

  constructor(host: GroupHost) {
    this.#host = host
    this.latency = this.add({ name: 'latency', shares: LATENCY_SHARES })
    this.default = this.add({ name: 'default', shares: DEFAULT_SHARES })
    this.background = this.add({ name: 'background', shares: BACKGROUND_SHARES })
    this.#serving = this.#current = this.default
  }

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  add(options: GroupOptions): SchedulingGroup {
    const group = new SchedulingGroup(this.#host, options)
    if (this.#groups.some(({ name }) => name === group.name))
      throw new CalandriaTypeError('CAL_ERR_OPTION', `there is a group named ${group.name} already`)
    if (this.#groups.length === MOST_GROUPS)
      throw new CalandriaTypeError('CAL_ERR_OPTION', `more than ${MOST_GROUPS} groups`)
    this.#groups.push(group)
    return group
  }

  /** The group of the code that is running, where that is known; else the default group. */
  get current(): SchedulingGroup {
    return this.#current
  }

  /** Whose task was taken last. */
  get serving(): SchedulingGroup {
    return this.#serving
  }

  /** Tasks that are ready. */
  get size(): number {
    let size = 0
    for (const group of this.#groups) size += group.queue.size
    return size
  }

  /** What the clock has shown after the last task. */
  get lookedAt(): number {
    return this.#lookedAt
  }

  begin(now: number): void {
    this.#turnBeganAt = this.#lookedAt = now
    this.#hasRun = false
    this.#contenders.length = 0
    for (const group of this.#groups) {
      const { size } = group.queue
      group.ledger.turnBegan(now, size, this.#virtualNow)
      if (size > 0) this.#contenders.push(group)
    }
    this.#isContended = this.#contenders.length > 1 || this.#yielding.size > 0
    if (!this.#isContended) this.#serve(this.#contenders[0] ?? this.default)
  }

  /** The next task of the turn, of those that were ready when it began; `undefined` when it is the yielders' turn. */
  take(): Task | undefined {
    if (this.#isContended && !this.#choose()) return undefined
    const { ledger, queue } = this.#serving
    if (ledger.left === 0) return undefined
    ledger.taskTaken(this.#lookedAt, this.#turnBeganAt)
    return queue.shift()
  }

  /** What was taken last has run until `now`. */
  charge(now: number): void {
    const ms = now - this.#lookedAt
    this.#lookedAt = now
    this.#serving.ledger.ran(ms)
    if (this.#isContended) this.#serving.ledger.charge(ms)
  }

  /** The tasks of the turn have run, or its slice is used up. */
  end(): void {
    this.#current = this.default
    if (!this.#isContended) this.#chargeTurn()
    let isIdle = this.#yielding.size === 0
    for (const { ledger, queue } of this.#groups) {
      ledger.turnEnded(this.#lookedAt, this.#turnBeganAt, queue.size)
      if (queue.size > 0) isIdle = false
    }
    if (isIdle) this.#forgetDebts()
  }

  /** Somebody of `group` goes on when the turn at hand is over. */
  someoneYields(group: SchedulingGroup): void {
    this.#yielding.add(group)
    if (!this.#isContended) this.#chargeTurn()
    this.#isContended = this.#hasRun = true
  }

  /** The turn is over, and a slice of those who have given the loop back begins. */
  beginYielding(now: number): void {
    this.#lookedAt = now
    this.#isContended = true
  }

  /** Of whom somebody goes on next: {@link charge} is called when that one waits again. `null`: it is a task's turn. */
  nextYielding(): SchedulingGroup | null {
    const group = least(this.#yielding, isYielding)
    if (group === null) return null
    const rival = least(this.#contenders, hasTaskLeft)
    if (rival !== null && rival.ledger.virtualMs < group.ledger.virtualMs) return null
    this.#serving = group
    this.#moveVirtualTime(group)
    return group
  }

  /** `group`'s code is about to run. */
  enter(group: SchedulingGroup): void {
    this.#current = group === this.latency ? this.default : group
  }

  leave(): void {
    this.#current = this.default
  }

  /** @returns the groups of which somebody had to wait, for another round; they are yielding no longer */
  endYielding(): SchedulingGroup[] {
    const waiting = [...this.#yielding].filter(isYielding)
    this.#yielding.clear()
    return waiting
  }

  statistics(): Readonly<Record<string, GroupStatistics>> {
    const entries = this.#groups.map(
      ({ name, ledger, queue }) => [name, ledger.statistics(queue.size)] as const,
    )
    return Object.freeze(Object.fromEntries(entries))
  }

  #serve(group: SchedulingGroup): void {
    this.#serving = group
    this.enter(group)
    this.#moveVirtualTime(group)
  }

  /** Where there is no choice a turn is charged as a whole. Nobody was kept waiting, so nothing is owed to anybody. */
  #chargeTurn(): void {
    this.#serving.ledger.charge(this.#lookedAt - this.#turnBeganAt)
    this.#moveVirtualTime(this.#serving)
  }

  #moveVirtualTime({ ledger }: SchedulingGroup): void {
    if (ledger.virtualMs > this.#virtualNow) this.#virtualNow = ledger.virtualMs
  }

  /** @returns `false` when the turn is over: no task is left, or it is the yielders' turn */
  #choose(): boolean {
    const group = least(this.#contenders, hasTaskLeft)
    if (group === null || (this.#hasRun && this.#isYieldersTurn(group))) return false
    this.#hasRun = true
    this.#serve(group)
    return true
  }

  #isYieldersTurn(rival: SchedulingGroup): boolean {
    const yielding = least(this.#yielding, isYielding)
    return yielding !== null && yielding.ledger.virtualMs < rival.ledger.virtualMs
  }

  /** Nobody waits for anything, so nobody will be kept waiting by what was had before. */
  #forgetDebts(): void {
    for (const group of this.#groups) this.#moveVirtualTime(group)
  }
}

/** The one that has had least; of several the one with the most shares, of these the first. */
function least(
  groups: Iterable<SchedulingGroup>,
  isEligible: (group: SchedulingGroup) => boolean,
): SchedulingGroup | null {
  let first: SchedulingGroup | null = null
  for (const group of groups) {
    if (isEligible(group) && (first === null || isBefore(group.ledger, first.ledger))) first = group
  }
  return first
}

function isBefore(a: SchedulingGroup['ledger'], b: SchedulingGroup['ledger']): boolean {
  return a.virtualMs < b.virtualMs || (a.virtualMs === b.virtualMs && a.shares > b.shares)
}

const hasTaskLeft = (group: SchedulingGroup): boolean => group.ledger.left > 0
const isYielding = (group: SchedulingGroup): boolean => group.line.chosen > 0
