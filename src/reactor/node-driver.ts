import type { Driver } from './driver.js'

/**
 * Lets Node's loop turn the reactor. `setImmediate` runs in libuv's check phase, right after the poll phase: the
 * sockets that were readable have been read by then, so what they made ready shares one turn. One Node timer
 * stands for all timers of the wheel.
 */
export class NodeDriver implements Driver {
  #turn: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null

  attach(turn: () => void): void {
    this.#turn = turn
  }

  wakeSoon(): void {
    setImmediate(this.#turn)
  }

  wakeIn(delayMs: number): void {
    this.sleep()
    // Node takes 32 bits; the wheel asks again after a second at the latest, so nothing is lost by the cap.
    this.#timer = setTimeout(this.#turn, Math.min(Math.ceil(delayMs), 0x7fff_ffff))
  }

  sleep(): void {
    if (this.#timer === null) return
    clearTimeout(this.#timer)
    this.#timer = null
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
