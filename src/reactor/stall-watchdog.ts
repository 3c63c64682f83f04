import { isMainThread, Worker } from 'node:worker_threads'
import { CalandriaTypeError } from '../errors/calandria-error.js'
import { monotonicClock } from './clock.js'
import { Heartbeat } from './heartbeat.js'
import { offExit, onExit } from './process-exit.js'
import type { Reactor } from './reactor.js'
import type { SettleRequest, WatcherMessage, WatcherOptions } from './stall-messages.js'
import { describeStall, stackText, type StallReport } from './stall-report.js'
import { TurnHistogram, type TurnLengths } from './turn-lengths.js'

/** A watching thread that crashes is started again, but not for ever. */
const MOST_STARTS = 4
/** Where nothing else beats, the timer does so at least this often, in milliseconds. */
const MOST_BEAT_MS = 50
/** The longest that a timer of Node can wait. */
const MOST_LIMIT_MS = 2 ** 31 - 1

export interface StallWatchdogOptions {
  /** Watches this reactor's entries and turns too, and so knows to the callback what holds the loop. */
  readonly reactor?: Reactor
  /** How long the loop may be held, in milliseconds, from 1 to 2,147,483,647. Default 25. */
  readonly limitMs?: number
  /** Receives the reports, once the loop is free again. Default: a process warning. */
  readonly onStall?: (report: StallReport) => void
  /** At most so many reports a minute; the stalls between are counted. Default 10. */
  readonly reportsPerMinute?: number
}

/** A frozen snapshot of a watchdog's counters. */
export interface StallStatistics {
  /** How often the loop was held for longer than the limit. */
  readonly stalls: number
  readonly reports: number
  /** The longest stall, in milliseconds. */
  readonly longestMs: number
  /** Whether the watching thread lives. */
  readonly isWatching: boolean
  /** How long the reactor's turns took, in milliseconds. */
  readonly turns: TurnLengths
}

/**
 * Catches code that blocks Node's loop, and names it. A thread of its own watches a heartbeat in shared memory: every
 * entry of the reactor is a beat, and a timer beats where nothing else happens. When the heart stands still past the
 * limit, that thread takes the stack of the main thread through the inspector.
 *
 * It looks once in the limit, and when the silence has become too long, three times within a third of the limit: a stall is
 * seen for certain when it is half as long again. Under load that costs less than 1 % of a core (`bench/micro/watchdog.ts`).
 * It neither keeps
 * the process alive nor throws. A loop that is never free again is never reported: nobody could hear of it.
 */
export class StallWatchdog implements AsyncDisposable {
  readonly limitMs: number
  readonly #heartbeat = new Heartbeat()
  readonly #turns = new TurnHistogram()
  readonly #reactor: Reactor | null
  readonly #onStall: (report: StallReport, work: unknown) => unknown
  readonly #watcherOptions: WatcherOptions
  readonly #timer: NodeJS.Timeout
  /** Who waits for the watching thread: {@link ready} by 0, {@link settled} by the number of the request. */
  readonly #waiting = new Map<number, (() => void)[]>()
  #isReady = false
  #worker: Worker | null = null
  #starts = 0
  #requests = 0
  #reports = 0
  #isClosed = false

  /** Watches from the moment on when its thread has started; see {@link ready}. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: StallWatchdogOptions = {}) {
    const { limitMs, reportsPerMinute, onStall, reactor } = checkWatchdogOptions(options)
    this.limitMs = limitMs
    this.#onStall = onStall
    this.#reactor = reactor
    const { memory } = this.#heartbeat
    const clockBehindMs = behindUptimeMs()
    this.#watcherOptions = { memory, limitMs, clockBehindMs, reportsPerMinute, canAsk: isMainThread }
    if (reactor !== null) this.#watch(reactor)
    onExit(this.#exiting)
    const beatMs = Math.min(Math.max(limitMs / 2, 1), MOST_BEAT_MS)
    this.#timer = setInterval(() => this.#heartbeat.beat(monotonicClock.now()), beatMs).unref()
    this.#start()
  }

  /** How many stalls there were until now, one that is under way included; cheap enough for every request. */
  get stalls(): number {
    return this.#heartbeat.stalls
  }

  /** Resolves when the watching thread watches, or is given up. */
  ready(): Promise<void> {
    return this.#answer(0)
  }

  /** Resolves when every stall that was seen until now has been reported. */
  async settled(): Promise<void> {
    await this.ready()
    this.#heartbeat.beat(monotonicClock.now())
    const request = ++this.#requests
    const answered = this.#answer(request)
    this.#worker?.postMessage({ settle: request } satisfies SettleRequest)
    await answered
  }

  statistics(): StallStatistics {
    return Object.freeze({
      stalls: this.stalls,
      reports: this.#reports,
      longestMs: this.#heartbeat.longestMs,
      isWatching: this.#worker !== null,
      turns: this.#turns.lengths,
    })
  }

  /** Ends the watching thread. What it has not reported yet is not reported any more. */
  async close(): Promise<void> {
    // Closed again, it must leave alone who watches the reactor by then.
    if (!this.#isClosed && this.#reactor !== null) this.#reactor.pulse = null
    this.#isClosed = true
    clearInterval(this.#timer)
    offExit(this.#exiting)
    const worker = this.#worker
    this.#release()
    this.#worker = null
    await worker?.terminate()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Node waits at its end for whoever is connected to its inspector, and we would wait for a stack that never comes. */
  readonly #exiting = (): void => this.#heartbeat.stop()

  #watch(reactor: Reactor): void {
    if (reactor.pulse !== null)
      throw new CalandriaTypeError('CAL_ERR_OPTION', 'the reactor is watched already')
    const heartbeat = this.#heartbeat
    const turns = this.#turns
    const isRealTime = reactor.clock === monotonicClock
    reactor.pulse = {
      beat: (now) => heartbeat.beat(isRealTime ? now : monotonicClock.now()),
      turned: (ms) => turns.record(ms),
    }
  }

  #start(): void {
    this.#starts++
    try {
      const worker = new Worker(new URL('./stall-watcher.js', import.meta.url), {
        workerData: this.#watcherOptions,
        name: 'calandria stall watchdog',
        execArgv: [], // nobody's loaders and debuggers
        env: {},
        trackUnmanagedFds: false,
      })
      worker.on('message', (message: WatcherMessage) => this.#told(message))
      worker.on('error', (error: unknown) => warn(`the stall watchdog has failed: ${String(error)}`))
      worker.on('exit', () => this.#ended(worker))
      worker.unref() // after the listeners, which would hold the process
      this.#worker = worker
    } catch (error) {
      warn(`the stall watchdog can't be started: ${String(error)}`)
    }
  }

  #ended(worker: Worker): void {
    if (this.#isClosed || this.#worker !== worker) return
    this.#release()
    this.#worker = null
    this.#isReady = false
    if (this.#starts < MOST_STARTS) this.#start()
    else warn('the stall watchdog is given up')
  }

  #told(message: WatcherMessage): void {
    if (this.#isClosed) return
    switch (message.kind) {
      case 'watching':
        this.#isReady = true
        this.#heartbeat.beat(monotonicClock.now()) // it may be ready before the timer's first beat, and looks at none
        this.#answered(0)
        break
      case 'settled':
        this.#answered(message.request)
        break
      case 'stall':
        this.#report(message)
    }
  }

  /** Resolves at once when nobody is there to answer. Who waits holds the process. */
  #answer(request: number): Promise<void> {
    const worker = this.#worker
    if (worker === null || (request === 0 && this.#isReady)) return Promise.resolve()
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(request) ?? []
      waiters.push(resolve)
      this.#waiting.set(request, waiters)
      worker.ref()
    })
  }

  #answered(request: number): void {
    for (const resolve of this.#waiting.get(request) ?? []) resolve()
    this.#waiting.delete(request)
    if (this.#waiting.size === 0) this.#worker?.unref()
  }

  #release(): void {
    for (const request of [...this.#waiting.keys()]) this.#answered(request)
  }

  #report({ stall, stack, work, suppressed }: Extract<WatcherMessage, { kind: 'stall' }>): void {
    this.#heartbeat.beat(monotonicClock.now()) // the stall is over, for we are here
    this.#reports++
    const frames = stack?.frames ?? null
    const report: StallReport = Object.freeze({
      stall,
      heldMs: this.#heartbeat.takeHeldMs(stall) ?? this.limitMs,
      limitMs: this.limitMs,
      frames,
      culprit: stack?.frames[stack.culprit] ?? null,
      isLate: stack?.isLate ?? false,
      stack: frames === null ? null : stackText(frames),
      suppressed,
    })
    this.#reactor?.instruments?.emit('stalled', report)
    // Also when it is an async function: watching must never break what it watches.
    new Promise((resolve) => resolve(this.#onStall(report, work))).catch((error: unknown) => {
      warn(`onStall threw: ${String(error)}`)
    })
  }
}

/** The greatest of some: whatever comes between the two readings makes the difference smaller. */
function behindUptimeMs(): number {
  let behindMs = -Infinity
  for (let i = 0; i < 5; i++) behindMs = Math.max(behindMs, process.uptime() * 1000 - monotonicClock.now())
  return behindMs
}

/** What was given, checked, with the defaults. @throws CalandriaTypeError `CAL_ERR_OPTION` */
function checkWatchdogOptions(options: StallWatchdogOptions): Required<
  Omit<StallWatchdogOptions, 'reactor'>
> & {
  readonly reactor: Reactor | null
} {
  const { limitMs = 25, reportsPerMinute = 10, onStall = warnOfStall, reactor = null } = options
  if (!(typeof limitMs === 'number' && limitMs >= 1 && limitMs <= MOST_LIMIT_MS))
    throw wrong(`limitMs must be a number of milliseconds from 1 to ${MOST_LIMIT_MS}`)
  if (!(Number.isInteger(reportsPerMinute) && reportsPerMinute >= 1))
    throw wrong('reportsPerMinute must be a whole number, at least 1')
  if (typeof onStall !== 'function') throw wrong('onStall must be a function')
  return { limitMs, reportsPerMinute, onStall, reactor }
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `watchdog: ${detail}`)
}

function warnOfStall(report: StallReport): void {
  warn(describeStall(report))
}

function warn(message: string): void {
  process.emitWarning(message, 'CalandriaWarning')
}
