import type { ErrorCode } from '../../errors/catalogue.js'
import type { Headers } from '../headers.js'
import { REFUSED } from './request-parser.js'

export { REFUSED }

/**
 * Finds where a message's body ends (RFC 9112 §6.3), and takes its data out of its framing. It may be given the body
 * in any number of pieces.
 */
export interface BodyDecoder {
  /**
   * Reads on in `bytes[from, limit)`. The data found stands in `bytes[from, dataEnd)` afterwards: what framed it has
   * been written over.
   * @returns the position behind what belongs to the message, or {@link REFUSED}
   */
  decode(bytes: Uint8Array, from: number, limit: number): number
  /** Where the data of the last call ends. */
  readonly dataEnd: number
  /** Whether the message ended with the last call. */
  readonly isComplete: boolean
  /** After {@link REFUSED}: why. */
  readonly error: ErrorCode
  /** The trailer section, once complete; `null` when there was none. */
  readonly trailers: Headers | null
}

/** A body of a declared length. */
export class LengthDecoder implements BodyDecoder {
  dataEnd = 0
  readonly error: ErrorCode = 'CAL_ERR_HTTP_CONTENT_LENGTH'
  readonly trailers = null
  #left: number

  constructor(length: number) {
    this.#left = length
  }

  get isComplete(): boolean {
    return this.#left === 0
  }

  decode(_bytes: Uint8Array, from: number, limit: number): number {
    const end = Math.min(limit, from + this.#left)
    this.#left -= end - from
    return (this.dataEnd = end)
  }
}
