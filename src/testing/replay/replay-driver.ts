import type { Driver } from '../../reactor/driver.js'

/** A driver that turns when the recording says so, whatever the reactor asks for. */
export class ReplayDriver implements Driver {
  /** Errors that nobody has handled; in the recorded process they were uncaught exceptions. */
  readonly uncaughtErrors: unknown[] = []
  turn: () => void = () => undefined

  attach(turn: () => void): void {
    this.turn = turn
  }

  wakeSoon(): void {
    // the recording has the turn that came of it
  }

  wakeIn(): void {
    // the same
  }

  sleep(): void {
    // the same
  }

  uncaught(error: unknown): void {
    this.uncaughtErrors.push(error)
  }

  warn(message: string): void {
    process.emitWarning(message, 'CalandriaWarning')
  }
}
