import type { VirtualClock } from './clock.js'
import type { Reactor } from './reactor.js'

/** Why a virtual loop has stopped: it was asked to, there is nothing left to do, or it has gone on for too long. */
export type LoopEnd = 'over' | 'idle' | 'endless'

/** What is asked before every turn: whether it is over, or something was woken, whose promises must settle first. */
export type LoopState = 'over' | 'woken' | 'waiting'

export interface LoopLimits {
  /** Turns at most. */
  readonly maxTurns: number
  /** The clock's reading at most. */
  readonly until: number
}

/**
 * Turns that are asked of Node at once. It runs them one after the other, with all microtasks behind each, and looks at
 * its sockets only between two such rounds.
 */
const ROUND = 64

/**
 * Like `driveVirtually`, for code with promises in it: every turn is a macrotask of its own, so that all that it has
 * settled runs before the next one, always in the same order. The clock moves only when neither has anything left to do.
 *
 * The reactor must have been made with this clock and with `driver: null`.
 */
export function loopVirtually(
  reactor: Reactor,
  clock: VirtualClock,
  look: () => LoopState,
  { maxTurns, until }: LoopLimits,
): Promise<LoopEnd> {
  return new Promise((resolve, reject) => {
    let turns = 0
    let hasEnded = false

    const step = (): LoopEnd | null => {
      const state = look()
      if (state === 'over') return 'over'
      if (turns++ >= maxTurns) return 'endless' // what is woken again and again turns nothing
      if (state === 'woken') return null
      if (!reactor.hasWork) {
        const deadline = reactor.nextDeadline
        if (deadline === null) return 'idle'
        if (deadline > until) return 'endless'
        clock.advanceTo(deadline)
      }
      reactor.turn()
      return null
    }
    const run = (isLastOfRound: boolean): void => {
      if (hasEnded) return
      try {
        const end = step()
        hasEnded = end !== null
        if (end !== null) resolve(end)
      } catch (error) {
        hasEnded = true
        const thrown = error as Error // whatever it is: it is the cause of what is told
        reject(thrown)
      }
      if (isLastOfRound && !hasEnded) ask()
    }
    const ask = (): void => {
      for (let i = 1; i <= ROUND; i++) setImmediate(run, i === ROUND)
    }
    ask()
  })
}
