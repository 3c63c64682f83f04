import type { ErrorCode } from '../../../src/errors/catalogue.js'
import { type BodyDecoder, REFUSED } from '../../../src/http/parser/body-decoder.js'

/** What a decoder has made of a body. */
export interface DecodedBody {
  /** The data up to its end, or up to the fault's read; one character a byte. */
  readonly data: string
  /** How many bytes belong to the body; `null` when it isn't complete. */
  readonly length: number | null
  readonly trailers: readonly (readonly [string, string])[] | null
}

/** What stands around the bytes that a decoder is given: not one of them may change. */
const FENCE = Buffer.alloc(16, 0xee)

/**
 * Decodes `text`, cut at `places`, every piece in a buffer of its own between fences.
 * @returns the error instead where there is one
 * @throws when the decoder touches what isn't its own
 */
export function decodeInPieces(
  decoder: BodyDecoder,
  text: string,
  places: readonly number[] = [],
): DecodedBody | ErrorCode {
  let data = ''
  const cuts = [0, ...places, text.length]
  for (let i = 1; i < cuts.length; i++) {
    const from = cuts[i - 1]!
    const piece = Buffer.from(text.slice(from, cuts[i]), 'latin1')
    const bytes = Buffer.concat([FENCE, piece, FENCE])
    const limit = FENCE.length + piece.length
    const at = decoder.decode(bytes, FENCE.length, limit)
    if (!bytes.subarray(0, FENCE.length).equals(FENCE) || !bytes.subarray(limit).equals(FENCE))
      throw new Error('the decoder has written outside of what it was given')
    if (at === REFUSED) return decoder.error
    data += bytes.toString('latin1', FENCE.length, decoder.dataEnd)
    if (decoder.isComplete) {
      if (!bytes.subarray(at, limit).equals(piece.subarray(at - FENCE.length)))
        throw new Error('the decoder has written over what is behind the body')
      const { trailers } = decoder
      return { data, length: from + at - FENCE.length, trailers: trailers === null ? null : [...trailers] }
    }
    if (at !== limit) throw new Error('the decoder has stopped in mid-body')
  }
  return { data, length: null, trailers: null }
}
