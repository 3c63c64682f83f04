import type { ErrorCode } from '../../../src/errors/catalogue.js'
import { METHODS } from '../../../src/http/methods.js'
import {
  NEED_MORE,
  REFUSED,
  type RequestParser,
  TargetForm,
} from '../../../src/http/parser/request-parser.js'
import { RECEIVE_SLACK } from '../../../src/io/transport.js'

/** All that a parser says about a head, in words. */
export interface ParsedHead {
  /** Bytes of the head, its empty line included. */
  readonly length: number
  readonly method: string
  readonly form: keyof typeof TargetForm
  readonly target: string
  readonly path: string
  readonly minor: number
  readonly fields: string
  readonly contentLength: number
  readonly chunked: boolean
  readonly close: boolean
  readonly keepAlive: boolean
  readonly expectsContinue: boolean
  readonly expectsOther: boolean
}

/** What a parser answers: a head, an error code, or that it wants more. */
export type Answer = ParsedHead | ErrorCode | 'need more'

/** FNV-1a over the path, as `pathHash` is documented and the path cache computes it. */
export function pathHash(path: string): number {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193)
  return hash
}

/** Puts `text` at `from` in a buffer that begins and ends with `stale` bytes, the slack among them. */
export function laidOut(text: string, from = 0, stale = '\0'): Buffer {
  const limit = from + text.length
  const bytes = Buffer.alloc(limit + RECEIVE_SLACK)
  bytes.fill(stale, 0, from, 'latin1')
  bytes.write(text, from, 'latin1')
  bytes.fill(stale, limit, bytes.length, 'latin1')
  return bytes
}

/** Parses once, and reads the answer off the parser. */
export function parse(parser: RequestParser, bytes: Buffer, from: number, limit: number): Answer {
  const end = parser.parse(bytes, from, limit)
  if (end === NEED_MORE) return 'need more'
  if (end === REFUSED) return parser.error
  const text = (start: number, to: number): string => bytes.toString('latin1', from + start, from + to)
  const path = text(parser.targetStart, parser.pathEnd)
  if (parser.targetForm === TargetForm.Origin && parser.pathHash !== pathHash(path)) {
    throw new Error(`the hash of ${path} is ${pathHash(path)}, not ${parser.pathHash}`)
  }
  const emptyLine = text(parser.fieldsEnd, end - from)
  if (emptyLine !== '\r\n') throw new Error(`fieldsEnd points at ${JSON.stringify(emptyLine)}`)
  return {
    length: end - from,
    method: METHODS[parser.method] ?? `no method has the id ${parser.method}`,
    form: TargetForm[parser.targetForm] as keyof typeof TargetForm,
    target: text(parser.targetStart, parser.targetEnd),
    path,
    minor: parser.minorVersion,
    fields: text(parser.fieldsStart, parser.fieldsEnd),
    contentLength: parser.section.contentLength,
    chunked: parser.section.isChunked,
    close: parser.section.saysClose,
    keepAlive: parser.section.saysKeepAlive,
    expectsContinue: parser.section.expectsContinue,
    expectsOther: parser.section.expectsOther,
  }
}

/** Parses `text` whole. */
export function parseWhole(parser: RequestParser, text: string, from = 0, stale = '\0'): Answer {
  const answer = parse(parser, laidOut(text, from, stale), from, from + text.length)
  parser.reset()
  return answer
}

/**
 * Parses `text` as it would come in pieces that end at `cuts`, in a buffer that holds `stale` bytes behind each.
 * Stops at the first answer that isn't "need more".
 */
export function parseInPieces(
  parser: RequestParser,
  text: string,
  cuts: readonly number[],
  from = 0,
  stale = '\0',
): Answer {
  let answer: Answer = 'need more'
  for (const cut of [...cuts, text.length]) {
    answer = parse(parser, laidOut(text.slice(0, cut), from, stale), from, from + cut)
    if (answer !== 'need more') break
  }
  parser.reset()
  return answer
}
