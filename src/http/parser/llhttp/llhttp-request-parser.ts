/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is below a limit that was checked */
import type { ErrorCode } from '../../../errors/catalogue.js'
import type { Limits } from '../../limits.js'
import { CONNECT, GET, LONGEST_METHOD, methodId, UNKNOWN_METHOD } from '../../methods.js'
import { BYTE_CLASSES, PATH, TARGET, TOKEN } from '../byte-classes.js'
import { FieldSection } from '../field-section.js'
import { framingField, FramingField } from '../fields.js'
import { VERSION_LINE, VERSION_PREFIX } from '../faults.js'
import { otherTargetForm } from '../other-target.js'
import { NEED_MORE, REFUSED, type RequestParser, TargetForm } from '../request-parser.js'
import { isVersion11 } from '../words.js'
import { Errno } from './errno.js'
import { MessageType } from './llhttp-exports.js'
import { type LlhttpInstance, MOST_BYTES_AT_ONCE } from './llhttp-instance.js'
import type { LlhttpSink } from './llhttp-sink.js'
import { type Refusals } from './refusals.js'

const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const SLASH = 0x2f
const COLON = 0x3a
const NONE = -1

/** What llhttp is given first: most heads are shorter, and what stands behind a head is copied in vain. */
const FIRST_BYTES = 1024

/** llhttp refuses methods that it doesn't know, but they are answered with 501. It reads this in their place. */
const STAND_IN = Buffer.from('GET', 'latin1')

/** How far the request line has been read. */
const enum Part {
  Path,
  Query,
  Version,
  Fields,
}

/**
 * The second engine: Node's own parser, llhttp, finds the tokens. It is more lenient than RFC 9112 in places, so all
 * that {@link Scanner} refuses and llhttp lets through is checked here, token by token: both engines accept the
 * same heads. (llhttp refuses a few more: see `test/http/parser/llhttp-answers.ts`.)
 *
 * llhttp keeps the state of an incomplete head, and is given every byte once.
 */
export class LlhttpRequestParser implements RequestParser, LlhttpSink {
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

  readonly #limits: Limits
  readonly #llhttp: LlhttpInstance
  readonly #refusals: Refusals
  /** llhttp's memory; 0 while no head has begun. */
  #parser = 0
  /** How much of the head llhttp has read. */
  #fed = 0
  #part = Part.Path
  /** How far the request line has been checked. */
  #at = 0
  /** The field line that llhttp is reading. */
  #nameStart = NONE
  #nameEnd = NONE
  /** Where the first fault stands that llhttp has let through. */
  #faultAt = NONE

  #bytes: Uint8Array = new Uint8Array(0)
  #words: DataView = new DataView(new ArrayBuffer(0))
  #from = 0

  constructor(llhttp: LlhttpInstance, limits: Limits, refusals: Refusals) {
    this.#llhttp = llhttp
    this.#limits = limits
    this.#refusals = refusals
  }

  reset(): void {
    if (this.#parser !== 0) this.#llhttp.release(MessageType.Request, this.#parser)
    this.#parser = 0
  }

  parse(bytes: Uint8Array, from: number, limit: number): number {
    this.#from = from
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    const end = this.#parser === 0 ? this.#begin(limit) : NEED_MORE
    if (end === REFUSED || this.#parser === 0) return end
    while (from + this.#fed < limit) {
      const stopped = this.#feed(Math.min(limit, from + this.#fed + MOST_BYTES_AT_ONCE))
      if (stopped !== NEED_MORE) return stopped
    }
    return NEED_MORE
  }

  /** Reads the method, which is short, so it is read again when it comes in pieces; then llhttp gets the first bytes. */
  #begin(limit: number): number {
    const bytes = this.#bytes
    const from = this.#from
    let i = from
    // RFC 9112 §2.2: one empty line before the request line is ignored. llhttp takes any number of CR and LF.
    if (i < limit && bytes[i] === CR) {
      if (i + 1 >= limit) return NEED_MORE
      if (bytes[i + 1] !== LF) return this.#refuse(i + 1 - from, Errno.InvalidMethod)
      i += 2
    }
    const start = i
    while (i < limit && (BYTE_CLASSES[bytes[i]!]! & TOKEN) !== 0) i++
    if (i - start > LONGEST_METHOD) return this.#refuse(start + LONGEST_METHOD - from, Errno.InvalidMethod)
    if (i >= limit) return NEED_MORE
    if (bytes[i] !== SP || i === start) return this.#refuse(i - from, Errno.InvalidMethod)
    this.method = isGet(bytes, start, i) ? GET : methodId(latin1(bytes, start, i))

    this.targetForm = TargetForm.Origin
    this.pathHash = 0x811c9dc5 | 0
    this.targetStart = i + 1 - from
    this.fieldsStart = 0
    this.#part = Part.Path
    this.#at = this.targetStart
    this.#nameStart = this.#nameEnd = this.#faultAt = NONE
    this.#parser = this.#llhttp.take(MessageType.Request)
    this.#fed = start - from
    return this.#feed(Math.min(limit, start + FIRST_BYTES), i - start)
  }

  /** Gives llhttp the bytes up to `to`. @returns as {@link parse} */
  #feed(to: number, methodLength = 0): number {
    const llhttp = this.#llhttp
    const from = this.#from
    const standIn = methodLength > 0 && this.method === UNKNOWN_METHOD ? STAND_IN : null
    const first = from + this.#fed
    llhttp.load(this.#bytes, first, to, from, standIn, methodLength)
    const errno = llhttp.run(this.#parser, this)
    const end = errno === Errno.Ok ? to - from : llhttp.stoppedAt(this.#parser)
    this.#fed = to - from
    // What was found in the request line stands before whatever else was found.
    if (this.#faultAt === NONE && this.#part !== Part.Fields)
      this.#readRequestLine(errno === Errno.Ok ? to : Math.min(to, from + end + 1))
    if (this.#faultAt !== NONE) return this.#refuse(this.#faultAt, Errno.User)
    if (errno === Errno.Paused) return this.#finish(end)
    if (errno !== Errno.Ok) return this.#refuse(end, errno)
    if (!this.#endLineAtEnd(end)) return this.#refuse(this.#faultAt, Errno.User)
    return this.#isTooLarge(end) ? this.#refuse(end - 1, Errno.User) : NEED_MORE
  }

  /**
   * Checks what has come of target and version. llhttp takes more characters in a target, several spaces behind it,
   * no version at all, and others than ours.
   */
  #readRequestLine(limit: number): void {
    const bytes = this.#bytes
    const from = this.#from
    let i = from + this.#at
    if (this.#part === Part.Path) {
      let hash = this.pathHash
      while (i < limit && (BYTE_CLASSES[bytes[i]!]! & PATH) !== 0)
        hash = Math.imul(hash ^ bytes[i++]!, 0x01000193)
      this.pathHash = hash
      this.pathEnd = i - from
      if (i < limit) this.#part = Part.Query
    }
    if (this.#part === Part.Query) {
      while (i < limit && (BYTE_CLASSES[bytes[i]!]! & TARGET) !== 0) i++
      this.targetEnd = i - from
      if (i < limit && !this.#takeTarget(i)) return
    }
    if (this.#part === Part.Version) {
      this.#readVersion(i, limit)
      return
    }
    const longest = this.targetStart + this.#limits.targetBytes
    if (i - from > longest) this.#faultAt = longest
    this.#at = i - from
  }

  #readVersion(from: number, limit: number): void {
    const bytes = this.#bytes
    const start = this.#from + this.targetEnd + 1
    const end = start + VERSION_LINE
    let i = limit >= end && isVersion11(this.#words, start) ? end : Math.max(from, start)
    while (i < limit && i < end && isVersionByte(bytes[i]!, i - start)) i++
    this.#at = i - this.#from
    if (i < end) {
      if (i < limit) this.#faultAt = this.#at
      return
    }
    this.#part = Part.Fields
    this.fieldsStart = this.#at
    this.minorVersion = bytes[start + VERSION_PREFIX.length]! - 0x30
    this.section = new FieldSection(this.minorVersion)
  }

  /** The target ends at `end`. */
  #takeTarget(end: number): boolean {
    const start = this.#from + this.targetStart
    if (end - start > this.#limits.targetBytes) {
      this.#faultAt = this.targetStart + this.#limits.targetBytes
      return false
    }
    const isOriginForm = this.#bytes[start] === SLASH && this.method !== CONNECT
    if (this.#bytes[end] === SP && !isOriginForm) {
      const target = latin1(this.#bytes, start, end)
      const form = otherTargetForm(this.method, target, this.#words, start)
      if (form !== null) this.targetForm = form
      else this.#faultAt = this.targetEnd
    } else if (this.#bytes[end] !== SP) {
      this.#faultAt = this.targetEnd
    }
    this.#part = Part.Version
    return this.#faultAt === NONE
  }

  /** The scanner's rule: it looks at the first byte behind a name, a value or the empty line. */
  #isTooLarge(end: number): boolean {
    if (this.#part !== Part.Fields) return false
    const next = this.#bytes[this.#from + end - 1] === CR ? end - 1 : end
    return next > this.fieldsStart + this.#limits.headerBytes
  }

  /** llhttp tells that a line has ended when the next one begins; a faulty one must not wait for that. */
  #endLineAtEnd(end: number): boolean {
    const behind = this.#bytes[this.#from + end - 1] === CR ? end - 1 : end
    if (this.#nameStart === NONE || this.#bytes[this.#from + behind - 1] !== LF) return true
    const isGood = this.#endLine(behind - 2)
    this.#nameStart = this.#nameEnd = NONE
    return isGood
  }

  /** A field line ends at `lineEnd`. @returns whether all is well */
  #endLine(lineEnd: number): boolean {
    const bytes = this.#bytes
    const from = this.#from
    const nameEnd = from + this.#nameEnd
    const end = from + lineEnd
    const { section } = this
    // llhttp has a lenient mode in which lines end otherwise; it is off, and this is to stay true.
    let isGood = bytes[nameEnd] === COLON && bytes[end] === CR && bytes[end + 1] === LF
    if (isGood) {
      const field = framingField(bytes, from + this.#nameStart, nameEnd)
      isGood =
        field === FramingField.None || section.take(field, bytes, this.#words, nameEnd + 1, end) === null
    }
    if (isGood) isGood = ++section.lines <= this.#limits.headerFields
    if (!isGood) this.#faultAt = lineEnd + 1
    return isGood
  }

  #finish(end: number): number {
    this.fieldsEnd = end - 2
    if (this.#nameStart !== NONE && !this.#endLine(this.fieldsEnd - 2))
      return this.#refuse(this.#faultAt, Errno.User)
    const isHostMissing = this.section.hosts === 0 && this.minorVersion === 1
    const isTooLarge = this.fieldsEnd - this.fieldsStart > this.#limits.headerBytes
    // llhttp knows requests without a version; none of them gets here, and this is to stay true.
    const isUnread = this.#part !== Part.Fields
    if (isHostMissing || isTooLarge || isUnread) return this.#refuse(end - 1, Errno.User)
    this.reset()
    return this.#from + end
  }

  /** @param at where the fault stands: what comes behind it has no say in which one it is */
  #refuse(at: number, errno: Errno): number {
    this.error = this.#refusals.explain(errno, this.section, this.#bytes, this.#from, this.#from + at)
    this.reset()
    return REFUSED
  }

  messageBegin(): number {
    return Errno.Ok
  }

  url(): number {
    return Errno.Ok // the bytes are checked by themselves, for llhttp takes more of them
  }

  status(): number {
    return Errno.User
  }

  headerField(start: number, end: number): number {
    if (start === this.#nameEnd) {
      this.#nameEnd = end // the name came in pieces
      return Errno.Ok
    }
    if (this.#part !== Part.Fields) {
      this.#readRequestLine(this.#from + start)
      if (this.#faultAt !== NONE) return Errno.User
    }
    if (this.#nameStart !== NONE && !this.#endLine(start - 2)) return Errno.User
    this.#nameStart = start
    this.#nameEnd = end
    return Errno.Ok
  }

  headerValue(): number {
    return Errno.Ok
  }

  headersComplete(): number {
    return Errno.Paused // the body is not read by llhttp
  }

  body(): number {
    return Errno.User
  }

  messageComplete(): number {
    return Errno.Ok
  }
}

/** Told by its bytes, for making a string of them costs more than that (`bench/micro/engines.ts`). */
function isGet(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
}

function isVersionByte(byte: number, index: number): boolean {
  if (index < VERSION_PREFIX.length) return byte === VERSION_PREFIX[index]
  if (index === VERSION_PREFIX.length) return byte === 0x30 || byte === 0x31
  return byte === (index === VERSION_LINE - 1 ? LF : CR)
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
