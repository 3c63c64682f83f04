import type { ErrorCode } from '../../errors/catalogue.js'
import type { Headers } from '../headers.js'
import type { Limits } from '../limits.js'
import { type BodyDecoder, REFUSED } from './body-decoder.js'
import { ChunkExtension } from './chunk-extension.js'
import { TrailerSection } from './trailer-section.js'

const LF = 0x0a
const CR = 0x0d
const SEMICOLON = 0x3b

/** Sixteen digits may be leading zeros; the value is bounded by the size of the body. */
const MOST_DIGITS = 16
/** Shorter pieces of data are moved in a loop: a call costs more. */
const SHORT = 32

/** What the next byte belongs to. */
enum State {
  Size,
  Extension,
  SizeEnd,
  Data,
  DataCr,
  DataLf,
  Trailers,
  Complete,
}

/**
 * The chunked transfer coding (RFC 9112 §7.1), strict: a size is hexadecimal digits and nothing else, every line ends
 * with CR LF. Everything that isn't data is bounded: extensions (CVE-2024-22019 was their being endless) and trailers.
 *
 * The data of all chunks of a read is moved together where it stands, so that a million chunks of one byte make as
 * many pieces as there were reads, in linear time.
 */
export class ChunkedDecoder implements BodyDecoder {
  dataEnd = 0
  error: ErrorCode = 'CAL_ERR_HTTP_CHUNK_SIZE'
  readonly #limits: Limits
  #state = State.Size
  #digits = 0
  /** Bytes of the chunk at hand that are yet to come. */
  #left = 0
  #total = 0
  #extensionBytes = 0
  #extension: ChunkExtension | null = null
  #trailers: TrailerSection | null = null

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get isComplete(): boolean {
    return this.#state === State.Complete
  }

  get trailers(): Headers | null {
    return this.#trailers?.headers ?? null
  }

  decode(bytes: Uint8Array, from: number, limit: number): number {
    let at = from
    this.dataEnd = from
    while (at < limit && this.#state !== State.Complete) {
      if (this.#state === State.Data) {
        at = this.#moveData(bytes, at, limit)
        continue
      }
      const error = this.#takeByte(bytes[at++] as number)
      if (error !== null) {
        this.error = error
        return REFUSED
      }
    }
    return at
  }

  #moveData(bytes: Uint8Array, at: number, limit: number): number {
    const count = Math.min(this.#left, limit - at)
    const to = this.dataEnd
    if (count >= SHORT) bytes.copyWithin(to, at, at + count)
    else for (let i = 0; i < count; i++) bytes[to + i] = bytes[at + i] as number
    this.dataEnd += count
    this.#left -= count
    if (this.#left === 0) this.#state = State.DataCr
    return at + count
  }

  /** A byte that is no data. @returns what is wrong with it, or `null` */
  #takeByte(byte: number): ErrorCode | null {
    switch (this.#state) {
      case State.Size:
        return this.#takeSize(byte)
      case State.Extension:
        return this.#takeExtension(byte)
      case State.SizeEnd:
        return byte === LF ? this.#beginChunk() : 'CAL_ERR_HTTP_LINE_END'
      case State.DataCr:
        this.#state = State.DataLf
        return byte === CR ? null : 'CAL_ERR_HTTP_CHUNK_END'
      case State.DataLf:
        this.#state = State.Size
        return byte === LF ? null : 'CAL_ERR_HTTP_CHUNK_END'
      default:
        return this.#takeTrailers(byte)
    }
  }

  #takeSize(byte: number): ErrorCode | null {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit
      return ++this.#digits > MOST_DIGITS ? 'CAL_ERR_HTTP_CHUNK_SIZE' : null
    }
    if (this.#digits === 0) return 'CAL_ERR_HTTP_CHUNK_SIZE'
    if (byte === CR) {
      this.#state = State.SizeEnd
      return null
    }
    if (byte !== SEMICOLON) return byte === LF ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_CHUNK_SIZE'
    this.#extension ??= new ChunkExtension()
    this.#extension.begin()
    this.#state = State.Extension
    return this.#countExtensionByte()
  }

  #takeExtension(byte: number): ErrorCode | null {
    const extension = this.#extension as ChunkExtension
    if (byte === CR && extension.mayEnd()) {
      this.#state = State.SizeEnd
      return null
    }
    if (byte === LF) return 'CAL_ERR_HTTP_LINE_END'
    if (byte === CR || !extension.take(byte)) return 'CAL_ERR_HTTP_CHUNK_EXTENSION'
    return this.#countExtensionByte()
  }

  #countExtensionByte(): ErrorCode | null {
    const isTooMuch = ++this.#extensionBytes > this.#limits.chunkExtensionBytes
    return isTooMuch ? 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE' : null
  }

  #beginChunk(): ErrorCode | null {
    this.#digits = 0
    if (this.#left === 0) {
      this.#trailers = new TrailerSection(this.#limits)
      this.#state = State.Trailers
      return null
    }
    this.#total += this.#left
    this.#state = State.Data
    return this.#total > this.#limits.bodyBytes ? 'CAL_ERR_HTTP_BODY_TOO_LARGE' : null
  }

  #takeTrailers(byte: number): ErrorCode | null {
    const trailers = this.#trailers as TrailerSection
    const error = trailers.take(byte)
    if (trailers.isComplete) this.#state = State.Complete
    return error
  }
}

/** @returns -1 when it is none */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
