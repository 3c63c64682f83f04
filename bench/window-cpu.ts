import type { LoadProgress } from 'calandria/bench'
import { type CpuTime, cpuTimeOf } from './cpu-time.js'

interface Look extends CpuTime {
  readonly atMs: number
}

/** What a server uses while its load is measured: looked at with every report of progress. */
export class WindowCpu {
  #first: Look | null = null
  #last: Look | null = null

  look({ phase, elapsedMs }: LoadProgress, pid: number): void {
    const time = phase === 'measuring' ? cpuTimeOf(pid) : null
    if (time === null) return
    this.#last = { ...time, atMs: elapsedMs }
    this.#first ??= this.#last
  }

  /** Shares of a core; `null` when nobody has said. */
  get used(): { readonly user: number; readonly kernel: number } | null {
    const [first, last] = [this.#first, this.#last]
    if (first === null || last === null || last.atMs <= first.atMs) return null
    const ms = last.atMs - first.atMs
    return { user: (last.userMs - first.userMs) / ms, kernel: (last.kernelMs - first.kernelMs) / ms }
  }

  describe(responsesPerSecond: number): string {
    const { used } = this
    if (used === null) return 'CPU of the server: nobody says\n'
    const share = used.user + used.kernel
    const us = (share * 1e6) / responsesPerSecond
    return `CPU of the server: ${(share * 100).toFixed(0)} % of a core (user ${(used.user * 100).toFixed(0)} %, kernel ${(used.kernel * 100).toFixed(0)} %), ${us.toFixed(1)} µs a request\n`
  }
}
