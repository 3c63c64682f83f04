/** A read brings no more than this: what the reactor's receive buffer holds. */
const LARGEST_READ = 64 * 1024
/** A mix of so many requests still has responses to the same one in a row, which are worth comparing at once. */
const FEW_REQUESTS = 16
/** A response larger than this is read by the parser each time: it costs little per byte. */
export const LARGEST_TEMPLATE = 1024 * 1024
/** All templates together. */
const MOST_BYTES = 64 * 1024 * 1024
/** Comparisons that failed in a row, after which the responses to a request are taken for always different. */
const MOST_MISSES = 8

/** One response, as it came; over and over where reads bring several: those are compared in one go. */
export class ResponseTemplate {
  readonly length: number
  readonly bytes: Buffer

  constructor(response: Uint8Array, extraBytes: number) {
    this.length = response.length
    this.bytes = Buffer.allocUnsafeSlow(this.length + extraBytes)
    this.bytes.fill(response)
  }

  isSame(response: Uint8Array): boolean {
    return (
      response.length === this.length && this.bytes.compare(response, 0, this.length, 0, this.length) === 0
    )
  }
}

/**
 * Responses that the parser has read and that were found good, one or two for each request of the mix. Bytes that are equal
 * to them are as good: comparing them verifies every byte at the speed of `memcmp`, many times that of the parser.
 *
 * Two, because a server's `Date` moves on while responses with the old one are still under way on other connections.
 */
export class ResponseTemplates {
  readonly #newest: (ResponseTemplate | null)[]
  readonly #older: (ResponseTemplate | null)[]
  readonly #misses: Uint32Array
  readonly #extraBytes: number
  #bytes = 0

  constructor(requests: number) {
    this.#newest = Array.from({ length: requests }, () => null)
    this.#older = Array.from({ length: requests }, () => null)
    this.#misses = new Uint32Array(requests)
    this.#extraBytes = requests <= FEW_REQUESTS ? LARGEST_READ : 0
  }

  newest(request: number): ResponseTemplate | null {
    return this.#newest[request] as ResponseTemplate | null
  }

  older(request: number): ResponseTemplate | null {
    return this.#older[request] as ResponseTemplate | null
  }

  hit(request: number): void {
    this.#misses[request] = 0
  }

  missed(request: number): void {
    this.#misses[request] = (this.#misses[request] as number) + 1
  }

  /** Whether comparing is a waste of time. */
  isAlwaysDifferent(request: number): boolean {
    return (this.#misses[request] as number) > MOST_MISSES
  }

  /** @returns whether there is a template of it now */
  learn(request: number, response: Uint8Array): boolean {
    const newest = this.newest(request)
    if (newest?.isSame(response) === true) return true
    const older = this.older(request)
    if (older?.isSame(response) === true) {
      this.#newest[request] = older
    } else {
      const growth = response.length + this.#extraBytes - (older?.bytes.length ?? 0)
      if (this.#bytes + growth > MOST_BYTES) return false
      this.#bytes += growth
      this.#newest[request] = new ResponseTemplate(response, this.#extraBytes)
    }
    this.#older[request] = newest
    return true
  }
}
