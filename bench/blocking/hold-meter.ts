import {
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
} from 'node:perf_hooks'

/** Rounds below this, in milliseconds, are those in which nothing happened but the measuring. */
const EMPTY_MS = 0.02

/** How long the loop was held, in milliseconds. */
export interface Holds {
  /** Rounds of the loop in which something happened. */
  readonly rounds: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
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
 * A machine that others use stops a process in the middle of a round. So a round counts as what it has taken by the wall or
 * by the process's CPU time, whichever is less: the second also has what V8's helper threads did meanwhile.
 */
export class HoldMeter {
  readonly #rounds: number[] = []
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  readonly #collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.#gcMax = Math.max(this.#gcMax, duration)
  })
  #gcMax = 0
  #wallMax = 0
  #isRunning = true
  #wall = performance.now()
  #cpu = cpuMs()

  constructor() {
    this.#delay.enable()
    this.#collections.observe({ entryTypes: ['gc'] })
    setImmediate(this.#look)
  }

  readonly #look = (): void => {
    const elapsed = performance.now() - this.#wall
    const cpu = cpuMs()
    if (elapsed > EMPTY_MS) {
      this.#rounds.push(Math.min(elapsed, cpu - this.#cpu))
      this.#wallMax = Math.max(this.#wallMax, elapsed)
    }
    this.#cpu = cpu
    this.#wall = performance.now()
    if (this.#isRunning) setImmediate(this.#look)
  }

  /** What the round at hand has taken so far was not the runtime's work. */
  forget(): void {
    this.#wall = performance.now()
    this.#cpu = cpuMs()
    this.#delay.reset()
  }

  stop(): Holds {
    this.#isRunning = false
    this.#delay.disable()
    this.#collections.disconnect()
    const sorted = Float64Array.from(this.#rounds).sort()
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
    return {
      rounds: sorted.length,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      max: at(1),
      wallMax: this.#wallMax,
      delayMax: Math.max(this.#delay.max / 1e6 - 1, 0),
      gcMax: this.#gcMax,
    }
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
