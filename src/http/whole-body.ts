const FIRST_SIZE = 64 * 1024

/**
 * A request body of known length, gathered whole. Memory follows what has come, not what was announced: a client
 * that declares a megabyte and sends nothing takes 64 KiB at most.
 */
export class WholeBody {
  readonly #length: number
  #bytes: Buffer
  #received = 0

  /** @param length as declared; checked against the limit already */
  constructor(length: number) {
    this.#length = length
    this.#bytes = Buffer.allocUnsafe(Math.min(length, FIRST_SIZE))
  }

  get isComplete(): boolean {
    return this.#received === this.#length
  }

  /** The body; valid once it is complete. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Takes what belongs to the body from `source[from, limit)`. @returns the position behind it */
  take(source: Buffer, from: number, limit: number): number {
    const to = Math.min(limit, from + this.#length - this.#received)
    const needed = this.#received + to - from
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#length, needed * 2))
      larger.set(this.#bytes.subarray(0, this.#received))
      this.#bytes = larger
    }
    source.copy(this.#bytes, this.#received, from, to)
    this.#received = needed
    return to
  }
}
