import { SeededRandom } from '../../src/reactor/seeded-random.js'

/** Random numbers that a seed repeats, with what a grammar asks for. */
export class Chance extends SeededRandom {
  constructor(seed: number) {
    super(seed >>> 0)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  /** Up to `most` results of `make`, one after the other. */
  several(most: number, make: () => string): string {
    let text = ''
    for (let count = this.below(most + 1); count > 0; count--) text += make()
    return text
  }
}
