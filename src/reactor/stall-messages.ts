import type { StallFrame } from './stall-report.js'

/** What the watching thread must know. */
export interface WatcherOptions {
  readonly memory: SharedArrayBuffer
  readonly limitMs: number
  /** What the watched thread's clock is behind the process's uptime, in milliseconds: every thread's begins when it does. */
  readonly clockBehindMs: number
  readonly reportsPerMinute: number
  /** Whether the watched thread is the main one: only that one can be asked for its stack. */
  readonly canAsk: boolean
}

/** A stack with its sources found. */
export interface StallStack {
  readonly frames: readonly StallFrame[]
  /** Index of the innermost frame that is neither Node's nor Calandria's; -1 when there is none. */
  readonly culprit: number
  /** See `StallReport.isLate`. */
  readonly isLate: boolean
}

/** From the watching thread. */
export type WatcherMessage =
  | { readonly kind: 'watching' }
  | {
      readonly kind: 'stall'
      readonly stall: number
      readonly stack: StallStack | null
      /** What the held code works for, as an object with `STALL_WORK` among its variables says; else `null`. */
      readonly work: unknown
      readonly suppressed: number
    }
  | { readonly kind: 'settled'; readonly request: number }

/** To the watching thread: answer when all that you have seen was reported. */
export interface SettleRequest {
  readonly settle: number
}
