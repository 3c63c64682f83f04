import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Place } from './ask.js'

/** As many connections at a time as fit into a backlog that nobody configured. */
const openingAtOnce = 100
const patienceMs = 10_000

/** Connections that each asked once, got their answer and now rest. They live in the harness's process. */
export class IdleConnections {
  readonly #sockets: Socket[] = []

  async open(count: number, place: Place, request: string, answerBytes: number): Promise<void> {
    while (this.#sockets.length < count) {
      const some = Math.min(openingAtOnce, count - this.#sockets.length)
      await Promise.all(Array.from({ length: some }, () => this.#openOne(place, request, answerBytes)))
    }
  }

  get stillOpen(): number {
    return this.#sockets.filter((socket) => !socket.destroyed && socket.readable).length
  }

  /** Resets, so that no port rests in TIME_WAIT: ten thousand a round would soon use them up. */
  async close(): Promise<void> {
    const closed = this.#sockets.filter((socket) => !socket.destroyed).map((socket) => once(socket, 'close'))
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await Promise.all(closed)
    this.#sockets.length = 0
  }

  async #openOne(place: Place, request: string, answerBytes: number): Promise<void> {
    const socket = connect(place)
    this.#sockets.push(socket)
    socket.write(request, 'latin1')
    let missingBytes = answerBytes
    try {
      while (missingBytes > 0) {
        const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(patienceMs) })) as [Buffer]
        missingBytes -= chunk.length
      }
    } catch (cause) {
      throw new Error(`no answer on connection ${this.#sockets.length}; is \`ulimit -n\` large enough?`, {
        cause,
      })
    }
    socket.on('error', () => socket.destroy()) // counted by stillOpen
    socket.resume() // notices when the server closes
  }
}
