import type { ErrorCode } from '../../../src/errors/catalogue.js'
import type { Limits } from '../../../src/http/limits.js'
import type { ParsedHead } from './parsed-head.js'

/** A row of the contract: bytes, one character each, and what a parser must make of them. */
export interface HeadCase {
  readonly name: string
  readonly bytes: string
  /** The fields that matter for this row, an error code, or `need more`. */
  readonly answer: Partial<ParsedHead> | ErrorCode | 'need more'
  /** Defaults where left out. */
  readonly limits?: Partial<Limits>
}

export function headCase(
  name: string,
  bytes: string,
  answer: HeadCase['answer'],
  limits?: Partial<Limits>,
): HeadCase {
  return limits === undefined ? { name, bytes, answer } : { name, bytes, answer, limits }
}

/** A request with this request line, and a Host. */
export const line = (requestLine: string): string => `${requestLine}\r\nHost: x\r\n\r\n`

/** A GET with a Host and these field lines, each without its line end. */
export const fields = (...lines: string[]): string =>
  `GET / HTTP/1.1\r\nHost: x\r\n${lines.map((field) => `${field}\r\n`).join('')}\r\n`

/** The same without the Host. */
export const bare = (...lines: string[]): string =>
  `GET / HTTP/1.1\r\n${lines.map((field) => `${field}\r\n`).join('')}\r\n`
