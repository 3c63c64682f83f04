/* eslint-disable @typescript-eslint/no-non-null-assertion -- the slack behind the data makes every index exist */
import type { ErrorCode } from '../../errors/catalogue.js'
import type { Limits } from '../limits.js'
import { CONNECT, GET, LONGEST_METHOD, methodId, OPTIONS, POST } from '../methods.js'
import { BYTE_CLASSES, PATH, TARGET, TOKEN, VALUE } from './byte-classes.js'
import { equalsFolded, framingField, FramingField, isHost, parseContentLength } from './fields.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from './request-parser.js'

const HTAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const SLASH = 0x2f
const COLON = 0x3a
const QUESTION = 0x3f

/** `HTTP/1.` */
const VERSION = Buffer.from('HTTP/1.', 'latin1')
/** Behind them come the minor digit, CR and LF. */
const VERSION_LINE = VERSION.length + 3

const KEEP_ALIVE = Buffer.from('keep-alive', 'latin1')

/** Where the scanner goes on when a head comes in pieces. */
enum Phase {
  Start,
  Method,
  Path,
  Query,
  Version,
  FieldName,
  FieldValue,
}

/**
 * The default engine: a strict scanner for HTTP/1.1 request heads (RFC 9112 §2–§6), one pass, no lenient mode.
 *
 * Two tricks carry it. A NUL behind the data (a *sentinel*) is in no byte class, so the loops need no test for
 * the end of the data. And where text runs long it takes four bytes a step. `bench/micro/scanner.ts` shows what
 * they are worth against a plain table-driven loop.
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

  readonly #limits: Limits
  #phase = Phase.Start
  /** Where to go on, relative to the head's start; {@link #mark} is where the piece at hand began. */
  #at = 0
  #mark = 0
  #field = FramingField.None
  #fields = 0
  #hosts = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  reset(): void {
    this.#phase = Phase.Start
    this.#at = 0
  }

  parse(bytes: Uint8Array, from: number, limit: number): number {
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
        while ((BYTE_CLASSES[bytes[i]!]! & TOKEN) !== 0) i++
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
      while ((BYTE_CLASSES[byte]! & PATH) !== 0) {
        hash = Math.imul(hash ^ byte, 0x01000193) // FNV-1a
        byte = bytes[++i]!
      }
      this.pathHash = hash
      if (i - mark > this.#limits.targetBytes) return this.#refuse('CAL_ERR_HTTP_TARGET_TOO_LONG')
      if (i >= limit) return this.#suspend(phase, i - from, mark - from)
      this.pathEnd = i - from
      phase = byte === QUESTION ? Phase.Query : Phase.Version
      if (phase === Phase.Version && !this.#endTarget(bytes, mark, i, from)) return REFUSED
      if (phase === Phase.Version) mark = ++i
    }

    if (phase === Phase.Query) {
      i = skip(bytes, i, TARGET)
      if (i - mark > this.#limits.targetBytes) return this.#refuse('CAL_ERR_HTTP_TARGET_TOO_LONG')
      if (i >= limit) return this.#suspend(phase, i - from, mark - from)
      if (!this.#endTarget(bytes, mark, i, from)) return REFUSED
      mark = ++i
      phase = Phase.Version
    }

    if (phase === Phase.Version) {
      const end = this.#scanVersion(bytes, mark, limit)
      if (end === NEED_MORE) return this.#suspend(phase, mark - from, mark - from)
      if (end === REFUSED) return REFUSED
      i = mark = end
      this.fieldsStart = i - from
      phase = Phase.FieldName
    }

    const fieldsStart = from + this.fieldsStart
    const mostBytes = this.#limits.headerBytes
    for (;;) {
      if (phase === Phase.FieldName) {
        let byte = bytes[i]!
        while ((BYTE_CLASSES[byte]! & TOKEN) !== 0) byte = bytes[++i]!
        if (i - fieldsStart > mostBytes) return this.#refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
        if (byte !== COLON || i === mark) {
          if (i >= limit) return this.#suspend(phase, i - from, mark - from)
          if (byte !== CR || i !== mark) return this.#refuse(faultyName(byte, i === mark))
          if (i + 1 >= limit) return this.#suspend(phase, i - from, mark - from)
          if (bytes[i + 1] !== LF) return this.#refuse('CAL_ERR_HTTP_LINE_END')
          this.fieldsEnd = i - from
          return this.#finish(i + 2)
        }
        this.#field = framingField(bytes, mark, i)
        mark = ++i
        phase = Phase.FieldValue
      }

      i = skip(bytes, i, VALUE)
      if (i - fieldsStart > mostBytes) return this.#refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
      if (bytes[i] !== CR || bytes[i + 1] !== LF) {
        if (i >= limit || (bytes[i] === CR && i + 1 >= limit))
          return this.#suspend(phase, i - from, mark - from)
        return this.#refuse(
          bytes[i] === CR || bytes[i] === LF ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_FIELD_VALUE',
        )
      }
      if (this.#field !== FramingField.None && !this.#takeField(bytes, mark, i)) return REFUSED
      if (++this.#fields > this.#limits.headerFields) return this.#refuse('CAL_ERR_HTTP_TOO_MANY_FIELDS')
      i += 2
      mark = i
      phase = Phase.FieldName
    }
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
    this.#field = FramingField.None
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

  /** The target ends at `end`; only a space may follow. */
  #endTarget(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    this.targetEnd = end - from
    const next = bytes[end]!
    let error: ErrorCode | null = null
    if (next !== SP) error = next === CR || next === LF ? 'CAL_ERR_HTTP_VERSION' : 'CAL_ERR_HTTP_TARGET'
    if (start === end) error = 'CAL_ERR_HTTP_TARGET'
    if (error === null && bytes[start] === SLASH && this.method !== CONNECT) return true
    if (error === null && this.#setOtherForm(bytes, start, end)) return true
    this.#refuse(error ?? 'CAL_ERR_HTTP_TARGET')
    return false
  }

  /** Targets that don't begin with a slash: rare, so read without haste (RFC 9112 §3.2.2 to §3.2.4). */
  #setOtherForm(bytes: Uint8Array, start: number, end: number): boolean {
    const target = latin1(bytes, start, end)
    if (this.method === CONNECT) {
      this.targetForm = TargetForm.Authority
      return /^[^:/?@]+:\d+$|^\[[^\]/?@]+\]:\d+$/.test(target) && isHost(bytes, start, end)
    }
    if (target === '*') {
      this.targetForm = TargetForm.Asterisk
      return this.method === OPTIONS
    }
    this.targetForm = TargetForm.Absolute
    const authority = /^https?:\/\/([^/?]+)/i.exec(target)
    if (authority === null) return false
    const authorityEnd = start + authority[0].length
    return isHost(bytes, authorityEnd - (authority[1] as string).length, authorityEnd)
  }

  /** @returns the position behind the line end, or NEED_MORE or REFUSED */
  #scanVersion(bytes: Uint8Array, start: number, limit: number): number {
    for (let i = 0; i < VERSION_LINE; i++) {
      const at = start + i
      if (at >= limit) return NEED_MORE
      const byte = bytes[at]!
      if (i < VERSION.length ? byte === VERSION[i] : isRestOfVersion(byte, i - VERSION.length)) continue
      const isOtherVersion = (i === 5 || i === 7) && byte >= 0x30 && byte <= 0x39
      return this.#refuse(isOtherVersion ? 'CAL_ERR_HTTP_VERSION_UNSUPPORTED' : faultyVersion(byte, i))
    }
    this.minorVersion = bytes[start + VERSION.length]! - 0x30
    return start + VERSION_LINE
  }

  #takeField(bytes: Uint8Array, from: number, to: number): boolean {
    let start = from
    let end = to
    while (start < end && isOws(bytes[start]!)) start++
    while (end > start && isOws(bytes[end - 1]!)) end--
    const error = this.#setField(bytes, start, end)
    if (error !== null) this.#refuse(error)
    return error === null
  }

  #setField(bytes: Uint8Array, start: number, end: number): ErrorCode | null {
    switch (this.#field) {
      case FramingField.Host:
        if (++this.#hosts > 1) return 'CAL_ERR_HTTP_HOST_REPEATED'
        return isHost(bytes, start, end) ? null : 'CAL_ERR_HTTP_HOST'
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
        else this.#setConnectionOptions(latin1(bytes, start, end))
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
  #setConnectionOptions(value: string): void {
    for (const option of value.toLowerCase().split(',')) {
      const name = option.trim()
      if (name === 'close') this.saysClose = true
      else if (name === 'keep-alive') this.saysKeepAlive = true
    }
  }

  /** The empty line is read: what could not be judged field by field is judged now. */
  #finish(end: number): number {
    if (this.#hosts === 0 && this.minorVersion === 1) return this.#refuse('CAL_ERR_HTTP_HOST_MISSING')
    this.reset()
    return end
  }
}

/** @returns the position of the first byte from `i` on that is not of `kind`; four bytes a step */
function skip(bytes: Uint8Array, i: number, kind: number): number {
  while (
    (BYTE_CLASSES[bytes[i]!]! &
      BYTE_CLASSES[bytes[i + 1]!]! &
      BYTE_CLASSES[bytes[i + 2]!]! &
      BYTE_CLASSES[bytes[i + 3]!]! &
      kind) !==
    0
  )
    i += 4
  while ((BYTE_CLASSES[bytes[i]!]! & kind) !== 0) i++
  return i
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

function faultyVersion(byte: number, index: number): ErrorCode {
  const isLineEnd = index > VERSION.length && (byte === LF || index === VERSION_LINE - 1)
  return isLineEnd ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_VERSION'
}

function faultyName(byte: number, isFirst: boolean): ErrorCode {
  if (byte === LF || (byte === CR && !isFirst)) return 'CAL_ERR_HTTP_LINE_END'
  if (isFirst && (byte === SP || byte === HTAB)) return 'CAL_ERR_HTTP_FOLDED'
  return 'CAL_ERR_HTTP_FIELD_NAME'
}

function isOws(byte: number): boolean {
  return byte === SP || byte === HTAB
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}
