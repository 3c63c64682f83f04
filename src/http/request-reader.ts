import type { ErrorCode } from '../errors/catalogue.js'
import { Carry } from './carry.js'
import { Headers } from './headers.js'
import type { KnownHead } from './known-head.js'
import type { Limits } from './limits.js'
import { CONNECT } from './methods.js'
import type { ParserPool } from './parser-pool.js'
import { type BodyDecoder, LengthDecoder } from './parser/body-decoder.js'
import { ChunkedDecoder } from './parser/chunked-decoder.js'
import type { FieldSection } from './parser/field-section.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from './parser/request-parser.js'
import type { PathCache, PathEntry } from './path-cache.js'
import { pathOfTarget, type Peer, Request } from './request.js'
import { RequestHead } from './request-head.js'
import { type BodySource, RequestBody } from './request-body.js'

const ORIGIN = TargetForm.Origin

/** A request keeps the text around its head alive: this bounds what one slow request of a large read holds. */
const TEXT_WINDOW = 8 * 1024

/** Who is told what the reader finds. */
export interface RequestSink {
  /** A request is here: all of it, and nothing about it is special. */
  requestRead(request: Request): void
  /**
   * The same for a request of which more is to be known: its body may be on its way.
   * @param awaitsContinue the client waits for `100 Continue` before it sends its body (RFC 9110 §10.1.1)
   */
  requestBegun(request: Request, awaitsContinue: boolean): void
  /** The body of the request that was begun is complete. */
  bodyRead(): void
  /** The body of the request that was begun can't be served; nothing behind it may be read as a request. */
  bodyRefused(error: ErrorCode): void
  /** What came is no request that can be served; nothing behind it may be read as one. */
  requestRefused(error: ErrorCode, request: Request | null): void
}

/** A body that is still on its way. */
interface OpenBody {
  readonly body: RequestBody
  readonly decoder: BodyDecoder
}

/**
 * Turns the bytes of one connection into requests, one a step, so that the connection can stop in between.
 * Whatever is incomplete when the bytes end is kept here.
 */
export class RequestReader {
  /** While a request is handed over: whether more bytes stand behind it. */
  hasMore = false
  /** A head is left where it stands unless its path is known to be cheap; {@link step} gets no further then. */
  isHurried = false
  /** Whom the requests come from; `null` while nobody sends any. */
  peer: Peer | null = null
  readonly #sink: RequestSink & BodySource
  readonly #limits: Limits
  readonly #paths: PathCache
  readonly #parsers: ParserPool
  readonly #knownHead: KnownHead
  readonly #servesConnect: boolean

  /** What has come of a head, and the parser that knows it. */
  #carry: Carry | null = null
  #parser: RequestParser | null = null
  #open: OpenBody | null = null

  #bytes: Buffer | null = null
  #limit = 0
  /** A window of the bytes as text, one character a byte, beginning at {@link #textFrom}. */
  #text = ''
  #textFrom = 0

  constructor(
    sink: RequestSink & BodySource,
    limits: Limits,
    paths: PathCache,
    parsers: ParserPool,
    servesConnect: boolean,
  ) {
    this.#servesConnect = servesConnect
    this.#sink = sink
    this.#limits = limits
    this.#paths = paths
    this.#parsers = parsers
    this.#knownHead = parsers.knownHead
  }

  /** Whether a request has begun and is not complete. */
  get isMidRequest(): boolean {
    return this.#carry !== null || this.#open !== null
  }

  /** What there is of an incomplete head; `null` when none has begun. */
  get partialHead(): Carry | null {
    return this.#carry
  }

  /** The body that is on its way; `null` when none is. */
  get openBody(): RequestBody | null {
    return this.#open?.body ?? null
  }

  /** The next steps read from `bytes`, up to `limit`. */
  begin(bytes: Buffer, limit: number): void {
    this.#bytes = bytes
    this.#limit = limit
    this.#knownHead.view(bytes)
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
    this.#open = null
  }

  /** Reads on at `from`, until a request is complete or the bytes end. @returns where it stopped; see {@link isHurried} */
  step(from: number): number {
    if (this.#open !== null) return this.#readBody(this.#open, from)
    if (this.#carry !== null) return this.#readCarried(this.#carry, from)
    return this.#readHead(from)
  }

  #readHead(from: number): number {
    const head = this.#knownHead.match(from, this.#limit)
    if (head === null || (this.isHurried && !head.path.isTrusted)) return this.#readNewHead(from)
    const end = from + this.#knownHead.length
    this.hasMore = end < this.#limit
    this.#sink.requestRead(new Request(head, this.peer as Peer))
    return end
  }

  #readNewHead(from: number): number {
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
    const targetStart = start + parser.targetStart
    const path = this.#paths.lookup(source, targetStart, start + parser.pathEnd, parser.pathHash)
    if (this.isHurried && !path.isTrusted) return start
    if (section.headers === null) this.#makeHeaders(parser, source, start, end, limit)
    const isPathAll = parser.pathEnd === parser.targetEnd
    const target = isPathAll ? path.path : source.toString('latin1', targetStart, start + parser.targetEnd)
    if (!section.isPlain || parser.targetForm !== ORIGIN) {
      return this.#takeOther(parser, path, target, from)
    }
    const head = new RequestHead(parser.method, target, path, section)
    if (source === this.#bytes) this.#knownHead.keep(start, end, head)
    this.hasMore = from < this.#limit
    this.#sink.requestRead(new Request(head, this.peer as Peer))
    return from
  }

  /** A request with a body, an expectation or an upgrade, or with a target that isn't in origin form. */
  #takeOther(parser: RequestParser, originPath: PathEntry, target: string, from: number): number {
    const { section, targetForm } = parser
    const path = targetForm === ORIGIN ? originPath : this.#pathOfOtherForm(targetForm, target)
    const request = new Request(new RequestHead(parser.method, target, path, section), this.peer as Peer)
    const error = this.#whyNotServed(parser)
    if (error !== null) {
      this.#sink.requestRefused(error, request)
      return this.#limit
    }
    let at = from
    if (section.contentLength > 0 || section.isChunked) {
      at = this.#beginBody(request, section, from)
      if (at === REFUSED) return this.#limit
    }
    this.hasMore = at < this.#limit
    // A client that has begun to send doesn't wait for anything.
    const awaitsContinue =
      section.expectsContinue && parser.minorVersion === 1 && this.#open !== null && at === from
    if (this.#open === null && !section.saysUpgrade && !request.isConnect) this.#sink.requestRead(request)
    else this.#sink.requestBegun(request, awaitsContinue)
    return at
  }

  /** Takes what has come of the body already, so that no handler sees a request that is wrong so far. */
  #beginBody(request: Request, section: FieldSection, from: number): number {
    const isChunked = section.isChunked
    const decoder = isChunked ? new ChunkedDecoder(this.#limits) : new LengthDecoder(section.contentLength)
    const body = new RequestBody(isChunked ? null : section.contentLength, this.#sink)
    request.body = body
    const at = this.#decode(decoder, body, from)
    if (at === REFUSED) this.#sink.requestRefused(decoder.error, request)
    else if (!decoder.isComplete) this.#open = { body, decoder }
    return at
  }

  #makeHeaders(parser: RequestParser, source: Buffer, start: number, end: number, limit: number): void {
    const base = this.#textBase(source, start, end, limit)
    const { section, fieldsStart, fieldsEnd } = parser
    section.headers = new Headers(this.#text, base + fieldsStart, base + fieldsEnd)
  }

  #readBody({ body, decoder }: OpenBody, from: number): number {
    const at = this.#decode(decoder, body, from)
    if (at !== REFUSED && !decoder.isComplete) return at
    this.#open = null
    if (at === REFUSED) {
      this.#sink.bodyRefused(decoder.error)
      return this.#limit
    }
    this.hasMore = at < this.#limit
    this.#sink.bodyRead()
    return at
  }

  #decode(decoder: BodyDecoder, body: RequestBody, from: number): number {
    const bytes = this.#bytes as Buffer
    const at = decoder.decode(bytes, from, this.#limit)
    if (at === REFUSED) return at
    body.push(bytes.subarray(from, decoder.dataEnd))
    if (decoder.isComplete) body.complete(decoder.trailers)
    return at
  }

  #whyNotServed(parser: RequestParser): ErrorCode | null {
    const { section } = parser
    if (parser.method === CONNECT) {
      // It has none, but who reads one all the same would begin the tunnel elsewhere than we do.
      if (section.contentLength > 0 || section.isChunked) return 'CAL_ERR_HTTP_CONNECT_CONTENT'
      if (!this.#servesConnect) return 'CAL_ERR_HTTP_CONNECT'
    }
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
