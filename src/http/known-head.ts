import { KeptBytes } from './parser/kept-bytes.js'
import type { RequestHead } from './request-head.js'

/**
 * The last head that came whole and has nothing special about it. One that is the same to the byte need not be parsed,
 * and no path looked up (`bench/micro/known-head.ts`). The connections of a server share it.
 */
export class KnownHead {
  readonly #kept = new KeptBytes<RequestHead>()
  #viewed: Uint8Array | null = null
  #words: DataView = new DataView(new ArrayBuffer(0))

  /** {@link match} and {@link keep} are about these bytes from now on. */
  view(bytes: Uint8Array): void {
    if (bytes === this.#viewed) return
    this.#viewed = bytes
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** What the head at `from` says, if it is the known one; it ends {@link length} bytes further on. */
  match(from: number, limit: number): RequestHead | null {
    return this.#kept.match(this.#words, from, limit)
  }

  get length(): number {
    return this.#kept.length
  }

  /** The head in the bytes from `from` to `end` was parsed. */
  keep(from: number, end: number, head: RequestHead): void {
    this.#kept.keep(this.#words, from, end - from, head)
  }
}
