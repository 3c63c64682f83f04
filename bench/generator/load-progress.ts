/** Where a run stands. Times in milliseconds. */
export interface LoadProgress {
  readonly phase: 'connecting' | 'ramp' | 'warm-up' | 'measuring' | 'draining'
  /** Of ramp, warm-up and window together. */
  readonly elapsedMs: number
  readonly totalMs: number
  readonly connectionsOpen: number
  /** Responses per second since the last report. */
  readonly responsesPerSecond: number
  /** From plan, since the last report; 0 when nothing came. */
  readonly p50: number
  readonly p99: number
  /** Failed requests and connections so far. */
  readonly errors: number
}
