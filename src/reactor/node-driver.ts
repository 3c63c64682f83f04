import type { Driver } from './driver.js'

/**
 * Lets Node's loop turn the reactor. `setImmediate` runs in libuv's check phase, right after the poll phase: the
 * sockets that were readable have been read by then, so what they made ready shares one turn. One Node timer
 * stands for all timers of the wheel.
 */
export class NodeDriver implements Driver {
  #turn: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  /** Readings of the machine's clock: when to turn, and when the Node timer comes. */
  #wakeAt = Infinity
  #comesAt = 0
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

  /**
   * A Node timer that comes earlier than need be is kept: it finds that it isn't time yet, and goes on waiting. So a timer
   * that is armed and cancelled all the time, as time-outs are, costs no Node timer each time.
   */
  wakeIn(delayMs: number): void {
    this.#wakeAt = performance.now() + delayMs
    if (this.#timer !== null && this.#comesAt <= this.#wakeAt) {
      this.#timer.ref()
      return
    }
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#sleepFor(delayMs)
  }

  /** Nobody is woken, and nobody is kept from ending; the Node timer stays, for who may want it next. */
  sleep(): void {
    this.#wakeAt = Infinity
    this.#timer?.unref()
  }

  readonly #turnNow = (): void => {
    this.#isTurnToCome = false
    this.#turn()
  }

  #sleepFor(delayMs: number): void {
    // Node takes 32 bits, 24 days; who wakes up too early sleeps on.
    const ms = Math.min(Math.ceil(delayMs), 0x7fff_ffff)
    this.#comesAt = performance.now() + ms
    this.#timer = setTimeout(this.#wakeUp, ms)
  }

  /** Node counts whole milliseconds, so its timers come up to one early; the reactor would find nothing due. */
  readonly #wakeUp = (): void => {
    this.#timer = null
    if (this.#wakeAt === Infinity) return
    const left = this.#wakeAt - performance.now()
    if (left > 0) this.#sleepFor(left)
    else this.#turn()
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
