import {
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
} from 'node:perf_hooks'
import { threadCpuClock } from './thread-cpu.js'

/** Rounds below this, in milliseconds, are those in which nothing happened but the measuring. */
const EMPTY_MS = 0.02

/** What `performance.now()` showed, and milliseconds. */
interface Round {
  readonly startTime: number
  readonly elapsed: number
  readonly held: number
  /** What the main thread's CPU spent on it. */
  readonly spent: number
}

/** Of the garbage collector. */
interface Pause {
  readonly startTime: number
  readonly duration: number
}

/** How long the loop was held, in milliseconds. */
export interface Holds {
  /** Rounds of the loop in which something happened. */
  readonly rounds: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** What the main thread's CPU spent on each, without the garbage collector's part. */
  readonly workP99: number
  readonly workP999: number
  readonly workMax: number
  /** By the wall, preemption by others included. */
  readonly wallMax: number
  /** What `monitorEventLoopDelay` says: by how much a timer of 1 ms was late, at most. */
  readonly delayMax: number
  /** The longest pause of the garbage collector: a part of some round. */
  readonly gcMax: number
}

/**
 * Measures every round of Node's loop: from one check phase to the next, so from one return to libuv's poll to the one
 * after. A chain of immediates does it, which also keeps the loop from resting.
 *
 * A machine that others use stops a process in the middle of a round. So a round has held the loop for what it has taken by
 * the wall or by the process's CPU time, whichever is less. The second also has what V8's helper threads did meanwhile, and
 * for these the main thread may wait: a change of a hidden class needs a lock that each compiler thread holds at times.
 * *Work* is only what the main thread did itself.
 */
export class HoldMeter {
  readonly #rounds: Round[] = []
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  readonly #collections = new PerformanceObserver((list) => {
    this.#pauses.push(...list.getEntries())
  })
  readonly #pauses: Pause[] = []
  #wallMax = 0
  #isRunning = false
  #wall = 0
  #cpu = 0
  readonly #threadCpuMs = threadCpuClock()
  #threadCpu = 0

  /** To be made long before it starts: V8 compiles the observer's own code when the first entries come. */
  constructor() {
    this.#collections.observe({ entryTypes: ['gc'] })
  }

  start(): void {
    this.#collections.takeRecords()
    this.#pauses.length = 0
    this.#isRunning = true
    this.#delay.enable()
    this.#startRound()
    setImmediate(this.#look)
  }

  readonly #look = (): void => {
    const elapsed = performance.now() - this.#wall
    if (elapsed > EMPTY_MS) {
      const spent = Math.min(elapsed, this.#threadCpuMs() - this.#threadCpu)
      const held = Math.min(elapsed, processCpuMs() - this.#cpu)
      this.#rounds.push({ startTime: this.#wall, elapsed, held, spent })
      this.#wallMax = Math.max(this.#wallMax, elapsed)
    }
    this.#startRound()
    if (this.#isRunning) setImmediate(this.#look)
  }

  /** What the round at hand has taken so far was not the runtime's work. */
  forget(): void {
    this.#startRound()
    this.#delay.reset()
  }

  #startRound(): void {
    this.#threadCpu = this.#threadCpuMs()
    this.#cpu = processCpuMs()
    this.#wall = performance.now()
  }

  stop(): Holds {
    this.#isRunning = false
    this.#delay.disable()
    this.#pauses.push(...this.#collections.takeRecords())
    this.#collections.disconnect()
    const held = sorted(this.#rounds.map((round) => round.held))
    const work = sorted(this.#rounds.map((round) => Math.max(0, round.spent - this.#pausedIn(round))))
    return {
      rounds: held.length,
      p50: at(held, 0.5),
      p99: at(held, 0.99),
      p999: at(held, 0.999),
      max: at(held, 1),
      workP99: at(work, 0.99),
      workP999: at(work, 0.999),
      workMax: at(work, 1),
      wallMax: this.#wallMax,
      delayMax: Math.max(this.#delay.max / 1e6 - 1, 0),
      gcMax: Math.max(0, ...this.#pauses.map(({ duration }) => duration)),
    }
  }

  /** Collections happen between two looks, so none belongs to two rounds. */
  #pausedIn({ startTime, elapsed }: Round): number {
    let ms = 0
    for (const pause of this.#pauses)
      if (pause.startTime >= startTime && pause.startTime < startTime + elapsed) ms += pause.duration
    return ms
  }
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort()

function at(values: Float64Array, share: number): number {
  return values[Math.ceil(share * values.length) - 1] ?? 0
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
