import type { ErrorCode } from '../../errors/catalogue.js'
import { Headers } from '../headers.js'
import type { Limits } from '../limits.js'
import { BYTE_CLASSES, TOKEN, VALUE } from './byte-classes.js'
import { faultyName } from './faults.js'
import { mayBeTrailer } from './trailer-fields.js'

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a

enum State {
  LineStart,
  Name,
  Value,
  LineEnd,
  LastLineEnd,
  Complete,
}

/**
 * The field lines behind the last chunk (RFC 9112 §7.1.2), byte by byte: trailers are rare and short. Their grammar is
 * that of header fields.
 */
export class TrailerSection {
  readonly #limits: Limits
  #state = State.LineStart
  #text = ''
  #nameStart = 0
  #nameEnd = 0
  #lines = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get isComplete(): boolean {
    return this.#state === State.Complete
  }

  /** All fields; `null` when there are none. Valid once complete. */
  get headers(): Headers | null {
    return this.#lines === 0 ? null : new Headers(this.#text, 0, this.#text.length)
  }

  /** @returns what is wrong with the byte, or `null` */
  take(byte: number): ErrorCode | null {
    if (this.#state === State.LastLineEnd) return this.#endSection(byte)
    if (this.#state === State.LineStart && byte === CR) {
      this.#state = State.LastLineEnd
      return null
    }
    if (this.#text.length >= this.#limits.trailerBytes) return 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE'
    this.#text += String.fromCharCode(byte)
    switch (this.#state) {
      case State.LineStart:
        if (!isToken(byte)) return faultyName(byte, true)
        this.#nameStart = this.#text.length - 1
        this.#state = State.Name
        return null
      case State.Name:
        if (isToken(byte)) return null
        if (byte !== COLON) return faultyName(byte, false)
        this.#nameEnd = this.#text.length - 1
        this.#state = State.Value
        return null
      case State.Value:
        return this.#takeValue(byte)
      default:
        return this.#endLine(byte)
    }
  }

  #takeValue(byte: number): ErrorCode | null {
    if (((BYTE_CLASSES[byte] as number) & VALUE) !== 0) return null
    if (byte !== CR) return byte === LF ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_FIELD_VALUE'
    this.#state = State.LineEnd
    return null
  }

  #endLine(byte: number): ErrorCode | null {
    if (byte !== LF) return 'CAL_ERR_HTTP_LINE_END'
    const name = this.#text.slice(this.#nameStart, this.#nameEnd).toLowerCase()
    if (!mayBeTrailer(name)) return 'CAL_ERR_HTTP_TRAILER'
    if (++this.#lines > this.#limits.headerFields) return 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE'
    this.#state = State.LineStart
    return null
  }

  #endSection(byte: number): ErrorCode | null {
    if (byte !== LF) return 'CAL_ERR_HTTP_LINE_END'
    this.#state = State.Complete
    return null
  }
}

function isToken(byte: number): boolean {
  return ((BYTE_CLASSES[byte] as number) & TOKEN) !== 0
}
