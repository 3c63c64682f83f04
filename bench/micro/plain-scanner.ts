import { BYTE_CLASSES, DIGIT, HOST, PATH, TARGET, TOKEN, VALUE } from '#calandria/http/parser/byte-classes.js'
import {
  equalsFolded,
  framingField,
  FramingField,
  parseContentLength,
} from '#calandria/http/parser/fields.js'
import { methodId } from '#calandria/http/methods.js'

const HTAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SP = 0x20
const COLON = 0x3a
const MOST_FIELDS = 100
const KEEP_ALIVE = Buffer.from('keep-alive', 'latin1')
const CLOSE = Buffer.from('close', 'latin1')

/**
 * What everybody would write first: one byte a step, a table of byte classes, a test for the end before each byte. For
 * whole heads in origin form it is as strict as the scanner and learns the same; it can't go on where it stopped.
 */
export class PlainScanner {
  method = 0
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

  /** @returns the position behind the head, or -1 */
  parse(bytes: Buffer, from: number, limit: number): number {
    this.contentLength = -1
    this.isChunked = this.saysClose = this.saysKeepAlive = false
    let i = skip(bytes, from, limit, TOKEN)
    if (i === from || bytes[i] !== SP) return -1
    this.method = methodId(bytes.toString('latin1', from, i))

    this.targetStart = ++i - from
    this.pathHash = 0x811c9dc5 | 0
    while (i < limit && (BYTE_CLASSES[bytes[i]!]! & PATH) !== 0)
      this.pathHash = Math.imul(this.pathHash ^ bytes[i++]!, 0x01000193)
    this.pathEnd = i - from
    i = skip(bytes, i, limit, TARGET)
    this.targetEnd = i - from
    if (bytes[from + this.targetStart] !== 0x2f /* slash */ || bytes[i] !== SP) return -1

    for (const char of [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e]) if (bytes[++i] !== char) return -1
    this.minorVersion = bytes[++i]! - 0x30
    if ((this.minorVersion !== 0 && this.minorVersion !== 1) || bytes[i + 1] !== CR || bytes[i + 2] !== LF)
      return -1
    i += 3
    this.fieldsStart = i - from
    return this.#parseFields(bytes, from, i, limit)
  }

  #parseFields(bytes: Buffer, from: number, start: number, limit: number): number {
    let hosts = 0
    let fields = 0
    let at = start
    while (bytes[at] !== CR) {
      const nameEnd = skip(bytes, at, limit, TOKEN)
      if (nameEnd === at || bytes[nameEnd] !== COLON || ++fields > MOST_FIELDS) return -1
      const end = skip(bytes, nameEnd + 1, limit, VALUE)
      if (bytes[end] !== CR || bytes[end + 1] !== LF) return -1
      const field = framingField(bytes, at, nameEnd)
      if (field === FramingField.Host) hosts++
      if (field !== FramingField.None && !this.#takeField(field, bytes, nameEnd + 1, end)) return -1
      at = end + 2
    }
    this.fieldsEnd = at - from
    return bytes[at + 1] === LF && (hosts === 1 || (hosts === 0 && this.minorVersion === 0)) ? at + 2 : -1
  }

  #takeField(field: FramingField, bytes: Buffer, from: number, to: number): boolean {
    let start = from
    let end = to
    while (start < end && (bytes[start] === SP || bytes[start] === HTAB)) start++
    while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HTAB)) end--
    if (field === FramingField.Host) return isHost(bytes, start, end)
    if (field === FramingField.ContentLength) {
      if (this.contentLength !== -1 || this.isChunked) return false
      this.contentLength = parseContentLength(bytes, start, end)
      return this.contentLength !== -1
    }
    if (field === FramingField.TransferEncoding) {
      if (this.contentLength !== -1 || this.isChunked) return false
      this.isChunked = bytes.toString('latin1', start, end).toLowerCase() === 'chunked'
      return this.isChunked
    }
    if (field === FramingField.Connection) {
      this.saysKeepAlive = equalsFolded(bytes, start, end, KEEP_ALIVE)
      this.saysClose = equalsFolded(bytes, start, end, CLOSE)
    }
    return true
  }
}

/** @returns the position of the first byte from `i` on that is not of the class */
function skip(bytes: Uint8Array, start: number, limit: number, byteClass: number): number {
  let i = start
  while (i < limit && (BYTE_CLASSES[bytes[i]!]! & byteClass) !== 0) i++
  return i
}

/** Without IP literals. */
function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  const nameEnd = skip(bytes, start, end, HOST)
  return nameEnd === end || (bytes[nameEnd] === COLON && skip(bytes, nameEnd + 1, end, DIGIT) === end)
}
