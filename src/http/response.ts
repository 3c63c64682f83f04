import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { type HeaderLine, headerLine, headerLines, ResponseField } from './header-lines.js'
import type { Pipeline } from './pipeline.js'
import type { Request } from './request.js'
import { Framing } from './response-head.js'
import { ResponseState } from './response-state.js'

/** What a body, or a piece of one, may be. Strings are sent as UTF-8. */
export type Body = string | Uint8Array

/** @internal Output as the batch wants it: bytes, or a string of one character a byte. */
export type Payload = string | Buffer

interface Waiter {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * The answer to one request. It may be finished at once, later, or from anywhere: the pipeline keeps the order.
 *
 * Don't change bytes that were given to {@link send} or {@link write} before they have left: they aren't copied.
 */
export class Response {
  /** @internal */ state = ResponseState.Open
  /** @internal Whether every reply before this one has left, so that its bytes may go to the batch. */
  isFirst = false
  /** @internal */ next: Response | null = null
  /** @internal The connection ends after this reply. */
  closes: boolean
  /** @internal */ statusCode = 200
  /** @internal */ lines: HeaderLine[] | null = null
  /** @internal Content-Length as the handler has set it; -1: it has not. */
  declaredLength = -1
  /** @internal The whole body, from {@link send} until it leaves. */
  body: Payload = ''
  /** @internal The type to declare when the handler has declared none. */
  defaultType = ''
  /** @internal How a streamed body is framed. */
  framing = Framing.ContentLength
  /** @internal What was streamed before this reply was first. */
  held: Payload[] | null = null
  /** @internal */ isHeadSent = false
  /** @internal {@link write} has returned `false`, and nobody has said since that there is room. */
  isBlocked = false

  readonly #pipeline: Pipeline
  /** @internal `null` for the answer to what was no request. */
  readonly request: Request | null
  #streamed = 0
  #waiter: Waiter | null = null
  #abortReason: Error | null = null

  /** @internal */
  constructor(pipeline: Pipeline, request: Request | null) {
    this.#pipeline = pipeline
    this.request = request
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
    const line = typeof value === 'object' ? headerLines(name, value) : headerLine(name, value)
    if (line.field !== ResponseField.Other && this.#takeManaged(line)) return this
    if (this.lines === null) {
      this.lines = [line]
      return this
    }
    const known = this.lines.findIndex((other) => other.lowerName === line.lowerName)
    if (known === -1) this.lines.push(line)
    else this.lines[known] = line
    return this
  }

  /**
   * Sends the whole body; the response is complete. Without a `Content-Type`, a string is declared as
   * `text/plain; charset=utf-8` and bytes as `application/octet-stream`. With HEAD, 204 and 304 the body is left
   * out. Does nothing when the client has gone.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_BODY`
   * @throws CalandriaError `CAL_ERR_RESPONSE_ENDED`, `CAL_ERR_RESPONSE_STARTED` while streaming,
   *   `CAL_ERR_RESPONSE_LENGTH` when another Content-Length was declared
   */
  send(body: Body = ''): void {
    if (this.state === ResponseState.Aborted) return
    this.#mustBeOpen()
    const payload = toPayload(body)
    if (this.declaredLength !== -1 && this.declaredLength !== payload.length && this.#hasBody) {
      throw lengthError(this.declaredLength, payload.length)
    }
    if (body !== '') this.defaultType = typeof body === 'string' ? TEXT : BYTES
    this.body = payload
    this.state = ResponseState.Ready
    this.#pipeline.ready(this)
  }

  /**
   * Sends `value` as `application/json`.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_BODY` when JSON has no form for it; else as {@link send}
   */
  json(value: unknown): void {
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', 'JSON has no form for it')
    if (this.state === ResponseState.Aborted) return
    this.#mustBeOpen()
    if (!this.#has(ResponseField.ContentType)) this.header('Content-Type', 'application/json')
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
    if (this.state === ResponseState.Aborted) return false
    const payload = toPayload(data)
    if (this.state === ResponseState.Open) this.#beginStreaming()
    else if (this.state !== ResponseState.Streaming) throw new CalandriaError('CAL_ERR_RESPONSE_ENDED')
    if (payload.length === 0) return !this.isBlocked
    this.#streamed += payload.length
    if (this.declaredLength !== -1 && this.#streamed > this.declaredLength) this.#breakOff()
    if (!this.#pipeline.write(this, payload)) this.isBlocked = true
    return !this.isBlocked
  }

  /**
   * Resolves when {@link write} may go on; at once when it may already.
   * @throws CalandriaError `CAL_ERR_CLIENT_GONE` (rejects)
   */
  drained(): Promise<void> {
    if (this.#abortReason !== null) return Promise.reject(this.#abortReason)
    if (!this.isBlocked) return Promise.resolve()
    this.#waiter ??= makeWaiter()
    return this.#waiter.promise
  }

  /**
   * Ends the body, after a last piece if one is given. Without any {@link write} before, it is {@link send}.
   * @throws CalandriaError as {@link write}; `CAL_ERR_RESPONSE_LENGTH` also when less was written than declared
   */
  end(data?: Body): void {
    if (this.state === ResponseState.Aborted) return
    if (this.state === ResponseState.Open) {
      this.send(data)
      return
    }
    if (data !== undefined) this.write(data)
    if (this.state !== ResponseState.Streaming) throw new CalandriaError('CAL_ERR_RESPONSE_ENDED')
    if (this.declaredLength !== -1 && this.#streamed < this.declaredLength && this.#hasBody) this.#breakOff()
    this.state = ResponseState.Ready
    this.#pipeline.ready(this)
  }

  /** Whether nothing more can be sent: it is complete, or the client has gone. */
  get isEnded(): boolean {
    return this.state !== ResponseState.Open && this.state !== ResponseState.Streaming
  }

  /** Whether the head can't be changed any more. */
  get isStarted(): boolean {
    return this.state !== ResponseState.Open
  }

  /** @internal There is room again. */
  unblock(): void {
    if (!this.isBlocked) return
    this.isBlocked = false
    this.#waiter?.resolve()
    this.#waiter = null
  }

  /** @internal The connection is gone. */
  abort(reason: Error): void {
    this.state = ResponseState.Aborted
    this.#abortReason = reason
    this.held = null
    this.body = ''
    this.#waiter?.reject(reason)
    this.#waiter = null
    this.request?.abort(reason)
  }

  /** @internal Takes back whatever the handler has set, to answer with an error instead. */
  resetHead(status: number): void {
    this.statusCode = status
    this.lines = null
    this.declaredLength = -1
  }

  /** @internal */
  get abortReason(): Error | null {
    return this.#abortReason
  }

  get #hasBody(): boolean {
    return this.request?.isHead !== true && !isBodiless(this.statusCode)
  }

  #mustBeOpen(): void {
    if (this.state === ResponseState.Open || this.state === ResponseState.Aborted) return
    const isStreaming = this.state === ResponseState.Streaming
    throw new CalandriaError(isStreaming ? 'CAL_ERR_RESPONSE_STARTED' : 'CAL_ERR_RESPONSE_ENDED')
  }

  #has(field: ResponseField): boolean {
    return this.lines?.some((line) => line.field === field) === true
  }

  /** @returns whether the runtime will write this field itself, from what it says */
  #takeManaged(line: HeaderLine): boolean {
    switch (line.field) {
      case ResponseField.ContentLength:
        if (!/^\d{1,15}$/.test(line.value)) {
          throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `Content-Length ${line.value}`)
        }
        this.declaredLength = Number(line.value)
        return true
      case ResponseField.Connection:
        if (line.value.toLowerCase() === 'close') this.closes = true
        else if (line.value.toLowerCase() !== 'keep-alive') {
          throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', 'Connection takes close or keep-alive')
        }
        return true
      case ResponseField.TransferEncoding:
        throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', 'Transfer-Encoding belongs to the runtime')
      default:
        return false
    }
  }

  #beginStreaming(): void {
    this.state = ResponseState.Streaming
    if (isBodiless(this.statusCode)) this.framing = Framing.None
    else if (this.declaredLength !== -1) this.framing = Framing.ContentLength
    else if (this.request?.minorVersion === 0) this.framing = Framing.Close
    else this.framing = Framing.Chunked
    if (this.framing === Framing.Close) this.closes = true
    this.#pipeline.beginStreaming(this)
  }

  /** The declared length can't be kept: no client may take what it has got for the whole (RFC 9112 §8). */
  #breakOff(): never {
    this.#pipeline.abortConnection()
    throw lengthError(this.declaredLength, this.#streamed)
  }
}

const TEXT = 'Content-Type: text/plain; charset=utf-8\r\n'
const BYTES = 'Content-Type: application/octet-stream\r\n'

/** @internal RFC 9110 §6.4.1: these never have a body. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}

/** A string that is ASCII is its own UTF-8, so it can go into the batch as it is. */
function toPayload(body: Body): Payload {
  if (typeof body === 'string') return Buffer.byteLength(body) === body.length ? body : Buffer.from(body)
  if (Buffer.isBuffer(body)) return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', `it is of type ${typeof body}`)
}

function lengthError(declared: number, actual: number): CalandriaError {
  return new CalandriaError('CAL_ERR_RESPONSE_LENGTH', `${declared} declared, ${actual} sent`)
}

function makeWaiter(): Waiter {
  let resolve!: () => void
  let reject!: (error: Error) => void
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
