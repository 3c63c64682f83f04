import type { HistogramData } from './histogram.js'
import type { LoadPlan } from './load-plan.js'
import type { LoadProgress } from './load-progress.js'
import type { Measurement } from './measurement.js'

/** What the process that leads a run says to its generators. */
export type Order =
  | { readonly kind: 'prepare'; readonly plan: LoadPlan; readonly process: number }
  /** At this moment, in milliseconds since 1970: clocks of one machine agree on it. */
  | { readonly kind: 'start'; readonly atEpochMs: number }
  /** End the run early; a process that is not measuring yet ends itself. */
  | { readonly kind: 'stop' }

/** What a generator says. */
export type Report =
  /** Its connections are open, as far as they can be opened. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }
  | { readonly kind: 'progress'; readonly progress: ProcessProgress }
  | { readonly kind: 'result'; readonly measurement: Measurement }

export interface ProcessProgress {
  readonly phase: LoadProgress['phase']
  readonly connectionsOpen: number
  /** So far. */
  readonly errors: number
  /** Of responses since the last report. */
  readonly recent: HistogramData
}
