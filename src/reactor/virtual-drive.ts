import type { VirtualClock } from './clock.js'
import type { Reactor } from './reactor.js'

/**
 * Turns a reactor by hand until nothing is left to do; the clock jumps to the next deadline whenever nothing else
 * is ready. The reactor must have been made with this clock and with `driver: null`.
 *
 * @param until stop before a deadline later than this reading of the clock; default: never
 * @param maxTurns a bound against work that goes on forever; default 1,000,000
 * @returns the number of turns
 */
export function driveVirtually(
  reactor: Reactor,
  clock: VirtualClock,
  { until = Infinity, maxTurns = 1_000_000 }: { readonly until?: number; readonly maxTurns?: number } = {},
): number {
  for (let turns = 0; turns < maxTurns; turns++) {
    if (!reactor.hasWork) {
      const deadline = reactor.nextDeadline
      if (deadline === null || deadline > until) {
        if (until !== Infinity) clock.advanceTo(until)
        return turns
      }
      clock.advanceTo(deadline)
    }
    reactor.turn()
  }
  throw new RangeError(`still busy after ${maxTurns} turns`)
}
