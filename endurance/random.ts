/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    return Math.floor(this.fraction() * below)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }

  /** Cuts `bytes` into up to `most` pieces, at random places. */
  cut(bytes: Buffer, most: number): Buffer[] {
    const pieces: Buffer[] = []
    let from = 0
    for (let left = this.below(most); left > 0 && from < bytes.length; left--) {
      const to = from + 1 + this.below(bytes.length - from)
      pieces.push(bytes.subarray(from, to))
      from = to
    }
    pieces.push(bytes.subarray(from))
    return pieces
  }
}
