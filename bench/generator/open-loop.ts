import type { Reactor } from 'calandria'
import { Histogram } from './histogram.js'
import type { Pace } from './pace.js'
import type { Recorder } from './recorder.js'
import type { Schedule } from './schedule.js'
import type { WireConnection } from './wire-connection.js'

/** A moment nearer than this is awaited in a busy loop: Node's timers are up to two milliseconds late. */
const SPIN_BELOW_MS = 3
/** An idle round that took longer was not idle: somebody else had the core. */
const LONGEST_ROUND_MS = 0.1
/** What is sent later than this is called late. */
const LATE_MS = 1

export interface OpenLoopParts {
  readonly reactor: Reactor
  readonly schedule: Schedule
  readonly recorder: Recorder
  readonly connections: number
  readonly depth: number
  readonly spin: boolean
}

/**
 * By an absolute schedule, whatever the server does. A request that can't leave in time leaves as soon as a connection has
 * room, with its planned time unchanged: late ones are counted and never skipped. Connections take turns.
 */
export class OpenLoop implements Pace {
  /** Sent late through our own fault, of the window's requests. */
  lateByGenerator = 0
  lateByServer = 0
  readonly lateness = new Histogram()
  /** Time spent in rounds of the busy loop that found nothing to do, in milliseconds. */
  idleMs = 0
  readonly #parts: OpenLoopParts
  readonly #plannedAt: Float64Array
  /** Those with room, first come, first served: a ring, each at most once. */
  readonly #line: (WireConnection | null)[]
  #first = 0
  #waiting = 0
  #startAt = Infinity
  #endAt = Infinity
  #next = 0
  #dueAt = Infinity
  /** Requests are due and no connection has room. */
  #isBlocked = false
  #isArmed = false
  #hasActed = false
  #lastRoundAt = 0

  constructor(parts: OpenLoopParts) {
    this.#parts = parts
    this.#plannedAt = new Float64Array(parts.depth)
    this.#line = Array.from({ length: parts.connections }, () => null)
  }

  get isDone(): boolean {
    return this.#dueAt >= this.#endAt
  }

  start(at: number): void {
    this.#startAt = at
    this.#dueAt = at + this.#parts.schedule.dueAt(0)
    this.#lastRoundAt = at
    this.#sendDue(this.#parts.reactor.now)
  }

  roomOn(connection: WireConnection, now: number): void {
    this.#hasActed = true
    if (!connection.isInLine && connection.room > 0) this.#queue(connection)
    if (this.#dueAt <= now) this.#sendDue(now)
  }

  stop(now: number): void {
    this.#endAt = Math.min(this.#endAt, now)
  }

  giveUp(now: number): void {
    while (!this.isDone) {
      this.#parts.recorder.failed('unsent', this.#dueAt, NaN, now, () => 'no connection was free')
      this.#goOn()
    }
  }

  /** How many requests of this process are planned from `from` until before `to`, readings of the clock. */
  plannedWithin(from: number, to: number): number {
    const { schedule } = this.#parts
    return Math.max(0, schedule.dueBefore(to - this.#startAt) - schedule.dueBefore(from - this.#startAt))
  }

  #sendDue(now: number): void {
    const end = this.#endAt
    while (this.#dueAt <= now && this.#dueAt < end) {
      const connection = this.#takeFirst()
      if (connection === null) {
        this.#isBlocked = true
        return
      }
      const { room } = connection
      let count = 0
      while (count < room && this.#dueAt <= now && this.#dueAt < end) {
        this.#countLateness(now)
        this.#plannedAt[count++] = this.#dueAt
        this.#goOn()
      }
      if (count > 0) connection.send(count, this.#plannedAt, now)
      if (count < room) this.#queue(connection)
    }
    this.#isBlocked = false
    this.#arm(now)
  }

  #countLateness(now: number): void {
    if (!this.#parts.recorder.isInWindow(this.#dueAt)) return
    const late = now - this.#dueAt
    this.lateness.add(this.#isBlocked ? 0 : late)
    if (late <= LATE_MS) return
    if (this.#isBlocked) this.lateByServer++
    else this.lateByGenerator++
  }

  #goOn(): void {
    this.#next++
    this.#dueAt = this.#startAt + this.#parts.schedule.dueAt(this.#next)
  }

  #queue(connection: WireConnection): void {
    connection.isInLine = true
    this.#line[(this.#first + this.#waiting) % this.#line.length] = connection
    this.#waiting++
  }

  /** Those that lost their transport while they waited have no room any longer. */
  #takeFirst(): WireConnection | null {
    while (this.#waiting > 0) {
      const connection = this.#line[this.#first] as WireConnection
      this.#first = (this.#first + 1) % this.#line.length
      this.#waiting--
      connection.isInLine = false
      if (connection.room > 0) return connection
    }
    return null
  }

  /** Asks to be woken at the next moment, or a little before it to await it in a busy loop. */
  #arm(now: number): void {
    if (this.#isArmed || this.#isBlocked || this.isDone) return
    this.#isArmed = true
    const { reactor, spin } = this.#parts
    const left = Math.max(0, this.#dueAt - now)
    if (!spin) reactor.delay(left, this.#wake)
    else if (left < SPIN_BELOW_MS) reactor.post(this.#round)
    else reactor.delay(left - SPIN_BELOW_MS, this.#wake)
  }

  readonly #wake = (): void => {
    const now = this.#parts.reactor.clock.now()
    this.#lastRoundAt = now
    this.#awake(now)
  }

  /** A round of the busy loop: between two of them the reactor looks after its sockets. */
  readonly #round = (): void => {
    const now = this.#parts.reactor.clock.now()
    if (!this.#hasActed) this.idleMs += Math.min(now - this.#lastRoundAt, LONGEST_ROUND_MS)
    this.#hasActed = false
    this.#lastRoundAt = now
    this.#awake(now)
  }

  #awake(now: number): void {
    this.#isArmed = false
    if (this.#dueAt <= now) {
      this.#hasActed = true
      this.#sendDue(now)
    }
    this.#arm(now)
  }
}
