import type { ErrorCode } from '../../errors/catalogue.js'
import type { Headers } from '../headers.js'
import { equalsFolded, FramingField, isHost, parseContentLength } from './fields.js'

const HTAB = 0x09
const SP = 0x20
const COMMA = 0x2c

const CLOSE = Buffer.from('close', 'latin1')
const KEEP_ALIVE = Buffer.from('keep-alive', 'latin1')
const UPGRADE = Buffer.from('upgrade', 'latin1')
const CHUNKED = Buffer.from('chunked', 'latin1')
const HUNDRED_CONTINUE = Buffer.from('100-continue', 'latin1')

/** What the fields of one header section say about the message's framing and its connection. */
export class FieldSection {
  /** Minor version of the message: HTTP/1.0 has no transfer codings, and need not have a Host. */
  readonly minorVersion: number
  /** There is nothing but a head to read: no length, no transfer coding, no expectation, no upgrade. */
  isPlain = true
  /** -1: there is none. */
  contentLength = -1
  isChunked = false
  /** The `Connection` field names `close`. */
  saysClose = false
  /** The `Connection` field names `keep-alive`. */
  saysKeepAlive = false
  /** The `Connection` field names `upgrade`. */
  saysUpgrade = false
  expectsContinue = false
  /** `Expect` asks for something that isn't `100-continue`. */
  expectsOther = false
  /** How many Host lines there are: not more than one. */
  hosts = 0
  /** How many field lines there are. */
  lines = 0
  /** All the fields, once somebody has made them: sections that are the same share them. */
  headers: Headers | null = null

  constructor(minorVersion: number) {
    this.minorVersion = minorVersion
  }

  /** Whether the connection goes on after the message (RFC 9112 §9.3). */
  get persists(): boolean {
    return !this.saysClose && (this.minorVersion === 1 || this.saysKeepAlive)
  }

  /** Takes a framing field with the value `bytes[from, to)`, white space around it included. @returns what is wrong */
  take(field: FramingField, bytes: Uint8Array, words: DataView, from: number, to: number): ErrorCode | null {
    let start = from
    let end = to
    while (isOws(bytes[start]) && start < end) start++
    while (isOws(bytes[end - 1]) && end > start) end--
    if (field !== FramingField.Host && field !== FramingField.Connection) this.isPlain = false
    switch (field) {
      case FramingField.Host:
        if (++this.hosts > 1) return 'CAL_ERR_HTTP_HOST_REPEATED'
        return isHost(words, start, end) ? null : 'CAL_ERR_HTTP_HOST'
      case FramingField.ContentLength:
        if (this.contentLength !== -1) return 'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED'
        if (this.isChunked) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
        this.contentLength = parseContentLength(bytes, start, end)
        return this.contentLength === -1 ? 'CAL_ERR_HTTP_CONTENT_LENGTH' : null
      case FramingField.TransferEncoding:
        if (this.contentLength !== -1) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
        if (this.isChunked || this.minorVersion === 0) return 'CAL_ERR_HTTP_TRANSFER_ENCODING'
        this.isChunked = equalsFolded(bytes, start, end, CHUNKED)
        return this.isChunked ? null : 'CAL_ERR_HTTP_TRANSFER_ENCODING'
      case FramingField.Connection:
        this.#takeConnectionOptions(bytes, start, end)
        return null
      case FramingField.Expect:
        if (equalsFolded(bytes, start, end, HUNDRED_CONTINUE)) this.expectsContinue = true
        else this.expectsOther = true
        return null
      case FramingField.None:
        return null
    }
  }

  /** HTTP/1.0 has no upgrades (RFC 9110 §7.8). */
  #takeUpgrade(): void {
    if (this.minorVersion === 0) return
    this.saysUpgrade = true
    this.isPlain = false
  }

  /** A list of options (RFC 9110 §7.6.1). */
  #takeConnectionOptions(bytes: Uint8Array, from: number, to: number): void {
    for (let start = from, next = from; next <= to; start = next) {
      let end = start
      while (end < to && bytes[end] !== COMMA) end++
      next = end + 1
      while (start < end && isOws(bytes[start])) start++
      while (end > start && isOws(bytes[end - 1])) end--
      if (equalsFolded(bytes, start, end, CLOSE)) this.saysClose = true
      else if (equalsFolded(bytes, start, end, KEEP_ALIVE)) this.saysKeepAlive = true
      else if (equalsFolded(bytes, start, end, UPGRADE)) this.#takeUpgrade()
    }
  }
}

function isOws(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB
}
