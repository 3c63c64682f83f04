import type { Reactor } from './reactor.js'

/**
 * Does something with each of many, a time slice at a time: a task that posts itself until all have had their turn. So
 * ten thousand connections can be closed while others are served.
 *
 * @param items what a `Set` or a `Map` loses meanwhile is not visited, what it gains is
 * @param visit what it throws goes to the reactor's `onError`; the others are visited all the same
 * @returns resolves when all were visited, in a turn to come
 */
export function sweep<T>(reactor: Reactor, items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  const iterator = items[Symbol.iterator]()
  return new Promise((resolve) => {
    const go = (): void => {
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
      } while (!reactor.isSliceOver)
      reactor.post(go)
    }
    reactor.post(go)
  })
}
