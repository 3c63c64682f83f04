import { CalandriaTypeError } from '../errors/calandria-error.js'
import { type Clock, monotonicClock } from './clock.js'
import type { Driver } from './driver.js'
import { type BuiltInGroups, GroupScheduler } from './group-scheduler.js'
import type { Instrument } from './instrument.js'
import { Instruments } from './instruments.js'
import type { Journal } from './journal.js'
import { NodeDriver } from './node-driver.js'
import { PollSlice } from './poll-slice.js'
import type { Pulse } from './pulse.js'
import { DEFAULT_TIME_SLICE_MS, type ReactorOptions } from './reactor-options.js'
import type { ReactorStatistics } from './reactor-statistics.js'
import { type ReadyQueue, runTask, type Task } from './ready-queue.js'
import type { GroupOptions, SchedulingGroup } from './scheduling-group.js'
import { sleepIn } from './sleep.js'
import { SliceGauge } from './slice-gauge.js'
import { taskName } from './task-name.js'
import { type Timer, TimerWheel } from './timer-wheel.js'
import { Yielders } from './yielders.js'
import type { Waiting } from './unless-aborted.js'

/** Something with output that waits: it is flushed once at the end of the turn, however often it was marked. */
export interface Flushable {
  /** Belongs to the reactor: whether it stands in the dirty set. Starts as `false`. */
  isDirty: boolean
  flush(): void
}

/** Flushed in a turn even when its tasks have used up the slice, so that tasks can't hold replies back forever. */
const LEAST_FLUSHES = 16

/**
 * The event loop (Schmidt's Reactor): it decides *when* things happen, and knows nothing of bytes or HTTP.
 *
 * Demultiplexing is libuv's. A socket that has bytes calls its transport, the transport calls
 * {@link Reactor.enter}, and the handler runs at once, in the same stack: there is no queue between a socket and
 * its parser. Everything else (timers, posted tasks, output that waits) happens in {@link Reactor.turn}.
 */
export class Reactor {
  readonly clock: Clock
  readonly timeSliceMs: number
  /** What the entries of one poll have together. */
  readonly poll: PollSlice
  /** `null` while there is none: then a hook costs this one comparison. */
  instruments: Instruments | null = null
  /** @internal Belongs to the `StallWatchdog` of this reactor; `null` while there is none. */
  pulse: Pulse | null = null
  /** @internal What keeps or plays back what comes from outside; `null` while nothing does. */
  journal: Journal | null = null

  /**
   * The clock's reading when the reactor was last entered or turned: exact enough for ages of whole milliseconds
   * inside one turn, free of charge, and stale outside of one.
   */
  now: number

  /** Reading of the clock at which the time slice at hand is used up. */
  sliceEnd: number

  #driver: Driver | null
  readonly #onError: (error: unknown) => void
  readonly #groups: GroupScheduler
  /** Of the default group. */
  readonly #ready: ReadyQueue
  readonly #timers: TimerWheel
  readonly #gauge = new SliceGauge()
  readonly #yielders: Yielders
  /** Also while they are none: connections keep their numbers. */
  #knownInstruments: Instruments | null = null
  #dirty: Flushable[] = []
  #isTurning = false
  #turnRequested = false
  #wakeAt = Infinity

  #turns = 0
  #tasksRun = 0
  #slicesUsedUp = 0
  #longestTurnMs = 0

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: ReactorOptions = {}) {
    const timeSliceMs = options.timeSliceMs ?? DEFAULT_TIME_SLICE_MS
    if (!(timeSliceMs > 0)) throw new CalandriaTypeError('CAL_ERR_OPTION', 'timeSliceMs must be above 0')
    this.clock = options.clock ?? monotonicClock
    this.timeSliceMs = timeSliceMs
    this.poll = new PollSlice(timeSliceMs)
    this.now = this.clock.now()
    this.sliceEnd = this.now
    this.#driver = options.driver === undefined ? new NodeDriver() : options.driver
    this.#driver?.attach(() => this.turn())
    this.#onError = options.onError ?? ((error) => this.#throwOutside(error))
    this.#timers = new TimerWheel(this.now, () => this.#stopWaiting())
    this.#groups = new GroupScheduler({
      timeSliceMs,
      taskPosted: () => this.#requestTurn(),
      arm: (queue, ms, callback, argument) => this.#arm(queue, ms, callback, argument),
      yieldIn: (group) => this.#yielders.wait(group),
    })
    this.#ready = this.#groups.default.queue
    this.#yielders = new Yielders(this, this.#groups)
  }

  /**
   * One turn of the loop, in the order that keeps everybody's promise:
   *
   * 1. **timers**: what is due is late already; it joins the queue, behind what was ready before. Five hundred at most.
   * 2. **tasks**: those ready *now*. What they post waits for the next turn, so a task that posts itself forever
   *    can't keep the sockets waiting; nor can 100,000 tasks, because the time slice ends the phase. It is shared out
   *    among the {@link groups}; in each, and where there is but one, the first come are the first served.
   * 3. **flush**: after the tasks, because they make replies ready: a connection is written once for all of them.
   * 4. **rest**: ask for the next turn, now when work is left, else at the next deadline.
   */
  turn(): void {
    const started = this.#begin()

    this.#advanceTimers(started)
    const tasksRun = this.#runTasks()
    const flushed = this.#flushDirty(this.#dirty.length)
    this.#rest()

    this.#end(started, tasksRun, flushed)
  }

  /**
   * Work from outside begins: a transport has bytes, a peer went away. A new time slice starts here, unless a turn is
   * under way (as with transports in memory): then what is left of its slice must do.
   * The clock is read once; {@link now} stands still until the next entry or turn.
   */
  enter(): void {
    this.now = this.clock.now()
    if (this.#isTurning) return
    this.sliceEnd = this.now + this.timeSliceMs
    if (this.pulse !== null) this.pulse.beat(this.now)
  }

  /**
   * What the reactor was entered for is done, and was dear: from now on the {@link poll} has its slice, and a turn is
   * asked for, because that is the sign that the poll is over: it comes right behind it.
   */
  entryWasDear(): void {
    if (!this.#isTurning && this.poll.begin(this.now)) this.#wakeSoon()
  }

  /** Whether the time slice at hand is used up (always true outside the reactor). Reads the clock. */
  get isSliceOver(): boolean {
    return this.clock.now() >= this.sliceEnd
  }

  /**
   * Whether a long loop should give the loop back now. Cheap enough for every iteration: it looks at the clock about
   * eight times a slice, and answers from what it knows in between.
   *
   * ```ts
   * for (const row of rows) {
   *   if (reactor.shouldYield()) await reactor.yield()
   *   sum += priceOf(row)
   * }
   * ```
   */
  shouldYield(): boolean {
    return this.#gauge.isOver(this)
  }

  /**
   * Gives the loop back, and goes on after a later turn, with a time slice of its own. First come, first served.
   * @param group where to stand in line. Default: the group of the task that calls it, or in which its caller last
   *   yielded; the default group where another `await` lies between, and in place of `latency`
   */
  yield(group: SchedulingGroup = this.#groups.current): Promise<void> {
    return this.#yielders.wait(group)
  }

  /** The groups that there always are. */
  get groups(): BuiltInGroups {
    return this.#groups
  }

  /** Makes another group, for one kind of work. It lives as long as the reactor. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  group(options: GroupOptions): SchedulingGroup {
    return this.#groups.add(options)
  }

  /** @internal The group of the code that is running, where that is known; else the default group. */
  get currentGroup(): SchedulingGroup {
    return this.#groups.current
  }

  /** Runs `task` in the next turn, after those that wait already, in the default group. */
  post(task: Task): void {
    this.#ready.push(task)
    this.#requestTurn()
  }

  /**
   * Runs `callback` once, `ms` milliseconds from now or as soon after as a turn comes; never early.
   * @throws CalandriaTypeError `CAL_ERR_OPTION` when `ms` is not a number from 0 up
   */
  delay(ms: number, callback: () => void): Timer
  delay<A>(ms: number, callback: (argument: A) => void, argument: A): Timer
  delay(ms: number, callback: (argument: never) => void, argument?: unknown): Timer {
    return this.#arm(this.#ready, ms, callback as (argument: unknown) => void, argument)
  }

  /**
   * {@link delay} as a promise.
   * @throws the signal's reason, when it is aborted first
   */
  sleep(ms: number, { signal }: Waiting = {}): Promise<void> {
    return sleepIn(this.#groups.default, ms, signal)
  }

  /** Has `flushable` flushed at the end of this turn, or of the next one when none is under way. */
  markDirty(flushable: Flushable): void {
    if (flushable.isDirty) return
    flushable.isDirty = true
    this.#dirty.push(flushable)
    this.#requestTurn()
  }

  /** Hands an error to those who must know, for code that runs on the reactor and has nobody else to tell. */
  reportError(error: unknown): void {
    try {
      this.#onError(error)
    } catch (second) {
      this.#throwOutside(second)
    }
  }

  /** Installs hooks; returns a function that takes them out again. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  instrument(instrument: Instrument): () => void {
    if (typeof instrument !== 'object' || (instrument as unknown) === null)
      throw new CalandriaTypeError('CAL_ERR_OPTION', 'an instrument is an object with hooks')
    const instruments = (this.#knownInstruments ??= new Instruments({
      clock: this.clock,
      warn: (message) => this.#driver?.warn(message),
      emptied: () => (this.instruments = null),
    }))
    const remove = instruments.add(instrument)
    this.instruments = instruments
    return remove
  }

  /** @internal For a recording: from now on time and turns come through these. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  interpose(clock: Clock, now: number, wrap: (driver: Driver) => Driver): void {
    const isUsed = this.journal !== null || this.#turns > 0 || this.hasWork || this.#timers.size > 0
    if (isUsed || this.#driver === null)
      throw new CalandriaTypeError('CAL_ERR_OPTION', 'record needs a fresh reactor, with a driver')
    ;(this as { clock: Clock }).clock = clock
    this.now = this.sliceEnd = now
    this.#driver = wrap(this.#driver)
    this.#driver.attach(() => this.turn())
  }

  /** Whether a turn would find something to do without the clock moving. */
  get hasWork(): boolean {
    return this.#dirty.length > 0 || this.#groups.hasTasks || this.#timers.isBehind || this.poll.isUnderWay
  }

  /** When to look for due timers next (a reading of the clock), or `null` when there is no timer. */
  get nextDeadline(): number | null {
    return this.#timers.nextDueTick()
  }

  statistics(): ReactorStatistics {
    return Object.freeze({
      turns: this.#turns,
      tasksRun: this.#tasksRun,
      tasksReady: this.#groups.size,
      timersPending: this.#timers.size,
      slicesUsedUp: this.#slicesUsedUp,
      longestTurnMs: this.#longestTurnMs,
      groups: this.#groups.statistics(),
    })
  }

  #begin(): number {
    this.enter()
    this.#isTurning = true
    this.#turnRequested = false
    this.poll.end()
    this.instruments?.emit('turnStarted', this.#groups.size)
    return this.now
  }

  #arm(queue: ReadyQueue, ms: number, callback: (argument: unknown) => void, argument: unknown): Timer {
    if (!(ms >= 0 && ms < Infinity)) throw new CalandriaTypeError('CAL_ERR_OPTION', `a delay of ${ms} ms`)
    const now = this.clock.now()
    const timer = this.#timers.arm(now + ms, queue, callback, argument)
    if (timer.dueTick < this.#wakeAt) this.#wakeAtTick(timer.dueTick, now)
    return timer
  }

  #advanceTimers(now: number): void {
    const before = this.#timers.size
    this.#timers.advance(now)
    const due = before - this.#timers.size
    if (due > 0) this.instruments?.emit('timersDue', due)
  }

  /** Runs the tasks that are ready, or as many as fit into the slice, but one at least: every turn makes progress. */
  #runTasks(): number {
    const { clock, sliceEnd } = this
    const groups = this.#groups
    if (!groups.hasTasks) return 0
    let run = 0
    let now = this.now
    groups.begin(now)
    do {
      const task = groups.take()
      if (task === undefined) break
      run++
      this.instruments?.emit('taskStarted', taskName(task), groups.serving.name)
      try {
        runTask(task)
      } catch (error) {
        this.reportError(error)
      }
      this.instruments?.emit('taskEnded')
      now = clock.now() // one look, to see whether the slice is over, and to charge the group
      groups.charge(now)
    } while (now < sliceEnd)
    groups.end()
    this.#tasksRun += run
    return run
  }

  #flushDirty(count: number): number {
    const dirty = this.#dirty
    this.#dirty = []
    let flushed = 0
    while (flushed < count && (flushed < LEAST_FLUSHES || !this.isSliceOver)) {
      const flushable = dirty[flushed++] as Flushable
      flushable.isDirty = false
      try {
        flushable.flush()
      } catch (error) {
        this.reportError(error)
      }
    }
    if (flushed < dirty.length) this.#dirty = dirty.slice(flushed).concat(this.#dirty)
    return flushed
  }

  #rest(): void {
    if (this.hasWork) this.#wakeSoon()
    const isWakeUpToCome = this.#wakeAt > this.now && this.#wakeAt !== Infinity
    if (isWakeUpToCome) return
    this.#wakeAt = Infinity
    const next = this.#timers.nextDueTick()
    if (next !== null) this.#wakeAtTick(next, this.now)
  }

  #end(started: number, tasksRun: number, flushed: number): void {
    this.#isTurning = false
    const isLookFresh = flushed === 0 && tasksRun > 0
    const now = isLookFresh ? this.#groups.lookedAt : this.clock.now()
    this.#turns++
    if (this.hasWork && now >= this.sliceEnd) this.#slicesUsedUp++
    if (now - started > this.#longestTurnMs) this.#longestTurnMs = now - started
    if (this.pulse !== null) this.pulse.turned(now - started)
    this.instruments?.emit('turnEnded', tasksRun, flushed)
  }

  /** During a turn nothing need be asked for: its rest phase sees what is left. */
  #requestTurn(): void {
    if (!this.#isTurning) this.#wakeSoon()
  }

  #wakeSoon(): void {
    if (this.#turnRequested) return
    this.#turnRequested = true
    this.#driver?.wakeSoon()
  }

  #wakeAtTick(tick: number, now: number): void {
    this.#wakeAt = tick
    this.#driver?.wakeIn(Math.max(tick - now, 0))
  }

  #stopWaiting(): void {
    this.#wakeAt = Infinity
    this.#driver?.sleep()
  }

  #throwOutside(error: unknown): void {
    if (this.#driver === null) throw error
    this.#driver.uncaught(error)
  }
}
