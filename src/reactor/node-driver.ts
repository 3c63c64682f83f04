import type { Driver } from './driver.js'

/**
 * Lets Node's loop turn the reactor. `setImmediate` runs in libuv's check phase, right after the poll phase: the
 * sockets that were readable have been read by then, so what they made ready shares one turn. One Node timer
 * stands for all timers of the wheel.
 */
export class NodeDriver implements Driver {
  #turn: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  #wakeAt = 0
  #isTurnToCome = false

  attach(turn: () => void): void {
    this.#turn = turn
  }

  /** A timer's turn may ask again before the turn asked for has come: one a round of Node's loop is enough. */
  wakeSoon(): void {
    if (this.#isTurnToCome) return
    this.#isTurnToCome = true
    setImmediate(this.#turnNow)
  }

  wakeIn(delayMs: number): void {
    this.sleep()
    this.#wakeAt = performance.now() + delayMs
    this.#sleepFor(delayMs)
  }

  sleep(): void {
    if (this.#timer === null) return
    clearTimeout(this.#timer)
    this.#timer = null
  }

  readonly #turnNow = (): void => {
    this.#isTurnToCome = false
    this.#turn()
  }

  #sleepFor(delayMs: number): void {
    // Node takes 32 bits, 24 days; who wakes up too early sleeps on.
    this.#timer = setTimeout(this.#wakeUp, Math.min(Math.ceil(delayMs), 0x7fff_ffff))
  }

  /** Node counts whole milliseconds, so its timers come up to one early; the reactor would find nothing due. */
  readonly #wakeUp = (): void => {
    const left = this.#wakeAt - performance.now()
    if (left > 0) {
      this.#sleepFor(left)
      return
    }
    this.#timer = null
    this.#turn()
  }

  /** Becomes Node's `uncaughtException`, in a stack of its own, so that the turn at hand goes on. */
  uncaught(error: unknown): void {
    setImmediate(() => {
      throw error
    })
  }

  warn(message: string): void {
    process.emitWarning(message, 'CalandriaWarning')
  }
}
