import type { GroupStatistics } from './group-ledger.js'

/** A frozen snapshot of a reactor's counters; see {@link Reactor.statistics}. */
export interface ReactorStatistics {
  readonly turns: number
  readonly tasksRun: number
  /** Tasks that wait for a turn now. */
  readonly tasksReady: number
  /** Timers on the wheel now. */
  readonly timersPending: number
  /** Turns that ended with work left because their time slice was used up. */
  readonly slicesUsedUp: number
  /** The longest turn so far, in milliseconds. */
  readonly longestTurnMs: number
  /** Of each scheduling group, by its name. */
  readonly groups: Readonly<Record<string, GroupStatistics>>
}
