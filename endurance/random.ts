import { SeededRandom } from 'calandria/testing'

/** Random numbers that a seed repeats, and pieces. */
export class Random extends SeededRandom {
  constructor(seed: number) {
    super(seed >>> 0)
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
