import type { ErrorCode } from '../errors/catalogue.js'
import { Carry } from './carry.js'
import { Headers } from './headers.js'
import type { Limits } from './limits.js'
import { CONNECT } from './methods.js'
import type { ParserPool } from './parser-pool.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from './parser/request-parser.js'
import type { PathCache, PathEntry } from './path-cache.js'
import { pathOfTarget, type Peer, Request } from './request.js'
import { WholeBody } from './whole-body.js'

const ORIGIN = TargetForm.Origin

/** A request keeps the text around its head alive: this bounds what one slow request of a large read holds. */
const TEXT_WINDOW = 8 * 1024

/** Who is told what the reader finds. */
export interface RequestSink {
  /** A request is complete, body and all. */
  requestRead(request: Request, path: PathEntry): void
  /** The client waits for `100 Continue` before it sends its body (RFC 9110 §10.1.1). */
  continueExpected(): void
  /** What came is no request that can be served; nothing behind it may be read as one. */
  requestRefused(error: ErrorCode, request: Request | null): void
}

/** A request whose body is still on its way. */
interface Pending {
  readonly request: Request
  readonly path: PathEntry
  readonly body: WholeBody
}

/**
 * Turns the bytes of one connection into requests, one a step, so that the connection can stop in between.
 * Whatever is incomplete when the bytes end is kept here.
 */
export class RequestReader {
  /** While a request is handed over: whether more bytes stand behind it. */
  hasMore = false
  readonly #sink: RequestSink & Peer
  readonly #limits: Limits
  readonly #paths: PathCache
  readonly #parsers: ParserPool

  /** What has come of a head, and the parser that knows it. */
  #carry: Carry | null = null
  #parser: RequestParser | null = null
  #pending: Pending | null = null

  #bytes: Buffer | null = null
  #limit = 0
  /** A window of the bytes as text, one character a byte, beginning at {@link #textFrom}. */
  #text = ''
  #textFrom = 0

  constructor(sink: RequestSink & Peer, limits: Limits, paths: PathCache, parsers: ParserPool) {
    this.#sink = sink
    this.#limits = limits
    this.#paths = paths
    this.#parsers = parsers
  }

  /** Whether a request has begun and is not complete. */
  get isMidRequest(): boolean {
    return this.#carry !== null || this.#pending !== null
  }

  /** The next steps read from `bytes`, up to `limit`. */
  begin(bytes: Buffer, limit: number): void {
    this.#bytes = bytes
    this.#limit = limit
  }

  /** Lets go of the bytes, and of the text made of them. */
  end(): void {
    this.#bytes = null
    this.#text = ''
  }

  /** Forgets what is incomplete. */
  forget(): void {
    if (this.#parser !== null) this.#parsers.giveBack(this.#parser)
    this.#parser = null
    this.#carry = null
    this.#pending = null
  }

  /** Reads on at `from`, until a request is complete or the bytes end. @returns where it stopped */
  step(from: number): number {
    if (this.#pending !== null) return this.#readBody(this.#pending, from)
    if (this.#carry !== null) return this.#readCarried(this.#carry, from)
    return this.#readHead(from)
  }

  #readHead(from: number): number {
    const bytes = this.#bytes as Buffer
    const parser = this.#parsers.shared
    const end = parser.parse(bytes, from, this.#limit)
    if (end < 0) return this.#endWithoutHead(parser, end, bytes.subarray(from, this.#limit))
    return this.#takeHead(parser, bytes, from, end, this.#limit, end)
  }

  #endWithoutHead(parser: RequestParser, why: number, rest: Buffer): number {
    if (why === REFUSED) {
      this.#sink.requestRefused(parser.error, null)
    } else {
      this.#parser = this.#parsers.takeShared()
      this.#carry = new Carry(rest)
    }
    return this.#limit
  }

  /** Goes on with a head that came in pieces. The parser refuses it before it can grow too large. */
  #readCarried(carry: Carry, from: number): number {
    const bytes = this.#bytes as Buffer
    const parser = this.#parser as RequestParser
    const carriedBefore = carry.length
    carry.append(bytes.subarray(from, this.#limit))
    const end = parser.parse(carry.bytes, 0, carry.length)
    if (end === NEED_MORE) return this.#limit

    this.#carry = null
    this.#parser = null
    let at = this.#limit
    if (end === REFUSED) {
      this.#sink.requestRefused(parser.error, null)
    } else {
      this.#text = ''
      at = this.#takeHead(parser, carry.bytes, 0, end, end, from + end - carriedBefore)
      this.#text = ''
    }
    this.#parsers.giveBack(parser)
    return at
  }

  /**
   * A head is complete: it stands in `source[start, end)`, of which `limit` bytes are data. What follows it in the
   * bytes at hand begins at `from`. Kept short, for V8 to inline: what is rare is elsewhere.
   */
  #takeHead(
    parser: RequestParser,
    source: Buffer,
    start: number,
    end: number,
    limit: number,
    from: number,
  ): number {
    const { section } = parser
    const headers = section.headers ?? this.#makeHeaders(parser, source, start, end, limit)
    const targetStart = start + parser.targetStart
    const path = this.#paths.lookup(source, targetStart, start + parser.pathEnd, parser.pathHash)
    const isPathAll = parser.pathEnd === parser.targetEnd
    const target = isPathAll ? path.path : source.toString('latin1', targetStart, start + parser.targetEnd)
    if (!section.isPlain || parser.targetForm !== ORIGIN) {
      return this.#takeOther(parser, path, target, headers, from)
    }
    this.hasMore = from < this.#limit
    this.#sink.requestRead(new Request(parser, path.path, target, headers, this.#sink), path)
    return from
  }

  /** A request with a body or an expectation, or with a target that isn't in origin form. */
  #takeOther(
    parser: RequestParser,
    originPath: PathEntry,
    target: string,
    headers: Headers,
    from: number,
  ): number {
    const { section, targetForm } = parser
    const path = targetForm === ORIGIN ? originPath : this.#pathOfOtherForm(targetForm, target)
    const request = new Request(parser, path.path, target, headers, this.#sink)
    const error = this.#whyNotServed(parser)
    if (error !== null) {
      this.#sink.requestRefused(error, request)
      return this.#limit
    }
    if (section.contentLength <= 0) {
      this.hasMore = from < this.#limit
      this.#sink.requestRead(request, path)
      return from
    }
    const pending: Pending = { request, path, body: new WholeBody(section.contentLength) }
    const expectsContinue = section.expectsContinue && parser.minorVersion === 1
    this.#pending = pending
    const at = this.#readBody(pending, from)
    if (expectsContinue && !pending.body.isComplete) this.#sink.continueExpected()
    return at
  }

  #makeHeaders(parser: RequestParser, source: Buffer, start: number, end: number, limit: number): Headers {
    const base = this.#textBase(source, start, end, limit)
    return (parser.section.headers = new Headers(
      this.#text,
      base + parser.fieldsStart,
      base + parser.fieldsEnd,
    ))
  }

  #readBody(pending: Pending, from: number): number {
    const at = pending.body.take(this.#bytes as Buffer, from, this.#limit)
    if (!pending.body.isComplete) return at
    this.#pending = null
    pending.request.body = pending.body.bytes
    this.hasMore = at < this.#limit
    this.#sink.requestRead(pending.request, pending.path)
    return at
  }

  #whyNotServed(parser: RequestParser): ErrorCode | null {
    const { section } = parser
    if (parser.method === CONNECT) return 'CAL_ERR_HTTP_CONNECT'
    if (section.isChunked) return 'CAL_ERR_HTTP_CHUNKED'
    if (section.expectsOther) return 'CAL_ERR_HTTP_EXPECTATION'
    if (section.contentLength > this.#limits.bodyBytes) return 'CAL_ERR_HTTP_BODY_TOO_LARGE'
    return null
  }

  /**
   * Makes {@link #text} hold the head in `bytes[from, end)`. One string serves many heads; see
   * `docs/architecture.md`, "One request's way".
   * @returns where the head begins in it
   */
  #textBase(bytes: Buffer, from: number, end: number, limit: number): number {
    if (this.#text === '' || end > this.#textFrom + this.#text.length) {
      this.#text = bytes.toString('latin1', from, Math.max(end, Math.min(from + TEXT_WINDOW, limit)))
      this.#textFrom = from
    }
    return from - this.#textFrom
  }

  /** Only proxies and OPTIONS send such targets. */
  #pathOfOtherForm(form: TargetForm, target: string): PathEntry {
    const path = Buffer.from(pathOfTarget(form, target), 'latin1')
    return this.#paths.lookup(path, 0, path.length, hashOf(path))
  }
}

/** The parser's hash (FNV-1a), so that both forms of a path share one entry. */
function hashOf(path: Buffer): number {
  let hash = 0x811c9dc5 | 0
  for (const byte of path) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
