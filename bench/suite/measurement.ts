import { type Doubt } from './doubt.js'
import { type Metrics } from './metric.js'

/** What one subject did in one round of one scenario. */
export interface Measurement {
  readonly scenario: string
  readonly subject: string
  /** From 1. Round 0 stands for system calls, counted under strace: a slow run whose times mean nothing. */
  readonly round: number
  /** ISO 8601. */
  readonly at: string
  readonly metrics: Metrics
  readonly doubts: readonly Doubt[]
  /** Why there are no metrics: it didn't come up, died, or answered wrongly. */
  readonly failure?: string
}

export interface MeasurementKey {
  readonly scenario: string
  readonly subject: string
  readonly round: number
}
