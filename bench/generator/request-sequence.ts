import type { RenderedRequest } from './rendered-request.js'
import { seededRandom } from './seeded-random.js'

/** Requests that are drawn ahead; then the same ones come again. */
const CYCLE = 4096
/** A cycle larger than this isn't laid out in one piece: its requests are written one behind the other. */
const LARGEST_CYCLE_BYTES = 16 * 1024 * 1024

/**
 * The order in which the requests of a mix are sent, drawn by weight from a seed, with their bytes laid out ready to
 * leave: several requests that follow each other are one piece of memory, so sending them is one write of no copying.
 */
export class RequestSequence {
  /** Which request stands at each place of the cycle. */
  readonly #order: Uint16Array
  /** Where each one begins in {@link #bytes}; the cycle's first `most - 1` stand at its end once more. */
  readonly #starts: Float64Array
  readonly #bytes: Buffer | null
  readonly #requests: readonly RenderedRequest[]
  /** Pieces that were cut already, where there is one request only: by the number of requests in them. */
  readonly #cut: Buffer[] = []
  #next = 0

  /** @param most how many requests are taken at once, at most */
  constructor(requests: readonly RenderedRequest[], seed: number, most: number) {
    this.#requests = requests
    this.#order = requests.length === 1 ? Uint16Array.of(0) : drawOrder(requests, seed)
    const places = this.#order.length + most - 1
    this.#starts = new Float64Array(places + 1)
    for (let i = 0; i < places; i++)
      this.#starts[i + 1] = (this.#starts[i] as number) + this.#at(i).bytes.length
    const total = this.#starts[places] as number
    this.#bytes = total <= LARGEST_CYCLE_BYTES ? this.#layOut(places) : null
  }

  /** Whether all requests are the same one. */
  get isUniform(): boolean {
    return this.#order.length === 1
  }

  /** @returns which request of the mix comes `ahead` places after the next one */
  peek(ahead: number): number {
    return this.#order[(this.#next + ahead) % this.#order.length] as number
  }

  /** Goes on by `count` requests. @returns their bytes, in one piece or in several */
  take(count: number): Buffer | readonly Buffer[] {
    const from = this.#next
    this.#next = (from + count) % this.#order.length
    if (this.#bytes === null) return Array.from({ length: count }, (_, i) => this.#at(from + i).bytes)
    if (!this.isUniform) return this.#piece(this.#bytes, from, count)
    return (this.#cut[count] ??= this.#piece(this.#bytes, from, count))
  }

  #piece(bytes: Buffer, from: number, count: number): Buffer {
    return bytes.subarray(this.#starts[from], this.#starts[from + count])
  }

  #at(place: number): RenderedRequest {
    return this.#requests[this.#order[place % this.#order.length] as number] as RenderedRequest
  }

  #layOut(places: number): Buffer {
    return Buffer.concat(Array.from({ length: places }, (_, i) => this.#at(i).bytes))
  }
}

function drawOrder(requests: readonly RenderedRequest[], seed: number): Uint16Array {
  const random = seededRandom(seed)
  const total = requests.reduce((sum, { weight }) => sum + weight, 0)
  const draw = (): number => {
    let left = random() * total
    for (let i = 0; i < requests.length; i++) {
      left -= (requests[i] as RenderedRequest).weight
      if (left < 0) return i
    }
    return requests.length - 1 // rounding
  }
  return Uint16Array.from({ length: CYCLE }, draw)
}
