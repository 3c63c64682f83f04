import type { Driver } from '../../reactor/driver.js'

/** A driver whose turns are made by `around`, which is given what to call. What the reactor asks for is not kept. */
export class RecordingDriver implements Driver {
  readonly #driver: Driver
  readonly #around: (turn: () => void) => void

  constructor(driver: Driver, around: (turn: () => void) => void) {
    this.#driver = driver
    this.#around = around
  }

  attach(turn: () => void): void {
    this.#driver.attach(() => this.#around(turn))
  }

  wakeSoon(): void {
    this.#driver.wakeSoon()
  }

  wakeIn(delayMs: number): void {
    this.#driver.wakeIn(delayMs)
  }

  sleep(): void {
    this.#driver.sleep()
  }

  uncaught(error: unknown): void {
    this.#driver.uncaught(error)
  }

  warn(message: string): void {
    this.#driver.warn(message)
  }
}
