import type { VirtualClock } from '../../src/reactor/clock.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import type { ReactorOptions } from '../../src/reactor/reactor-options.js'
import { makeVirtualReactor } from './virtual-reactor.js'

/** A virtual reactor for code that waits for promises as well as for the reactor. */
export class SettlingReactor {
  readonly reactor: Reactor
  readonly clock: VirtualClock
  /** What was reported to the reactor. */
  readonly errors: unknown[] = []

  constructor(options: ReactorOptions = {}) {
    const made = makeVirtualReactor({ onError: (error) => this.errors.push(error), ...options })
    this.reactor = made.reactor
    this.clock = made.clock
  }

  /** Lets promises and the reactor do all that can be done at this moment of the clock. */
  async settle(): Promise<void> {
    do {
      driveVirtually(this.reactor, this.clock, { until: this.clock.now() })
      await new Promise(setImmediate) // behind every microtask
    } while (this.reactor.hasWork)
  }

  /** The same as on Node's loop: microtasks run after every single turn. */
  async settleByRounds(): Promise<void> {
    await new Promise(setImmediate)
    while (this.reactor.hasWork) {
      this.reactor.turn()
      await new Promise(setImmediate)
    }
  }

  /** Lets `ms` milliseconds pass, settling at every deadline on the way. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await this.settle()
    for (;;) {
      const next = this.reactor.nextDeadline
      if (next === null || next > until) break
      this.clock.advanceTo(next)
      await this.settle()
    }
    this.clock.advanceTo(until)
    await this.settle()
  }

  /** How `promise` has ended once all that can happen in an hour has happened. */
  async outcome(promise: Promise<unknown>): Promise<unknown> {
    let outcome: unknown = 'never settles'
    promise.then(
      (value) => (outcome = { value }),
      (error: unknown) => (outcome = { error }),
    )
    await this.pass(3_600_000)
    return outcome
  }

  /** The same, on Node's loop until the clock has to move. */
  async outcomeByRounds(promise: Promise<unknown>): Promise<unknown> {
    promise.catch(() => undefined) // it is looked at only then
    await this.settleByRounds()
    return this.outcome(promise)
  }
}
