import type { Reactor } from './reactor.js'

const nextMicrotask = Promise.resolve()

/**
 * Async functions that have given the loop back and want to go on.
 *
 * The rest of an async function runs as a microtask, when the turn is over and its slice, as a rule, used up. So each
 * gets a slice of its own. As many as fit into one slice go on after a turn, one after the other; then the sockets have
 * their say again before the next one.
 */
export class Yielders {
  readonly #reactor: Reactor
  #waiting: (() => void)[] = []
  #isPosted = false

  constructor(reactor: Reactor) {
    this.#reactor = reactor
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#post()
    })
  }

  #post(): void {
    if (this.#isPosted) return
    this.#isPosted = true
    this.#reactor.post(() => {
      this.#isPosted = false
      void this.#goOn()
    })
  }

  /** Those who give the loop back once more while this runs wait for a later turn. */
  async #goOn(): Promise<void> {
    const chosen = this.#waiting
    this.#waiting = []
    await nextMicrotask // the turn is over
    this.#reactor.enter()
    let next = 0
    do {
      chosen[next++]?.()
      await nextMicrotask // it has run on, up to where it waits again
    } while (next < chosen.length && !this.#reactor.isSliceOver)
    if (next === chosen.length) return
    this.#waiting = chosen.slice(next).concat(this.#waiting)
    this.#post()
  }
}
