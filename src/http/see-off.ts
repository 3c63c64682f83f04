import type { Reactor } from '../reactor/reactor.js'
import { startSweep } from '../reactor/sweep.js'

/**
 * Tells many to go, a slice at a time; while many of them are about to, the others wait with being told.
 * @param tell makes one go, sooner or later
 * @param gone how many have gone for good until now, others included
 * @param ended is called when all were told
 */
export function seeOff<T>(
  reactor: Reactor,
  all: Iterable<T>,
  tell: (one: T) => void,
  gone: () => number,
  ended: () => void,
): void {
  const goneBefore = gone()
  let told = 0
  const visit = (one: T): void => {
    told++
    tell(one)
  }
  startSweep(reactor, all, visit, () => Math.max(told - (gone() - goneBefore), 0), ended)
}
