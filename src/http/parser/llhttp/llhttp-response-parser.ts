import type { ErrorCode } from '../../../errors/catalogue.js'
import { Headers } from '../../headers.js'
import { DEFAULT_LIMITS } from '../../limits.js'
import { Errno } from './errno.js'
import { FieldLines } from './field-lines.js'
import { MessageType } from './llhttp-exports.js'
import { type LlhttpInstance, MOST_BYTES_AT_ONCE } from './llhttp-instance.js'
import type { LlhttpSink } from './llhttp-sink.js'
import type {
  ResponseEnd,
  ResponseHead,
  ResponseLimits,
  ResponseListener,
  ResponseParser,
} from './response-parser.js'

const LETTER_H = 0x48
/** What a callback returns when no body follows a head. */
const NO_BODY = 1

type Event =
  | { readonly head: ResponseHead }
  | { readonly start: number; readonly to: number }
  | { readonly end: ResponseEnd }

/** Memory of parsers that nobody has disposed of: WebAssembly has no garbage collector of its own. */
const forgotten = new FinalizationRegistry<{ llhttp: LlhttpInstance; parser: number }>(
  ({ llhttp, parser }) => {
    llhttp.release(MessageType.Response, parser)
  },
)

/** See {@link ResponseParser}. */
export class LlhttpResponseParser implements ResponseParser, LlhttpSink {
  error: ErrorCode | null = null
  isUpgraded = false

  readonly #llhttp: LlhttpInstance
  readonly #listener: ResponseListener
  readonly #limits: Required<ResponseLimits>
  readonly #methods: string[] = []
  readonly #fields = new FieldLines()
  /** llhttp's memory; 0 when disposed of. */
  #parser: number
  /** The bytes being read, and what was found in them: told when llhttp has stopped, so a listener may do anything. */
  #bytes: Uint8Array = new Uint8Array(0)
  #events: Event[] = []
  /** A response has ended, and where is known as soon as llhttp has stopped. */
  #ended: Omit<ResponseEnd, 'at'> | null = null
  #isMidMessage = false
  #isInformational = false
  #reason = ''
  #fault: ErrorCode = 'CAL_ERR_REPLY_MALFORMED'

  constructor(llhttp: LlhttpInstance, listener: ResponseListener, limits: ResponseLimits = {}) {
    this.#llhttp = llhttp
    this.#listener = listener
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#parser = llhttp.take(MessageType.Response)
    forgotten.register(this, { llhttp, parser: this.#parser }, this)
  }

  expect(method: string): void {
    this.#methods.push(method)
  }

  get awaited(): number {
    return this.#methods.length
  }

  read(bytes: Uint8Array, from: number, limit: number): number {
    let at = from
    while (at < limit && this.error === null && !this.isUpgraded) {
      if (this.#parser === 0) return at
      at = this.#readPiece(bytes, at, Math.min(limit, at + MOST_BYTES_AT_ONCE))
      this.#tell(bytes)
    }
    return at
  }

  end(): void {
    if (this.error !== null || this.#parser === 0 || !this.#isMidMessage) return
    const errno = this.#llhttp.finish(this.#parser, this)
    this.#endAt(0)
    if (errno !== Errno.Ok && errno !== Errno.Paused) this.error = 'CAL_ERR_REPLY_CUT_SHORT'
    this.#tell(this.#bytes)
  }

  [Symbol.dispose](): void {
    if (this.#parser === 0) return
    forgotten.unregister(this)
    this.#llhttp.release(MessageType.Response, this.#parser)
    this.#parser = 0
  }

  #readPiece(bytes: Uint8Array, from: number, to: number): number {
    const llhttp = this.#llhttp
    this.#bytes = bytes
    llhttp.load(bytes, from, to, 0)
    for (let at = from; ;) {
      if (!this.#isMidMessage) {
        if (this.#methods.length === 0) return this.#refuse('CAL_ERR_REPLY_UNEXPECTED', at)
        if (bytes[at] !== LETTER_H) return this.#refuse('CAL_ERR_REPLY_MALFORMED', at)
        this.#isMidMessage = true
      }
      const errno = llhttp.run(this.#parser, this, at)
      if (errno === Errno.Ok) return to
      at = llhttp.stoppedAt(this.#parser)
      this.#endAt(at)
      if (errno !== Errno.Paused) {
        return this.#refuse(errno === Errno.User ? this.#fault : 'CAL_ERR_REPLY_MALFORMED', at)
      }
      if (this.isUpgraded) return at
      llhttp.exports.llhttp_resume(this.#parser)
      if (at === to) return to
    }
  }

  #endAt(at: number): void {
    if (this.#ended === null) return
    this.#events.push({ end: { ...this.#ended, at } })
    this.#ended = null
  }

  #refuse(error: ErrorCode, at: number): number {
    this.error = error
    return at
  }

  #tell(bytes: Uint8Array): void {
    const events = this.#events
    if (events.length === 0) return
    this.#events = []
    for (const event of events) {
      if ('head' in event) this.#listener.responseHead(event.head)
      else if ('end' in event) this.#listener.responseEnd(event.end)
      else this.#listener.responseBody(bytes, event.start, event.to)
    }
  }

  #text(start: number, end: number): string {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start).toString('latin1')
  }

  /** A callback has found a fault of its own. */
  #fail(fault: ErrorCode): number {
    this.#fault = fault
    return Errno.User
  }

  messageBegin(): number {
    this.#reason = ''
    return Errno.Ok
  }

  url(): number {
    return this.#fail('CAL_ERR_REPLY_MALFORMED')
  }

  status(start: number, end: number): number {
    this.#reason += this.#text(start, end)
    return this.#checkSize()
  }

  headerField(start: number, end: number): number {
    this.#fields.addName(this.#text(start, end))
    return this.#checkSize()
  }

  headerValue(start: number, end: number): number {
    this.#fields.addValue(this.#text(start, end))
    return this.#checkSize()
  }

  #checkSize(): number {
    const { bytes, count } = this.#fields
    const isTooLarge =
      bytes + this.#reason.length > this.#limits.headerBytes || count >= this.#limits.headerFields
    return isTooLarge ? this.#fail('CAL_ERR_REPLY_TOO_LARGE') : Errno.Ok
  }

  headersComplete(status: number): number {
    const { exports } = this.#llhttp
    const minorVersion = exports.llhttp_get_http_minor(this.#parser)
    if (exports.llhttp_get_http_major(this.#parser) !== 1 || minorVersion > 1 || status < 100)
      return this.#fail('CAL_ERR_REPLY_MALFORMED')
    const headers = this.#fields.take() ?? new Headers('', 0, 0)
    if (minorVersion === 0 && headers.has('transfer-encoding')) return this.#fail('CAL_ERR_REPLY_MALFORMED')
    this.#events.push({ head: { status, reason: this.#reason, minorVersion, headers } })
    this.#isInformational = status < 200 && status !== 101
    const method = this.#methods[0]
    this.isUpgraded = status === 101 || (method === 'CONNECT' && status < 300 && status >= 200)
    // RFC 9112 §6.3: none of these has a body, whatever its fields say.
    return method === 'HEAD' || status < 200 || status === 204 || status === 304 || this.isUpgraded
      ? NO_BODY
      : 0
  }

  body(start: number, end: number): number {
    this.#events.push({ start, to: end })
    return Errno.Ok
  }

  messageComplete(): number {
    this.#isMidMessage = false
    if (this.#isInformational) return Errno.Paused
    this.#methods.shift()
    const keepsAlive = !this.isUpgraded && this.#llhttp.exports.llhttp_should_keep_alive(this.#parser) === 1
    this.#ended = { trailers: this.#fields.take(), keepsAlive }
    return Errno.Paused
  }
}
