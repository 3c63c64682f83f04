/* eslint-disable @typescript-eslint/no-non-null-assertion -- the slack behind the data makes every index exist */
import type { ErrorCode } from '../../errors/catalogue.js'
import type { Limits } from '../limits.js'
import { CONNECT, GET, LONGEST_METHOD, methodId, POST } from '../methods.js'
import { BYTE_CLASSES, PATH, TARGET, TOKEN } from './byte-classes.js'
import { FieldSection } from './field-section.js'
import { framingField, FramingField, isHost } from './fields.js'
import { KeptBytes } from './kept-bytes.js'
import { faultyName, faultyVersion, VERSION_LINE, VERSION_PREFIX } from './faults.js'
import { otherTargetForm } from './other-target.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from './request-parser.js'
import { CR_LF, isVersion11, PAIR_CLASSES, skipValue } from './words.js'

const HTAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const SLASH = 0x2f
const COLON = 0x3a

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

/** V8 takes a constant of this module for a constant, an imported one not: 20 % of these loops (`bench/micro/scanner-loops.ts`). */
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

  section = new FieldSection(1)

  readonly #targetBytes: number
  readonly #headerBytes: number
  readonly #headerFields: number
  readonly #kept: KeptBytes<FieldSection>
  #phase = Phase.Start
  /** Where to go on, relative to the head's start; {@link #mark} is where the piece at hand began. */
  #at = 0
  #mark = 0
  #field: FramingField = NONE
  /** The bytes of the last call, and a view that reads four of them at once. */
  #viewed: Uint8Array | null = null
  #words: DataView = new DataView(new ArrayBuffer(0))

  /** @param kept what has been seen already; parsers may share it */
  constructor(limits: Limits, kept = new KeptBytes<FieldSection>()) {
    this.#targetBytes = limits.targetBytes
    this.#headerBytes = limits.headerBytes
    this.#headerFields = limits.headerFields
    this.#kept = kept
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
      const known = this.#kept.match(this.#words, i, limit)
      if (known !== null && known.minorVersion === this.minorVersion) {
        this.section = known
        return this.#finish(i + this.#kept.length, from)
      }
      this.section = new FieldSection(this.minorVersion)
      phase = Phase.FieldName
    }

    const { section } = this
    const words = this.#words
    const fieldsStart = from + this.fieldsStart
    const mostHeaderBytes = fieldsStart + this.#headerBytes
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
          if (section.hosts === 0 && section.minorVersion === 1)
            return this.#refuse('CAL_ERR_HTTP_HOST_MISSING')
          this.#kept.keep(words, fieldsStart, i + 2 - fieldsStart, section)
          return this.#finish(i + 2, from)
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
      if (field === HOST_FIELD && section.hosts === 0 && bytes[mark] === SP && isHost(words, mark + 1, i)) {
        section.hosts = 1
      } else if (field !== NONE) {
        const error = section.take(field, bytes, words, mark, i)
        if (error !== null) return this.#refuse(error)
      }
      if (++section.lines > this.#headerFields) return this.#refuse('CAL_ERR_HTTP_TOO_MANY_FIELDS')
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

  #setOtherForm(target: string, start: number): boolean {
    const form = otherTargetForm(this.method, target, this.#words, start)
    this.targetForm = form ?? TargetForm.Origin
    return form !== null
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

  #finish(end: number, from: number): number {
    this.fieldsEnd = end - 2 - from
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

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
