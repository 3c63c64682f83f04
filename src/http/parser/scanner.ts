/* eslint-disable @typescript-eslint/no-non-null-assertion -- the slack behind the data makes every index exist */
import type { ErrorCode } from '../../errors/catalogue.js'
import type { Limits } from '../limits.js'
import { CONNECT, GET, LONGEST_METHOD, methodId, OPTIONS, POST } from '../methods.js'
import { BYTE_CLASSES, PATH, TARGET, TOKEN } from './byte-classes.js'
import { equalsFolded, framingField, FramingField, isHost, parseContentLength } from './fields.js'
import { faultyName, faultyVersion, VERSION_LINE, VERSION_PREFIX } from './faults.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from './request-parser.js'
import { CR_LF, isVersion11, PAIR_CLASSES, skipValue } from './words.js'

const HTAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const COMMA = 0x2c
const SLASH = 0x2f
const COLON = 0x3a

const KEEP_ALIVE = Buffer.from('keep-alive', 'latin1')
const CLOSE = Buffer.from('close', 'latin1')

/** Where the scanner goes on when a head comes in pieces. */
const enum Phase {
  Start,
  Method,
  Path,
  Query,
  Version,
  FieldName,
  FieldValue,
}

const NONE = FramingField.None
const LONGEST_FRAMING_FIELD = 'transfer-encoding'.length
const HOST_FIELD = FramingField.Host

/** V8 takes a constant of this module for a constant, an imported one not: 15 % of a head (`bench/micro/scanner.ts`). */
const CLASSES = BYTE_CLASSES
const PAIRS = PAIR_CLASSES

/**
 * The default engine: a strict scanner for HTTP/1.1 request heads (RFC 9112 §2–§6), one pass, no lenient mode.
 *
 * Two tricks carry it. A NUL behind the data (a *sentinel*) is in no byte class, so the loops need no test for
 * the end of the data. And field values, where most of the text is, are checked four bytes at a time in one 32-bit
 * word. `bench/micro/scanner.ts` shows what they are worth against a plain table-driven loop.
 *
 * Which error is reported depends on the bytes up to the first fault alone, never on how they were cut.
 */
export class Scanner implements RequestParser {
  error: ErrorCode = 'CAL_ERR_HTTP_METHOD'

  method = 0
  targetForm = TargetForm.Origin
  targetStart = 0
  targetEnd = 0
  pathEnd = 0
  pathHash = 0
  minorVersion = 1
  fieldsStart = 0
  fieldsEnd = 0

  contentLength = -1
  isChunked = false
  saysClose = false
  saysKeepAlive = false
  expectsContinue = false
  expectsOther = false

  readonly #targetBytes: number
  readonly #headerBytes: number
  readonly #headerFields: number
  #phase = Phase.Start
  /** Where to go on, relative to the head's start; {@link #mark} is where the piece at hand began. */
  #at = 0
  #mark = 0
  #field: FramingField = NONE
  #fields = 0
  #hosts = 0
  /** The bytes of the last call, and a view that reads four of them at once. */
  #viewed: Uint8Array | null = null
  #words: DataView = new DataView(new ArrayBuffer(0))

  constructor(limits: Limits) {
    this.#targetBytes = limits.targetBytes
    this.#headerBytes = limits.headerBytes
    this.#headerFields = limits.headerFields
  }

  reset(): void {
    this.#phase = Phase.Start
    this.#at = 0
  }

  parse(bytes: Uint8Array, from: number, limit: number): number {
    if (bytes !== this.#viewed) this.#view(bytes)
    bytes[limit] = 0
    let phase = this.#phase
    let i = from + this.#at
    let mark = from + this.#mark

    if (phase === Phase.Start) {
      // RFC 9112 §2.2: an empty line before the request line is ignored; one, not any number of them.
      if (bytes[i] === CR) {
        if (i + 1 >= limit) return this.#suspend(phase, i - from, 0)
        if (bytes[i + 1] !== LF) return this.#refuse('CAL_ERR_HTTP_LINE_END')
        i += 2
      }
      this.#begin()
      mark = i
      phase = Phase.Method
    }

    if (phase === Phase.Method) {
      // GET and POST are told by their bytes. A method is short: it is read again when it comes in pieces.
      i = mark
      if (bytes[i] === 0x47 && bytes[i + 1] === 0x45 && bytes[i + 2] === 0x54 && bytes[i + 3] === SP) {
        this.method = GET
        i += 3
      } else {
        while ((CLASSES[bytes[i]!]! & TOKEN) !== 0) i++
        if (i - mark > LONGEST_METHOD) return this.#refuse('CAL_ERR_HTTP_METHOD_TOO_LONG')
        if (i >= limit) return this.#suspend(phase, mark - from, mark - from)
        if (bytes[i] !== SP || i === mark) return this.#refuse('CAL_ERR_HTTP_METHOD')
        this.method = isPost(bytes, mark, i) ? POST : methodId(latin1(bytes, mark, i))
      }
      i++
      this.targetStart = i - from
      mark = i
      phase = Phase.Path
    }

    if (phase === Phase.Path) {
      let hash = this.pathHash
      let byte = bytes[i]!
      while ((CLASSES[byte]! & PATH) !== 0) {
        hash = Math.imul(hash ^ byte, 0x01000193) // FNV-1a
        byte = bytes[++i]!
      }
      this.pathHash = hash
      if (i - mark > this.#targetBytes) return this.#refuse('CAL_ERR_HTTP_TARGET_TOO_LONG')
      if (i >= limit) return this.#suspend(phase, i - from, mark - from)
      this.pathEnd = i - from
      phase = Phase.Query // which may be empty
    }

    if (phase === Phase.Query) {
      while ((CLASSES[bytes[i]!]! & TARGET) !== 0) i++
      if (i - mark > this.#targetBytes) return this.#refuse('CAL_ERR_HTTP_TARGET_TOO_LONG')
      if (i >= limit) return this.#suspend(phase, i - from, mark - from)
      this.targetEnd = i - from
      const isOriginForm = bytes[i] === SP && bytes[mark] === SLASH && this.method !== CONNECT
      if (!isOriginForm && !this.#takeOtherTarget(bytes, mark, i)) return REFUSED
      mark = ++i
      phase = Phase.Version
    }

    if (phase === Phase.Version) {
      if (isVersion11(this.#words, i)) {
        this.minorVersion = 1
        i += VERSION_LINE
      } else {
        i = this.#scanVersion(bytes, mark, limit)
        if (i === NEED_MORE) return this.#suspend(phase, mark - from, mark - from)
        if (i === REFUSED) return REFUSED
      }
      mark = i
      this.fieldsStart = i - from
      phase = Phase.FieldName
    }

    const words = this.#words
    const mostHeaderBytes = from + this.fieldsStart + this.#headerBytes
    let field = this.#field
    for (;;) {
      if (phase === Phase.FieldName) {
        while ((PAIRS[words.getUint16(i, true)]! & TOKEN) !== 0) i += 2
        if ((CLASSES[bytes[i]!]! & TOKEN) !== 0) i++
        if (i > mostHeaderBytes) return this.#refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
        if (bytes[i] !== COLON || i === mark) {
          if (i >= limit) return this.#suspend(phase, i - from, mark - from)
          if (bytes[i] !== CR || i !== mark) return this.#refuse(faultyName(bytes[i]!, i === mark))
          if (i + 1 >= limit) return this.#suspend(phase, i - from, mark - from)
          if (bytes[i + 1] !== LF) return this.#refuse('CAL_ERR_HTTP_LINE_END')
          this.fieldsEnd = i - from
          return this.#finish(i + 2)
        }
        field = i - mark <= LONGEST_FRAMING_FIELD ? framingField(bytes, mark, i) : NONE
        mark = ++i
        phase = Phase.FieldValue
      }

      i = skipValue(words, i)
      if (i > mostHeaderBytes) return this.#refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
      if (words.getInt16(i, true) !== CR_LF) {
        const byte = bytes[i]!
        if (byte === HTAB) {
          i++ // allowed, but rare enough to stop for
          continue
        }
        this.#field = field
        if (i >= limit || (byte === CR && i + 1 >= limit)) return this.#suspend(phase, i - from, mark - from)
        return this.#refuse(byte === CR || byte === LF ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_FIELD_VALUE')
      }
      if (field === HOST_FIELD && this.#hosts === 0 && bytes[mark] === SP && isHost(words, mark + 1, i))
        this.#hosts = 1
      else if (field !== NONE && !this.#takeField(field, bytes, mark, i)) return REFUSED
      if (++this.#fields > this.#headerFields) return this.#refuse('CAL_ERR_HTTP_TOO_MANY_FIELDS')
      i += 2
      mark = i
      phase = Phase.FieldName
    }
  }

  #view(bytes: Uint8Array): void {
    this.#viewed = bytes
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  #begin(): void {
    this.targetForm = TargetForm.Origin
    this.pathHash = 0x811c9dc5 | 0
    this.contentLength = -1
    this.isChunked = false
    this.saysClose = false
    this.saysKeepAlive = false
    this.expectsContinue = false
    this.expectsOther = false
    this.#fields = 0
    this.#hosts = 0
  }

  #suspend(phase: Phase, at: number, mark: number): number {
    this.#phase = phase
    this.#at = at
    this.#mark = mark
    return NEED_MORE
  }

  #refuse(error: ErrorCode): number {
    this.error = error
    this.reset()
    return REFUSED
  }

  /** The target doesn't begin with a slash, or not end with a space: rare, so judged without haste. */
  #takeOtherTarget(bytes: Uint8Array, start: number, end: number): boolean {
    const next = bytes[end]!
    let error: ErrorCode | null = null
    if (next !== SP) error = next === CR || next === LF ? 'CAL_ERR_HTTP_VERSION' : 'CAL_ERR_HTTP_TARGET'
    else if (!this.#setOtherForm(latin1(bytes, start, end), start)) error = 'CAL_ERR_HTTP_TARGET'
    if (start === end) error = 'CAL_ERR_HTTP_TARGET'
    if (error !== null) this.#refuse(error)
    return error === null
  }

  /** RFC 9112 §3.2.2 to §3.2.4. */
  #setOtherForm(target: string, start: number): boolean {
    if (this.method === CONNECT) {
      this.targetForm = TargetForm.Authority
      const isHostAndPort = /^(?:[^:/?@[\]]+|\[[^/?@[\]]+\]):\d+$/.test(target)
      return isHostAndPort && isHost(this.#words, start, start + target.length)
    }
    if (target === '*') {
      this.targetForm = TargetForm.Asterisk
      return this.method === OPTIONS
    }
    this.targetForm = TargetForm.Absolute
    const authority = /^https?:\/\/([^/?]+)/i.exec(target)
    if (authority === null) return false
    const end = start + authority[0].length
    return isHost(this.#words, end - (authority[1] as string).length, end)
  }

  /** @returns the position behind the line end, or NEED_MORE or REFUSED */
  #scanVersion(bytes: Uint8Array, start: number, limit: number): number {
    for (let i = 0; i < VERSION_LINE; i++) {
      const at = start + i
      if (at >= limit) return NEED_MORE
      const byte = bytes[at]!
      if (
        i < VERSION_PREFIX.length
          ? byte === VERSION_PREFIX[i]
          : isRestOfVersion(byte, i - VERSION_PREFIX.length)
      )
        continue
      const isOtherVersion = (i === 5 || i === 7) && byte >= 0x30 && byte <= 0x39
      return this.#refuse(isOtherVersion ? 'CAL_ERR_HTTP_VERSION_UNSUPPORTED' : faultyVersion(byte, i))
    }
    this.minorVersion = bytes[start + VERSION_PREFIX.length]! - 0x30
    return start + VERSION_LINE
  }

  #takeField(field: FramingField, bytes: Uint8Array, from: number, to: number): boolean {
    let start = from
    let end = to
    while (isOws(bytes[start]!) && start < end) start++
    while (isOws(bytes[end - 1]!) && end > start) end--
    const error = this.#setField(field, bytes, start, end)
    if (error !== null) this.#refuse(error)
    return error === null
  }

  #setField(field: FramingField, bytes: Uint8Array, start: number, end: number): ErrorCode | null {
    switch (field) {
      case FramingField.Host:
        if (++this.#hosts > 1) return 'CAL_ERR_HTTP_HOST_REPEATED'
        return isHost(this.#words, start, end) ? null : 'CAL_ERR_HTTP_HOST'
      case FramingField.ContentLength:
        if (this.contentLength !== -1) return 'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED'
        if (this.isChunked) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
        this.contentLength = parseContentLength(bytes, start, end)
        return this.contentLength === -1 ? 'CAL_ERR_HTTP_CONTENT_LENGTH' : null
      case FramingField.TransferEncoding:
        if (this.contentLength !== -1) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
        if (this.isChunked || this.minorVersion === 0) return 'CAL_ERR_HTTP_TRANSFER_ENCODING'
        this.isChunked = latin1(bytes, start, end).toLowerCase() === 'chunked'
        return this.isChunked ? null : 'CAL_ERR_HTTP_TRANSFER_ENCODING'
      case FramingField.Connection:
        if (equalsFolded(bytes, start, end, KEEP_ALIVE)) this.saysKeepAlive = true
        else this.#setConnectionOptions(bytes, start, end)
        return null
      case FramingField.Expect:
        if (latin1(bytes, start, end).toLowerCase() === '100-continue') this.expectsContinue = true
        else this.expectsOther = true
        return null
      case FramingField.None:
        return null
    }
  }

  /** A list of options (RFC 9110 §7.6.1). Browsers send `keep-alive` alone, which never comes here. */
  #setConnectionOptions(bytes: Uint8Array, from: number, to: number): void {
    for (let start = from, next = from; next <= to; start = next) {
      let end = start
      while (end < to && bytes[end] !== COMMA) end++
      next = end + 1
      while (start < end && isOws(bytes[start]!)) start++
      while (end > start && isOws(bytes[end - 1]!)) end--
      if (equalsFolded(bytes, start, end, CLOSE)) this.saysClose = true
      else if (equalsFolded(bytes, start, end, KEEP_ALIVE)) this.saysKeepAlive = true
    }
  }

  /** The empty line is read: what could not be judged field by field is judged now. */
  #finish(end: number): number {
    if (this.#hosts === 0 && this.minorVersion === 1) return this.#refuse('CAL_ERR_HTTP_HOST_MISSING')
    this.reset()
    return end
  }
}

function isPost(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 4 &&
    bytes[start] === 0x50 &&
    bytes[start + 1] === 0x4f &&
    bytes[start + 2] === 0x53 &&
    bytes[start + 3] === 0x54
  )
}

/** Behind `HTTP/1.`: a minor version that we speak, CR, LF. */
function isRestOfVersion(byte: number, index: number): boolean {
  if (index === 0) return byte === 0x30 || byte === 0x31
  return byte === (index === 1 ? CR : LF)
}

function isOws(byte: number): boolean {
  return byte === SP || byte === HTAB
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
