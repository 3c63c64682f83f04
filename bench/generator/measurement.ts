import type { HistogramData } from './histogram.js'
import type { Records } from './recorder.js'

/** What a process has used until now. */
export interface Usage {
  readonly userMs: number
  readonly kernelMs: number
  readonly residentBytes: number
}

/** What one process has found in its window: goes to the process that merges them. Times in milliseconds. */
export interface Measurement {
  readonly pid: number
  readonly windowMs: number
  readonly isInterrupted: boolean
  /** Requests of the window. */
  readonly planned: number
  readonly records: Records
  readonly connections: {
    readonly asked: number
    readonly open: number
    readonly opened: number
    readonly closedByServer: number
  }
  /** From the window's beginning to its end. */
  readonly used: Tally & Usage
  readonly lag: HistogramData
  /** `null` in a closed loop. */
  readonly schedule: {
    readonly lateByGenerator: number
    readonly lateByServer: number
    readonly lateness: HistogramData
  } | null
}

/** What has been counted until now. */
export interface Tally {
  readonly reads: number
  readonly writes: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly byComparison: number
  readonly byParser: number
  /** Responses, for the mean number in a read. */
  readonly responses: number
  readonly idleMs: number
}

/** @returns what was added between two looks; memory stays that of the second */
export function usedBetween(before: Tally & Usage, after: Tally & Usage): Tally & Usage {
  return {
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
    bytesRead: after.bytesRead - before.bytesRead,
    bytesWritten: after.bytesWritten - before.bytesWritten,
    byComparison: after.byComparison - before.byComparison,
    byParser: after.byParser - before.byParser,
    responses: after.responses - before.responses,
    idleMs: after.idleMs - before.idleMs,
    userMs: after.userMs - before.userMs,
    kernelMs: after.kernelMs - before.kernelMs,
    residentBytes: after.residentBytes,
  }
}
