import { merge } from './conclude.js'
import type { HistogramData } from './histogram.js'
import type { LoadPlan } from './load-plan.js'
import type { LoadProgress } from './load-progress.js'
import type { ProcessProgress } from './process-messages.js'

/** Makes one report of those of several processes: one each time the last of them has reported. */
export class ProgressSum {
  readonly #plan: LoadPlan
  readonly #now: () => number
  readonly #latest = new Map<number, ProcessProgress>()
  #recent: HistogramData[] = []
  #startedAt: number
  #reportedAt: number

  /** @param now milliseconds, from any beginning */
  constructor(plan: LoadPlan, now: () => number) {
    this.#plan = plan
    this.#now = now
    this.#startedAt = this.#reportedAt = now()
  }

  /** The run begins at `at`, by the same clock. */
  started(at: number): void {
    this.#startedAt = this.#reportedAt = at
  }

  /** @returns the report, when this was the last one that it waited for */
  add(process: number, progress: ProcessProgress): LoadProgress | null {
    const isRoundComplete = this.#latest.has(process) || this.#latest.size === this.#plan.processes - 1
    this.#latest.set(process, progress)
    this.#recent.push(progress.recent)
    if (!isRoundComplete) return null
    const sum = this.#sum()
    this.#latest.clear()
    this.#recent = []
    return sum
  }

  #sum(): LoadProgress {
    const now = this.#now()
    const parts = [...this.#latest.values()]
    const recent = merge(this.#recent)
    const seconds = Math.max(now - this.#reportedAt, 1) / 1000
    this.#reportedAt = now
    const { rampMs, warmUpMs, durationMs } = this.#plan
    const phase = parts[0]?.phase ?? 'connecting'
    return {
      phase,
      elapsedMs: phase === 'connecting' ? 0 : Math.max(0, now - this.#startedAt),
      totalMs: rampMs + warmUpMs + durationMs,
      connectionsOpen: parts.reduce((open, part) => open + part.connectionsOpen, 0),
      responsesPerSecond: recent.count / seconds,
      p50: recent.percentile(50),
      p99: recent.percentile(99),
      errors: parts.reduce((errors, part) => errors + part.errors, 0),
    }
  }
}
