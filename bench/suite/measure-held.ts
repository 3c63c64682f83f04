import { once } from 'node:events'
import { connect } from 'node:net'
import { quantile } from 'simple-statistics'
import { readAnswer } from './answer.js'
import { wireForm } from './ask.js'
import { type Metrics } from './metric.js'
import { type RunningSubject } from './running-subject.js'
import { type HeldScenario } from './scenario.js'

const tries = 30
/** A server may learn what a path costs; how it does when it knows is what its clients meet. */
const learningTries = 3
const patienceMs = 10_000

/**
 * Sends fast requests, a slow one and fast ones in one packet. `heldMs`: until the replies to those before the slow one
 * are here, although they were ready at once. `neighbourMs`: how long one more connection waits for its only reply.
 */
export async function heldReplies(running: RunningSubject, scenario: HeldScenario): Promise<Metrics> {
  const held: number[] = []
  const neighbours: number[] = []
  for (let i = -learningTries; i < tries; i++) {
    const ours = new TimedConnection(running)
    const neighbour = new TimedConnection(running)
    try {
      await Promise.all([ours.opened, neighbour.opened])
      const all = ours.ask(running.asks.length)
      const one = neighbour.ask(1)
      const times = await all
      const [neighbourMs] = await one
      if (i < 0) continue
      held.push(times[scenario.before - 1]!)
      neighbours.push(neighbourMs!)
    } finally {
      ours.close()
      neighbour.close()
    }
  }
  return {
    heldMs: quantile(held, 0.5),
    heldWorstMs: Math.max(...held),
    neighbourMs: quantile(neighbours, 0.5),
  }
}

class TimedConnection {
  readonly opened: Promise<unknown>
  readonly #running: RunningSubject
  readonly #socket

  constructor(running: RunningSubject) {
    this.#running = running
    this.#socket = connect({ ...running.place, noDelay: true })
    this.opened = once(this.#socket, 'connect')
  }

  /** Sends the first `count` asks in one packet. @returns when each of the replies was whole, in milliseconds */
  async ask(count: number): Promise<number[]> {
    const { asks, place } = this.#running
    const times: number[] = []
    let received = ''
    let at = 0
    const sentMs = performance.now()
    this.#socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      for (let answer = readAnswer(received, at); answer !== undefined; answer = readAnswer(received, at)) {
        at = answer.end
        times.push(performance.now() - sentMs)
      }
    })
    const batch = asks.slice(0, count).map((ask) => wireForm(ask, place))
    this.#socket.write(batch.join(''), 'latin1')
    const signal = AbortSignal.timeout(patienceMs)
    while (times.length < count) await once(this.#socket, 'data', { signal })
    return times
  }

  close(): void {
    this.#socket.destroy()
  }
}
