import type { FieldSection } from './field-section.js'

/** Longer sections are not kept. */
const MOST_BYTES = 2048
const WORD = 8
/** After so many sections in a row that were new, only every so-many-th is compared and kept: nothing seems to repeat. */
const PATIENCE = 16

/**
 * Remembers the last header section. A client mostly sends the same fields again and again, to the byte: what was
 * checked once need not be checked again, only compared, eight bytes a step (`bench/micro/scanner.ts`: a browser's
 * 640 bytes in a fourth of the time). And requests with the same section share its text.
 *
 * Two doubles are equal exactly when their bits are, but for NaN, which equals nothing (then the section is scanned
 * again), and for the two zeros, which no checked section holds: it has no NUL.
 */
export class KeptFields {
  #words = new DataView(new ArrayBuffer(MOST_BYTES))
  #section: FieldSection | null = null
  #length = 0
  #misses = 0

  /**
   * The section that was kept, if the bytes from `i` on are the same as its bytes; `null` if not.
   * Its length is {@link length}.
   */
  match(words: DataView, i: number, limit: number, minorVersion: number): FieldSection | null {
    const section = this.#section
    const length = this.#length
    if (section === null || i + length > limit || section.minorVersion !== minorVersion) return null
    if (this.#isPatienceOver) return null
    const kept = this.#words
    const last = length - WORD
    // The end first: it is where sections of other lengths differ.
    if (words.getFloat64(i + last, true) !== kept.getFloat64(last, true)) return null
    for (let at = 0; at < last; at += WORD) {
      if (words.getFloat64(i + at, true) !== kept.getFloat64(at, true)) return null
    }
    this.#misses = 0
    return section
  }

  get #isPatienceOver(): boolean {
    return this.#misses > PATIENCE && this.#misses % PATIENCE !== 0
  }

  /** Bytes of the section that is kept, the empty line behind it included. */
  get length(): number {
    return this.#length
  }

  /** Keeps a section that has just been checked: `length` bytes from `from` on. */
  keep(words: DataView, from: number, length: number, section: FieldSection): void {
    if (length < WORD || length > MOST_BYTES) return
    this.#misses++
    if (this.#isPatienceOver) return
    const kept = this.#words
    for (let at = 0; at < length; at += 4) kept.setInt32(at, words.getInt32(from + at, true), true)
    this.#section = section
    this.#length = length
  }
}
