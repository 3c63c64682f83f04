import type { Reactor } from './reactor.js'

/**
 * How much of a time slice a turn may spend. Closing a connection goes on costing, in the later phases of the same round of
 * Node's loop: its shutdown, the client's end, its close. Together they take about three times as long.
 */
const SHARE = 1 / 4

/** So many may be under way at once, for what ends them comes in bursts: a client that was held up answers all in one go. */
const MOST_UNDER_WAY = 32
/** Who does not answer for so long, in milliseconds, does not keep the others waiting. */
const PATIENCE_MS = 10

/**
 * Does something with each of many, some in a turn: a task that posts itself until all have had their turn. So
 * ten thousand connections can be closed while others are served.
 *
 * @param items what a `Set` or a `Map` loses meanwhile is not visited, what it gains is
 * @param visit what it throws goes to the reactor's `onError`; the others are visited all the same
 * @param underWay how many of those that were visited others wait for; default: nobody waits
 * @returns resolves when all were visited, in a turn to come
 */
export function sweep<T>(
  reactor: Reactor,
  items: Iterable<T>,
  visit: (item: T) => void,
  underWay: () => number = () => 0,
): Promise<void> {
  return new Promise((resolve) => startSweep(reactor, items, visit, underWay, resolve))
}

/** {@link sweep}, for those who must go on in the turn in which it ends. */
export function startSweep<T>(
  reactor: Reactor,
  items: Iterable<T>,
  visit: (item: T) => void,
  underWay: () => number,
  ended: () => void,
): void {
  const iterator = items[Symbol.iterator]()
  const { latency } = reactor.groups // in line with what the connections themselves have to do
  /** Those that were waited for long enough. */
  let forgiven = 0
  let waitsUntil: number | null = null
  const isCrowded = (): boolean => underWay() - forgiven >= MOST_UNDER_WAY
  const go = (): void => {
    const now = reactor.clock.now()
    forgiven = Math.min(forgiven, underWay())
    if (isCrowded()) {
      waitsUntil ??= now + PATIENCE_MS
      if (now < waitsUntil) {
        latency.delay(1, go)
        return
      }
      forgiven = underWay()
    }
    waitsUntil = null
    const enough = Math.min(now + reactor.timeSliceMs * SHARE, reactor.sliceEnd)
    do {
      const next = iterator.next()
      if (next.done === true) {
        ended()
        return
      }
      try {
        visit(next.value)
      } catch (error) {
        reactor.reportError(error)
      }
    } while (!isCrowded() && reactor.clock.now() < enough)
    latency.post(go)
  }
  latency.post(go)
}
