import { CalandriaTypeError } from '../errors/calandria-error.js'

/**
 * All chance in a simulation comes from here, so that a seed repeats it: mulberry32, 32 bits of state. It is good enough
 * to vary a schedule, and no good for secrets.
 */
export class SeededRandom {
  readonly seed: number
  #state: number

  /** @param seed a whole number from 0 to 4,294,967,295. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
      throw new CalandriaTypeError('CAL_ERR_OPTION', 'seed must be a whole number from 0 to 4294967295')
    this.seed = seed
    this.#state = seed | 0
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** `true` with this probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** One of them. They must not be none. */
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }

  /** Bytes in which a piece that is lost, repeated or swapped shows. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.below(256)
    return bytes
  }

  /** A generator of its own: what it is asked later does not change what this one gives. */
  fork(): SeededRandom {
    return new SeededRandom(this.below(0x1_0000_0000))
  }
}
