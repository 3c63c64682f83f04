import type { Reactor } from './reactor.js'

/**
 * How much of a time slice a turn may spend. Closing a connection goes on costing, in the later phases of the same round of
 * Node's loop: its shutdown, the client's end, its close. Together they take about three times as long.
 */
const SHARE = 1 / 4

/**
 * Does something with each of many, some in a turn: a task that posts itself until all have had their turn. So
 * ten thousand connections can be closed while others are served.
 *
 * @param items what a `Set` or a `Map` loses meanwhile is not visited, what it gains is
 * @param visit what it throws goes to the reactor's `onError`; the others are visited all the same
 * @returns resolves when all were visited, in a turn to come
 */
export function sweep<T>(reactor: Reactor, items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const { latency } = reactor.groups // in line with what the connections themselves have to do
  return new Promise((resolve) => {
    const go = (): void => {
      const enough = Math.min(reactor.clock.now() + reactor.timeSliceMs * SHARE, reactor.sliceEnd)
      do {
        const next = iterator.next()
        if (next.done === true) {
          resolve()
          return
        }
        try {
          visit(next.value)
        } catch (error) {
          reactor.reportError(error)
        }
      } while (reactor.clock.now() < enough)
      latency.post(go)
    }
    latency.post(go)
  })
}
