import type { Driver } from '../../src/reactor/driver.js'

/** A driver that does nothing but write down what the reactor asks it for. The test turns the reactor. */
export class RecordingDriver implements Driver {
  /** `soon`, `in <ms>` and `sleep`, in the order in which they were asked for. */
  requests: string[] = []
  readonly errors: unknown[] = []
  readonly warnings: string[] = []

  /** What was asked for since the last call. */
  takeRequests(): string[] {
    return this.requests.splice(0)
  }

  attach(): void {
    // nobody but the test turns
  }

  wakeSoon(): void {
    this.requests.push('soon')
  }

  wakeIn(delayMs: number): void {
    this.requests.push(`in ${delayMs}`)
  }

  sleep(): void {
    this.requests.push('sleep')
  }

  uncaught(error: unknown): void {
    this.errors.push(error)
  }

  warn(message: string): void {
    this.warnings.push(message)
  }
}
