import { CalandriaTypeError } from '../errors/calandria-error.js'
import { type Clock, monotonicClock } from './clock.js'
import type { Driver } from './driver.js'
import { type Instrument, Instruments } from './instrument.js'
import { NodeDriver } from './node-driver.js'
import type { Pulse } from './pulse.js'
import { ReadyQueue, type Task } from './ready-queue.js'
import { SliceGauge } from './slice-gauge.js'
import { type Timer, TimerWheel } from './timer-wheel.js'
import { Yielders } from './yielders.js'

/** Something with output that waits: it is flushed once at the end of the turn, however often it was marked. */
export interface Flushable {
  /** Belongs to the reactor: whether it stands in the dirty set. Starts as `false`. */
  isDirty: boolean
  flush(): void
}

export interface ReactorOptions {
  /** The source of time. Default: the machine's monotonic clock. */
  readonly clock?: Clock
  /** What turns the reactor. Default: Node's loop. `null`: nobody, call {@link Reactor.turn} by hand. */
  readonly driver?: Driver | null
  /** How long one turn may run tasks before the sockets get their say again, in milliseconds. Default 1. */
  readonly timeSliceMs?: number
  /** Receives what a task throws. Default: it becomes an uncaught exception. */
  readonly onError?: (error: unknown) => void
}

/** A frozen snapshot of a reactor's counters; see {@link Reactor.statistics}. */
export interface ReactorStatistics {
  readonly turns: number
  readonly tasksRun: number
  /** Tasks that wait for a turn now. */
  readonly tasksReady: number
  /** Timers on the wheel now. */
  readonly timersPending: number
  /** Turns that ended with work left because their time slice was used up. */
  readonly slicesUsedUp: number
  /** The longest turn so far, in milliseconds. */
  readonly longestTurnMs: number
}

/** The part of a slice from which on an entry is dear. Counting those that aren't would cost more than it is worth. */
const DEAR = 1 / 16

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
  /** An entry that has taken so long is worth {@link entryEnded}. */
  readonly dearMs: number
  /** `null` while there is none: then a hook costs this one comparison. */
  instruments: Instruments | null = null
  /** @internal Belongs to the `StallWatchdog` of this reactor; `null` while there is none. */
  pulse: Pulse | null = null

  /**
   * The clock's reading when the reactor was last entered or turned: exact enough for ages of whole milliseconds
   * inside one turn, free of charge, and stale outside of one.
   */
  now: number

  /** Reading of the clock at which the time slice at hand is used up. */
  sliceEnd: number

  readonly #driver: Driver | null
  readonly #onError: (error: unknown) => void
  readonly #ready = new ReadyQueue()
  readonly #timers: TimerWheel
  readonly #gauge = new SliceGauge()
  readonly #yielders = new Yielders(this)
  #dirty: Flushable[] = []
  #isTurning = false
  #turnRequested = false
  #wakeAt = Infinity
  /** When the poll at hand has had its slice; `Infinity` as long as nothing in it was dear. */
  #pollEnd = Infinity

  #turns = 0
  #tasksRun = 0
  #slicesUsedUp = 0
  #longestTurnMs = 0

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: ReactorOptions = {}) {
    const timeSliceMs = options.timeSliceMs ?? 1
    if (!(timeSliceMs > 0)) throw new CalandriaTypeError('CAL_ERR_OPTION', 'timeSliceMs must be above 0')
    this.clock = options.clock ?? monotonicClock
    this.timeSliceMs = timeSliceMs
    this.dearMs = timeSliceMs * DEAR
    this.now = this.clock.now()
    this.sliceEnd = this.now
    this.#driver = options.driver === undefined ? new NodeDriver() : options.driver
    this.#driver?.attach(() => this.turn())
    this.#onError = options.onError ?? ((error) => this.#throwOutside(error))
    this.#timers = new TimerWheel(this.now, () => this.#stopWaiting())
  }

  /**
   * One turn of the loop, in the order that keeps everybody's promise:
   *
   * 1. **timers**: what is due is late already; it joins the queue, behind what was ready before.
   * 2. **tasks**: those ready *now*. What they post waits for the next turn, so a task that posts itself forever
   *    can't keep the sockets waiting; nor can 100,000 tasks, because the time slice ends the phase.
   * 3. **flush**: after the tasks, because they make replies ready: a connection is written once for all of them.
   * 4. **rest**: ask for the next turn, now when work is left, else at the next deadline.
   */
  turn(): void {
    const started = this.#begin()

    this.#timers.advance(started, this.#ready)
    const tasksRun = this.#runTasks(this.#ready.size)
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
   * What the reactor was entered for is done, and may have been dear. If it was, the poll at hand has one slice from its
   * beginning on, for all who are readable in it together: see {@link isPollOver}. A turn is asked for, because that is
   * the sign that the poll is over: it comes right behind it. Reads the clock.
   */
  entryEnded(): void {
    if (this.#isTurning || this.#pollEnd !== Infinity || this.clock.now() - this.now < this.dearMs) return
    this.#pollEnd = this.now + this.timeSliceMs
    this.#wakeSoon()
  }

  /** As the reactor is entered: whether those before, in the same poll, have used up its slice, so that this can wait for a turn. */
  get isPollOver(): boolean {
    return this.now >= this.#pollEnd
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

  /** Gives the loop back, and goes on after a later turn, with a time slice of its own. First come, first served. */
  yield(): Promise<void> {
    return this.#yielders.wait()
  }

  /** Runs `task` in the next turn, after those that wait already. */
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
    if (!(ms >= 0 && ms < Infinity)) throw new CalandriaTypeError('CAL_ERR_OPTION', `a delay of ${ms} ms`)
    const now = this.clock.now()
    const timer = this.#timers.arm(now + ms, callback as (argument: unknown) => void, argument)
    if (timer.dueTick < this.#wakeAt) this.#wakeAtTick(timer.dueTick, now)
    return timer
  }

  /**
   * {@link delay} as a promise.
   * @throws the signal's reason, when it is aborted first
   */
  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const abort = (): void => {
        timer.cancel()
        reject(signal?.reason as Error)
      }
      const timer = this.delay(ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
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

  /** Installs hooks; returns a function that takes them out again. */
  instrument(instrument: Instrument): () => void {
    this.instruments ??= new Instruments((message) => {
      if (this.instruments?.size === 0) this.instruments = null // the one that threw was the last
      this.#driver?.warn(message)
    })
    this.instruments.add(instrument)
    return () => {
      this.instruments?.remove(instrument)
      if (this.instruments?.size === 0) this.instruments = null
    }
  }

  /** Whether a turn would find something to do without the clock moving. */
  get hasWork(): boolean {
    return this.#ready.size > 0 || this.#dirty.length > 0 || this.#pollEnd !== Infinity
  }

  /** When to look for due timers next (a reading of the clock), or `null` when there is no timer. */
  get nextDeadline(): number | null {
    return this.#timers.nextDueTick()
  }

  statistics(): ReactorStatistics {
    return Object.freeze({
      turns: this.#turns,
      tasksRun: this.#tasksRun,
      tasksReady: this.#ready.size,
      timersPending: this.#timers.size,
      slicesUsedUp: this.#slicesUsedUp,
      longestTurnMs: this.#longestTurnMs,
    })
  }

  #begin(): number {
    this.enter()
    this.#isTurning = true
    this.#turnRequested = false
    this.#pollEnd = Infinity
    this.instruments?.emit('turnStarted', this.now, this.#ready.size)
    return this.now
  }

  /** Runs `count` tasks, or as many as fit into the slice, but one at least: every turn makes progress. */
  #runTasks(count: number): number {
    let run = 0
    while (run < count && (run === 0 || !this.isSliceOver)) {
      const task = this.#ready.shift()
      if (task === undefined) break
      run++
      this.instruments?.emit('taskStarted')
      try {
        if (typeof task === 'function') task()
        else task.run()
      } catch (error) {
        this.reportError(error)
      }
    }
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
    const now = this.clock.now()
    this.#turns++
    if (this.hasWork && now >= this.sliceEnd) this.#slicesUsedUp++
    if (now - started > this.#longestTurnMs) this.#longestTurnMs = now - started
    if (this.pulse !== null) this.pulse.turned(now - started)
    this.instruments?.emit('turnEnded', now, tasksRun, flushed)
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
