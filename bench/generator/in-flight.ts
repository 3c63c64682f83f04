import type { RequestError } from './load-result.js'
import type { Recorder } from './recorder.js'

/**
 * The requests in flight, a line for each connection: when each was planned, when it was sent, and which one of the mix it
 * is. Plain columns of numbers for all connections together: a stamp for every request costs two stores and no object.
 */
export class InFlight {
  /** Of all connections. */
  total = 0
  readonly #recorder: Recorder
  readonly #plannedAt: Float64Array
  readonly #sentAt: Float64Array
  readonly #request: Uint16Array
  /** Places of a line: a power of two. */
  readonly #places: number
  /** By connection: the place of the oldest one, and how many there are. */
  readonly #oldest: Uint32Array
  readonly #count: Uint32Array

  constructor(connections: number, depth: number, recorder: Recorder) {
    this.#places = 2 ** Math.ceil(Math.log2(depth))
    this.#recorder = recorder
    this.#plannedAt = new Float64Array(connections * this.#places)
    this.#sentAt = new Float64Array(connections * this.#places)
    this.#request = new Uint16Array(connections * this.#places)
    this.#oldest = new Uint32Array(connections)
    this.#count = new Uint32Array(connections)
  }

  count(connection: number): number {
    return this.#count[connection] as number
  }

  push(connection: number, plannedAt: number, sentAt: number, request: number): void {
    const count = this.#count[connection] as number
    const place = this.#placeOf(connection, count)
    this.#plannedAt[place] = plannedAt
    this.#sentAt[place] = sentAt
    this.#request[place] = request
    this.#count[connection] = count + 1
    this.total++
  }

  /** @returns which of the mix the request is that stands `behind` places behind the oldest one */
  request(connection: number, behind: number): number {
    return this.#request[this.#placeOf(connection, behind)] as number
  }

  /** @returns when the oldest one was sent; infinity when there is none */
  oldestSentAt(connection: number): number {
    return this.#count[connection] === 0 ? Infinity : (this.#sentAt[this.#placeOf(connection, 0)] as number)
  }

  /** @returns how many from the oldest one on are the same request, `most` at most */
  alike(connection: number, most: number): number {
    const count = Math.min(this.#count[connection] as number, most)
    const first = this.request(connection, 0)
    let alike = 1
    while (alike < count && this.request(connection, alike) === first) alike++
    return Math.min(alike, count)
  }

  /** The oldest `count` have got good answers: those with the same stamps are recorded as one. */
  answered(connection: number, count: number, now: number): void {
    let run = 0
    let plannedAt = 0
    let sentAt = 0
    for (let i = 0; i < count; i++) {
      const place = this.#placeOf(connection, i)
      const planned = this.#plannedAt[place] as number
      const sent = this.#sentAt[place] as number
      if (run > 0 && (sent !== sentAt || planned !== plannedAt)) {
        this.#recorder.answered(plannedAt, sentAt, now, run)
        run = 0
      }
      plannedAt = planned
      sentAt = sent
      run++
    }
    if (run > 0) this.#recorder.answered(plannedAt, sentAt, now, run)
    this.#remove(connection, count)
  }

  /** The oldest one has failed. */
  failed(connection: number, error: RequestError, now: number, message: () => string): void {
    const place = this.#placeOf(connection, 0)
    this.#recorder.failed(
      error,
      this.#plannedAt[place] as number,
      this.#sentAt[place] as number,
      now,
      message,
    )
    this.#remove(connection, 1)
  }

  #remove(connection: number, count: number): void {
    this.#oldest[connection] = ((this.#oldest[connection] as number) + count) & (this.#places - 1)
    this.#count[connection] = (this.#count[connection] as number) - count
    this.total -= count
  }

  #placeOf(connection: number, behind: number): number {
    return connection * this.#places + (((this.#oldest[connection] as number) + behind) & (this.#places - 1))
  }
}
