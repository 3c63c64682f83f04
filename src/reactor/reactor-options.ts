import type { Clock } from './clock.js'
import type { Driver } from './driver.js'

export const DEFAULT_TIME_SLICE_MS = 0.25

/** What a reactor is made with. */
export interface ReactorOptions {
  /** The source of time. Default: the machine's monotonic clock. */
  readonly clock?: Clock
  /** What turns the reactor. Default: Node's loop. `null`: nobody, call {@link Reactor.turn} by hand. */
  readonly driver?: Driver | null
  /**
   * How long one turn may run tasks before the sockets get their say again, and what is readable in one poll may take
   * before the tasks get theirs, in milliseconds. Default 0.25: with what ends them, the two of a round stay below 1.
   */
  readonly timeSliceMs?: number
  /** Receives what a task throws. Default: it becomes an uncaught exception. */
  readonly onError?: (error: unknown) => void
}
