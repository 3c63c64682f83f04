import type { ErrorCode } from '../../errors/catalogue.js'
import type { FieldSection } from './field-section.js'

/** The head goes on behind the bytes given: call again, with these bytes and more behind them. */
export const NEED_MORE = -1
/** The bytes are no request: see {@link RequestParser.error}. Nothing behind them can be trusted. */
export const REFUSED = -2

/** What a request target looks like (RFC 9112 §3.2). */
export enum TargetForm {
  /** `/path?query` */
  Origin,
  /** `http://host/path?query` */
  Absolute,
  /** `*`, with OPTIONS only */
  Asterisk,
  /** `host:port`, with CONNECT only */
  Authority,
}

/**
 * Turns bytes into request heads. An engine keeps what it has learned of an incomplete head, so a head may come
 * in any number of pieces at linear cost. It throws nothing; partial input is no error.
 *
 * All positions are relative to the `from` of the call that completed the head.
 */
export interface RequestParser {
  /**
   * Parses one head from `bytes[from]` on. At least `RECEIVE_SLACK` bytes behind `limit` belong to the parser.
   * After {@link NEED_MORE} the same bytes must be given again at `from`, with more behind them.
   *
   * @returns the position behind the head, {@link NEED_MORE} or {@link REFUSED}
   */
  parse(bytes: Uint8Array, from: number, limit: number): number

  /** Forgets an incomplete head. */
  reset(): void

  /** After {@link REFUSED}: why. */
  readonly error: ErrorCode

  /** Index in `METHODS`. */
  readonly method: number
  readonly targetForm: TargetForm
  readonly targetStart: number
  readonly targetEnd: number
  /** Where the query's `?` stands, or the end of the target. */
  readonly pathEnd: number
  /** A hash over the bytes from the target's start to {@link pathEnd}. */
  readonly pathHash: number
  /** 0 or 1 */
  readonly minorVersion: number
  /** Where the first field line begins. */
  readonly fieldsStart: number
  /** Where the empty line begins that ends the head. */
  readonly fieldsEnd: number

  /** What the fields say. Heads with the same fields may have the same object. */
  readonly section: FieldSection
}
