import type { Pace } from './pace.js'
import type { WireConnection } from './wire-connection.js'

/**
 * As fast as the server answers, in lockstep, as wrk does: a connection sends its depth in one write, waits for all the
 * answers, sends again. A server that stalls is asked nothing meanwhile, so latencies say little here: that is what
 * an open loop is for.
 */
export class ClosedLoop implements Pace {
  readonly isDone = true
  readonly #connections: readonly WireConnection[]
  readonly #plannedAt: Float64Array
  #isRunning = false

  constructor(connections: readonly WireConnection[], depth: number) {
    this.#connections = connections
    this.#plannedAt = new Float64Array(depth)
  }

  start(at: number): void {
    this.#isRunning = true
    for (const connection of this.#connections) {
      connection.freeSince = at
      this.roomOn(connection, at)
    }
  }

  roomOn(connection: WireConnection, now: number): void {
    if (!this.#isRunning || connection.inFlight > 0) return
    const { room } = connection
    if (room <= 0) return
    this.#plannedAt.fill(connection.freeSince)
    connection.send(room, this.#plannedAt, now)
  }

  stop(): void {
    this.#isRunning = false
  }

  giveUp(): void {
    this.#isRunning = false
  }
}
