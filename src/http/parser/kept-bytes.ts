/** Longer pieces are not kept. */
const MOST_BYTES = 2048
const WORD = 8
/** After so many pieces in a row that were new, only every so-many-th is compared and kept: nothing seems to repeat. */
const PATIENCE = 16

/**
 * Remembers the last piece of input, and what it was found to mean. A client mostly sends the same again and again, to
 * the byte: what was checked once need not be checked again, only compared, eight bytes a step (`bench/micro/scanner.ts`:
 * a browser's 640 bytes in a fourth of the time). And requests with the same fields share their text.
 *
 * Two doubles are equal exactly when their bits are, but for NaN, which equals nothing (then the piece is checked
 * again), and for the two zeros, which nothing that was checked holds: it has no NUL.
 */
export class KeptBytes<Meaning extends object> {
  #words = new DataView(new ArrayBuffer(MOST_BYTES))
  #meaning: Meaning | null = null
  #length = 0
  #misses = 0

  /**
   * What was kept, if the bytes from `i` on are the same as those it was made of; `null` if not. Their number is
   * {@link length}.
   */
  match(words: DataView, i: number, limit: number): Meaning | null {
    const meaning = this.#meaning
    const length = this.#length
    if (meaning === null || i + length > limit || this.#isPatienceOver()) return null
    const kept = this.#words
    const last = length - WORD
    // The end first: it is where pieces of other lengths differ.
    if (words.getFloat64(i + last, true) !== kept.getFloat64(last, true)) return null
    for (let at = 0; at < last; at += WORD) {
      if (words.getFloat64(i + at, true) !== kept.getFloat64(at, true)) return null
    }
    this.#misses = 0
    return meaning
  }

  /** No getter: V8 calls into its runtime for a private one. */
  #isPatienceOver(): boolean {
    return this.#misses > PATIENCE && this.#misses % PATIENCE !== 0
  }

  /** Bytes of what is kept. */
  get length(): number {
    return this.#length
  }

  /** Keeps what `length` bytes from `from` on, which have just been checked, mean. Three bytes more must be readable. */
  keep(words: DataView, from: number, length: number, meaning: Meaning): void {
    if (length < WORD || length > MOST_BYTES) return
    this.#misses++
    if (this.#isPatienceOver()) return
    const kept = this.#words
    for (let at = 0; at < length; at += 4) kept.setInt32(at, words.getInt32(from + at, true), true)
    this.#meaning = meaning
    this.#length = length
  }
}
