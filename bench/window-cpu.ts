import type { LoadProgress } from 'calandria/bench'
import { type Usage, usageOf, usedBetween } from './suite/process-usage.js'

interface Look {
  readonly usage: Usage
  readonly atMs: number
}

/** What a server uses, with all that it started, while its load is measured: looked at with every report of progress. */
export class WindowCpu {
  #first: Look | null = null
  #last: Look | null = null

  look({ phase, elapsedMs }: LoadProgress, pid: number): void {
    const usage = phase === 'measuring' ? usageOf(pid) : undefined
    if (usage === undefined) return
    this.#last = { usage, atMs: elapsedMs }
    this.#first ??= this.#last
  }

  /** Shares of a core; `null` when nobody has said. */
  get used(): { readonly user: number; readonly kernel: number } | null {
    const [first, last] = [this.#first, this.#last]
    if (first === null || last === null || last.atMs <= first.atMs) return null
    const { userNs, kernelNs } = usedBetween(first.usage, last.usage)
    const ns = (last.atMs - first.atMs) * 1e6
    return { user: userNs / ns, kernel: kernelNs / ns }
  }

  describe(responsesPerSecond: number): string {
    const { used } = this
    if (used === null) return 'CPU of the server: nobody says\n'
    const share = used.user + used.kernel
    const us = (share * 1e6) / responsesPerSecond
    return `CPU of the server: ${(share * 100).toFixed(0)} % of a core (user ${(used.user * 100).toFixed(0)} %, kernel ${(used.kernel * 100).toFixed(0)} %), ${us.toFixed(1)} µs a request\n`
  }
}
