import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { StreamSource } from './body-source.js'
import { unlessAborted, type Waiting } from '../reactor/unless-aborted.js'
import { checkedName, type HeaderSet, NO_HEADERS as NONE } from './header-set.js'
import { mayBeTrailer } from './parser/trailer-fields.js'
import type { Pipeline } from './pipeline.js'
import type { Request } from './request.js'
import { ResponseExtras, type TakenOver } from './response-extras.js'
import { Framing } from './response-head.js'
import { ResponseState } from './response-state.js'
import { ResponseStream } from './response-stream.js'
import { statusLine } from './status-lines.js'
import { streamBody } from './stream-body.js'

/** What a body, or a piece of one, may be. Strings are sent as UTF-8. */
export type Body = string | Uint8Array

/** @internal Output as the batch wants it: bytes, or a string of one character a byte. */
export type Payload = string | Buffer

const NO_HEADERS = NONE // a constant of this module is cheaper than an imported one
const { Open, Streaming, Ready, Aborted, TakingOver } = ResponseState

/**
 * The answer to one request. It may be finished at once, later, or from anywhere: the pipeline keeps the order.
 *
 * Don't change bytes that were given to {@link send} or {@link write} before they have left: they aren't copied.
 */
export class Response {
  /** @internal */ state: ResponseState = Open
  /** @internal Whether every reply before this one has left, so that its bytes may go to the batch. */
  isFirst = false
  /** @internal The connection ends after this reply. */
  closes: boolean
  /** @internal */ statusCode = 200
  /** @internal Content-Length as the handler has set it; -1: it has not. */
  declaredLength = -1
  /** @internal The slot behind this one. */
  next: Response | null = null
  /** @internal */ headers: HeaderSet = NO_HEADERS
  /** @internal The type to declare when the handler has declared none. */
  defaultType = ''
  /** @internal The whole body, from {@link send} until it leaves. */
  body: Payload = ''
  /** @internal From the first {@link write} on. */
  streamed: ResponseStream | null = null
  /** @internal `null` for the answer to what was no request. */
  readonly request: Request | null
  /** @internal What few responses have. */
  extras: ResponseExtras | null = null
  readonly #pipeline: Pipeline

  /** @internal */
  constructor(pipeline: Pipeline, request: Request | null) {
    this.request = request
    this.#pipeline = pipeline
    this.closes = request?.persists !== true
  }

  /**
   * Sets the status; 200 if never called.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_STATUS` unless it is a whole number from 200 to 599
   * @throws CalandriaError `CAL_ERR_RESPONSE_STARTED`
   */
  status(code: number): this {
    this.#mustBeOpen()
    if (!(Number.isInteger(code) && code >= 200 && code <= 599)) {
      throw new CalandriaTypeError('CAL_ERR_RESPONSE_STATUS', String(code))
    }
    this.statusCode = code
    return this
  }

  /**
   * Sets a header; an earlier one of the same name is replaced. A list makes one line of each value. Names keep
   * their spelling.
   *
   * `Content-Length` declares the length of a body to be streamed. `Connection` takes `close` and `keep-alive`.
   * `Transfer-Encoding` belongs to the runtime.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_HEADER` for a name or value that HTTP forbids
   * @throws CalandriaError `CAL_ERR_RESPONSE_STARTED`
   */
  header(name: string, value: string | number | readonly (string | number)[]): this {
    this.#mustBeOpen()
    const next = this.headers.next(name, value)
    if (next !== null) this.headers = next
    else if (!this.#takeManaged(checkedName(name), value)) this.headers = this.headers.with(name, value)
    return this
  }

  /**
   * Sends the whole body; the response is complete. Without a `Content-Type`, a string is declared as
   * `text/plain; charset=utf-8` and bytes as `application/octet-stream`. With HEAD, 204, 205 and 304 the body is
   * left out. Does nothing when the client has gone.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_BODY`
   * @throws CalandriaError `CAL_ERR_RESPONSE_ENDED`, `CAL_ERR_RESPONSE_STARTED` while streaming,
   *   `CAL_ERR_RESPONSE_TRAILER` when trailers were set, `CAL_ERR_RESPONSE_LENGTH` when another Content-Length was declared
   */
  send(body: Body = ''): void {
    if (this.state !== Open && !this.#maySendInVain()) return
    const payload = body === lastAscii ? lastAscii : toPayload(body)
    if (this.extras !== null) this.#checkExtras()
    if (this.declaredLength !== -1) this.#checkLength(payload.length)
    if (body !== '') this.defaultType = typeof body === 'string' ? TEXT : BYTES
    this.body = payload
    this.state = Ready
    this.#pipeline.ready(this)
  }

  /**
   * Sends `value` as `application/json`.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_BODY` when JSON has no form for it; else as {@link send}
   */
  json(value: unknown): void {
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', 'JSON has no form for it')
    if (this.state === Aborted) return
    this.#mustBeOpen()
    if (!this.headers.hasContentType) this.header('Content-Type', 'application/json')
    this.send(text)
  }

  /**
   * Streams a piece of the body. The head leaves with the first one: with the declared `Content-Length`, else in
   * chunked coding (to HTTP/1.0 the end of the connection marks the end of the body).
   *
   * @returns whether to go on at once; if `false`, wait for {@link drained}: the peer does not keep up, or the
   *   time slice is used up and others are waiting. `false` too when the client has gone.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_BODY`
   * @throws CalandriaError `CAL_ERR_RESPONSE_ENDED`; `CAL_ERR_RESPONSE_LENGTH` when it is more than was declared,
   *   and then the connection is aborted
   */
  write(data: Body): boolean {
    if (this.state === Aborted) return false
    const payload = toPayload(data)
    if (this.state === Open) this.#beginStreaming()
    const { streamed: stream } = this
    if (stream === null || this.state !== Streaming) throw new CalandriaError('CAL_ERR_RESPONSE_ENDED')
    if (payload.length === 0) return !stream.isBlocked
    stream.bytesWritten += payload.length
    if (this.declaredLength !== -1 && stream.bytesWritten > this.declaredLength) this.#breakOff(stream)
    if (!this.#pipeline.write(this, stream, payload)) stream.isBlocked = true
    return !stream.isBlocked
  }

  /**
   * Resolves when {@link write} may go on; at once when it may already.
   * @throws CalandriaError `CAL_ERR_CLIENT_GONE` (rejects); the signal's reason
   */
  drained(waiting: Waiting = {}): Promise<void> {
    if (this.abortReason !== null) return Promise.reject(this.abortReason)
    return unlessAborted(this.streamed?.drained() ?? Promise.resolve(), waiting)
  }

  /**
   * Ends the body, after a last piece if one is given. Without any {@link write} before, it is {@link send}.
   * @throws CalandriaError as {@link write}; `CAL_ERR_RESPONSE_LENGTH` also when less was written than declared
   */
  end(data?: Body): void {
    if (this.state === Aborted) return
    if (this.state === Open) {
      this.send(data)
      return
    }
    if (data !== undefined) this.write(data)
    const { streamed: stream } = this
    if (stream === null || this.state !== Streaming) throw new CalandriaError('CAL_ERR_RESPONSE_ENDED')
    if (stream.bytesWritten < this.declaredLength && this.hasBody) this.#breakOff(stream)
    this.state = Ready
    this.#pipeline.ready(this)
    stream.unblock()
  }

  /**
   * Streams the body from an async iterable, an iterable, a Node stream or a web stream, at the client's pace, and
   * ends it. Resolves when all of it is on its way; the source is cancelled when the client goes away or by the signal.
   * @throws what the source throws (rejects), or the signal's reason; after the first piece the connection is aborted
   *   then, unless the handler catches it. And as {@link write}
   */
  stream(source: StreamSource, waiting: Waiting = {}): Promise<void> {
    return streamBody(this, source, waiting)
  }

  /**
   * Sends an interim response, `103 Early Hints` say (RFC 9110 §15.2, RFC 8297), before the final one. HTTP/1.0 knows
   * none, so nothing is sent there.
   * @param status 102 to 199; 100 is sent by itself when the body is read, 101 by {@link upgrade}
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_INFORMATIONAL`, `CAL_ERR_RESPONSE_HEADER`
   * @throws CalandriaError `CAL_ERR_RESPONSE_STARTED`, `CAL_ERR_RESPONSE_ENDED`
   */
  informational(status: number, headers: Readonly<Record<string, string | readonly string[]>> = {}): this {
    this.#mustBeOpen()
    if (!(Number.isInteger(status) && status >= 102 && status <= 199))
      throw new CalandriaTypeError('CAL_ERR_RESPONSE_INFORMATIONAL', String(status))
    let set = NO_HEADERS
    for (const [name, value] of Object.entries(headers)) {
      if (FRAMING_FIELDS.has(checkedName(name))) throw headerError(`${name} in an interim response`)
      set = set.next(name, value) ?? set.with(name, value)
    }
    if (this.state === Aborted || this.request?.minorVersion !== 1) return this
    this.#extras.interim += `${statusLine(status)}${set.text}\r\n`
    this.#pipeline.interim(this)
    return this
  }

  /**
   * Sets a field of the trailer section, which follows a body that is streamed in chunks (RFC 9110 §6.5). Announce it
   * with a `Trailer` header. Where no trailers can be sent (HTTP/1.0, HEAD) it is left out.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_TRAILER` for a field that frames, routes or describes the message,
   *   `CAL_ERR_RESPONSE_HEADER`
   * @throws CalandriaError `CAL_ERR_RESPONSE_TRAILER` when a Content-Length was declared; `CAL_ERR_RESPONSE_ENDED`
   */
  trailer(name: string, value: string): this {
    if (!mayBeTrailer(checkedName(name))) throw new CalandriaTypeError('CAL_ERR_RESPONSE_TRAILER', name)
    if (this.state === Aborted) return this
    if (this.isEnded) throw new CalandriaError('CAL_ERR_RESPONSE_ENDED')
    if (this.declaredLength !== -1)
      throw new CalandriaError('CAL_ERR_RESPONSE_TRAILER', 'a length was declared')
    const trailers = this.#extras.trailers ?? NO_HEADERS
    this.#extras.trailers = trailers.next(name, value) ?? trailers.with(name, value)
    return this
  }

  /**
   * Takes the connection over: for `Upgrade` after `101 Switching Protocols` (RFC 9110 §7.8), for CONNECT after
   * `200` (§9.3.6), with the headers that were set. Resolves when every earlier reply is on its way. From then on HTTP
   * has no part in it: see `TakenOver`.
   * @throws CalandriaError (rejects) `CAL_ERR_RESPONSE_UPGRADE`, `CAL_ERR_RESPONSE_STARTED`,
   *   `CAL_ERR_RESPONSE_ENDED`, `CAL_ERR_CLIENT_GONE`
   */
  upgrade(): Promise<TakenOver> {
    return new Promise((resolve, reject) => {
      this.#mustBeOpen()
      const { request, state } = this
      if (state === Aborted) throw this.abortReason as Error
      if (request?.mayTakeOver !== true || !request.body.isComplete || this.closes)
        throw new CalandriaError('CAL_ERR_RESPONSE_UPGRADE')
      this.#extras.takeover = { resolve, reject }
      this.state = TakingOver
      this.#pipeline.takeOver(this)
    })
  }

  /** Whether nothing more can be sent: it is complete, or the client has gone. */
  get isEnded(): boolean {
    return this.state !== Open && this.state !== Streaming
  }

  /** Whether the head can't be changed any more. */
  get isStarted(): boolean {
    return this.state !== Open
  }

  /** @internal The connection is gone. */
  abort(reason: Error): void {
    this.state = Aborted
    this.#extras.abort(reason)
    this.body = ''
    this.streamed?.abort(reason)
    this.request?.abort(reason)
  }

  /** @internal What was sent can't be completed: the connection is aborted, so that nobody takes it for whole. */
  breakOff(): void {
    this.#pipeline.abortConnection()
  }

  /** @internal Takes back whatever the handler has set, to answer with an error instead. */
  resetHead(status: number): void {
    this.statusCode = status
    this.headers = NO_HEADERS
    this.declaredLength = -1
    if (this.extras !== null) this.extras.trailers = null
  }

  /** @internal */
  get abortReason(): Error | null {
    return this.extras?.abortReason ?? null
  }

  get #extras(): ResponseExtras {
    return (this.extras ??= new ResponseExtras())
  }

  /** @internal Whether a client expects a body. */
  get hasBody(): boolean {
    return this.request?.isHead !== true && !isBodiless(this.statusCode)
  }

  /** @returns `false`: the client has gone, so nothing is done. @throws when it is a mistake of the handler */
  #maySendInVain(): boolean {
    this.#mustBeOpen()
    return false
  }

  #checkLength(length: number): void {
    if (this.declaredLength !== length && this.hasBody) throw lengthError(this.declaredLength, length)
  }

  #checkExtras(): void {
    this.#checkConnect()
    if (this.extras?.trailers)
      throw new CalandriaError('CAL_ERR_RESPONSE_TRAILER', 'the body is not streamed')
  }

  /** A client takes any 2xx to CONNECT for the beginning of a tunnel (RFC 9110 §9.3.6). */
  #checkConnect(): void {
    if (this.request?.isConnect === true && this.statusCode < 300)
      throw new CalandriaError('CAL_ERR_RESPONSE_UPGRADE', 'CONNECT is accepted by upgrade() only')
  }

  #mustBeOpen(): void {
    if (this.state === Open || this.state === Aborted) return
    const isStreaming = this.state === Streaming
    throw new CalandriaError(isStreaming ? 'CAL_ERR_RESPONSE_STARTED' : 'CAL_ERR_RESPONSE_ENDED')
  }

  /** @returns whether the runtime writes this field itself, from what it says */
  #takeManaged(lowerName: string, value: unknown): boolean {
    switch (lowerName) {
      case 'content-length':
        if (!/^\d{1,15}$/.test(String(value))) throw headerError(`Content-Length ${String(value)}`)
        this.declaredLength = Number(value)
        return true
      case 'connection': {
        const option = String(value).toLowerCase()
        if (option !== 'close' && option !== 'keep-alive')
          throw headerError('Connection takes close or keep-alive')
        if (option === 'close') this.closes = true
        return true
      }
      case 'transfer-encoding':
        throw headerError('Transfer-Encoding belongs to the runtime')
      default:
        return false
    }
  }

  #beginStreaming(): void {
    this.#checkConnect()
    if (this.declaredLength !== -1 && this.extras?.trailers)
      throw new CalandriaError('CAL_ERR_RESPONSE_TRAILER', 'a length was declared')
    let framing = Framing.Chunked
    if (isBodiless(this.statusCode)) framing = Framing.None
    else if (this.declaredLength !== -1) framing = Framing.ContentLength
    else if (this.request?.minorVersion === 0) framing = Framing.Close
    if (framing === Framing.Close) this.closes = true
    this.state = Streaming
    this.streamed = new ResponseStream(framing)
    this.#pipeline.beginStreaming(this, this.streamed)
  }

  /** The declared length can't be kept: no client may take what it has got for the whole (RFC 9112 §8). */
  #breakOff(stream: ResponseStream): never {
    this.#pipeline.abortConnection()
    this.abort(lengthError(this.declaredLength, stream.bytesWritten))
    throw lengthError(this.declaredLength, stream.bytesWritten) // another one: this one nobody has been told yet
  }
}

/** An interim response has no body (RFC 9110 §15.2), and says nothing about the connection. */
const FRAMING_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
])

const TEXT = 'Content-Type: text/plain; charset=utf-8\r\n'
const BYTES = 'Content-Type: application/octet-stream\r\n'

/** @internal These never have a body (RFC 9110 §6.4.1, §15.3.6). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

/** Longer bodies are not remembered. */
const MOST_REMEMBERED = 1024
/** The last short body that was found to be ASCII: many handlers send one string all the time. */
let lastAscii = ''

/** A string that is ASCII is its own UTF-8, so it can go into the batch as it is. */
function toPayload(body: Body): Payload {
  if (typeof body === 'string') {
    if (Buffer.byteLength(body) !== body.length) return Buffer.from(body)
    if (body.length <= MOST_REMEMBERED) lastAscii = body
    return body
  }
  if (Buffer.isBuffer(body)) return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', `it is of type ${typeof body}`)
}

function lengthError(declared: number, actual: number): CalandriaError {
  return new CalandriaError('CAL_ERR_RESPONSE_LENGTH', `${declared} declared, ${actual} sent`)
}

function headerError(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', detail)
}
