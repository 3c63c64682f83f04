import type { WriteBatch } from '../io/write-batch.js'
import { BATCH_CAP } from '../io/write-batch.js'
import type { Reactor } from '../reactor/reactor.js'
import { isBodiless, type Payload, type Response } from './response.js'
import { Framing, makeHead, Persistence, withBody } from './response-head.js'
import { ResponseState } from './response-state.js'
import type { ResponseStream } from './response-stream.js'

const { Left, Ready } = ResponseState
const WITH_LENGTH = Framing.ContentLength
const IMPLIED: Persistence = Persistence.Implied

/** What a pipeline needs of its connection. */
export interface PipelineOwner {
  /** Bytes were put into the batch; `isReplyComplete` when a reply ends with them. */
  outputReady(isReplyComplete: boolean): void
  /** Asks, when a head is about to be made, whether this reply is the last of the connection. */
  isLast(response: Response): boolean
  /** The reply that ends the connection is in the batch; none may follow it. */
  lastReplyLeft(): void
  /** Nobody may take what was sent so far for a whole message. */
  abortConnection(): void
  /** Every reply before this one, which isn't complete, is in the batch. */
  becameFirst(response: Response): void
  /** A Date line that is true now. */
  freshDateLine(): string
}

/**
 * One slot for every request, in the order of their arrival. A slot that is done and first leaves; others wait for
 * those before them (RFC 9112 §9.3.2: replies come in the order of the requests).
 *
 * ```
 *   first ─▶ [streaming] ─▶ [ready] ─▶ [open] ─▶ [ready]
 *             to the batch   waits      waits     waits
 * ```
 */
export class Pipeline {
  /** Slots that are not done, or not yet first. */
  inFlight = 0
  /** Bytes of bodies that are complete or under way behind a slot that isn't done. */
  heldBytes = 0
  readonly #batch: WriteBatch
  readonly #reactor: Reactor
  readonly #owner: PipelineOwner
  /** Slots are linked from the time on that their handler has returned without having answered. */
  #first: Response | null = null
  #last: Response | null = null

  constructor(batch: WriteBatch, reactor: Reactor, owner: PipelineOwner) {
    this.#batch = batch
    this.#reactor = reactor
    this.#owner = owner
  }

  /**
   * Opens a slot behind all others, for a handler that is about to run. One that has none before it is not linked until
   * its handler has returned, see {@link handlerEnded}: most have answered by then, and spare V8 two write barriers.
   */
  begin(response: Response): void {
    this.inFlight++
    if (this.#last === null) {
      response.isFirst = true
    } else {
      this.#last.next = response
      this.#last = response
    }
  }

  /** The handler of the slot that was begun last has returned, and may answer yet. */
  handlerEnded(response: Response): void {
    if (this.inFlight > 0 && this.#last === null) this.#first = this.#last = response
  }

  /** A response is complete. */
  ready(response: Response): void {
    const { extras } = response
    if (extras !== null) extras.witness?.ended(response.statusCode)
    if (response.isFirst) this.#leave(response)
    else if (response.streamed === null) this.heldBytes += response.body.length
    if (extras !== null) extras.completed?.()
  }

  /** A response is not complete, and its first piece is about to come. */
  beginStreaming(response: Response, stream: ResponseStream): void {
    if (response.isFirst) this.#batch.appendText(this.#streamHead(response, stream))
    else stream.held = []
  }

  /** An interim response is there to be sent. */
  interim(response: Response): void {
    if (!response.isFirst) return
    this.#sendInterim(response)
    this.#owner.outputReady(false)
  }

  takeOver(response: Response): void {
    if (response.isFirst) this.#owner.becameFirst(response)
  }

  /** The connection is the handler's: there is nothing left to be answered. */
  leftToHandler(): void {
    const first = this.#first
    if (first !== null) {
      first.state = Left
      first.extras?.witness?.ended(first.request?.isConnect === true ? 200 : 101)
    }
    this.#first = this.#last = null
    this.inFlight = 0
  }

  /** @returns whether the handler may write more at once */
  write(response: Response, stream: ResponseStream, data: Payload): boolean {
    if (stream.held !== null) {
      stream.held.push(data)
      this.heldBytes += data.length
      return this.heldBytes < BATCH_CAP
    }
    this.#sendPiece(response, stream, data)
    this.#owner.outputReady(false)
    if (!this.#batch.isWritable) return false
    if (!this.#reactor.shouldYield()) return true // also among pieces of a byte each: 60,000 of them fit into a batch
    this.unblockLater()
    return false
  }

  /** There is room, or a new time slice: the handler that streams may go on. */
  unblock(): void {
    const stream = this.#first?.streamed ?? null
    if (stream !== null && stream.isBlocked && this.#batch.isWritable) stream.unblock()
  }

  /** The same in the next turn, when others have had their say. */
  unblockLater(): void {
    this.#reactor.groups.latency.post(() => this.unblock())
  }

  abortConnection(): void {
    this.#owner.abortConnection()
  }

  /** The connection is gone: nothing in flight can be answered any longer. */
  abort(reason: Error): void {
    let response = this.#first
    this.#first = this.#last = null
    this.inFlight = 0
    this.heldBytes = 0
    while (response !== null) {
      const { next } = response
      response.abort(reason)
      response = next
    }
  }

  /** Lets every slot leave that is ready and has none before it that isn't. */
  #leave(response: Response): void {
    let first: Response | null = response
    while (first !== null && first.state === Ready) {
      if (first.extras !== null) this.#sendInterim(first)
      if (first.streamed === null) {
        if (!first.isFirst) this.heldBytes -= first.body.length
        this.#sendWhole(first)
      } else {
        this.#releaseHeld(first, first.streamed)
        this.#endStream(first, first.streamed)
      }
      first.state = Left
      const next: Response | null = first.next
      if (this.#last !== null) this.#unlink(next)
      this.inFlight--
      this.#owner.outputReady(true)
      if (first.closes) {
        this.#owner.lastReplyLeft()
        return
      }
      first = next
    }
    if (first !== null && !first.isFirst) this.#becomeFirst(first)
  }

  #unlink(next: Response | null): void {
    this.#first = next
    if (next === null) this.#last = null
  }

  /** What it has streamed until now joins the batch, and it may write on. */
  #becomeFirst(response: Response): void {
    response.isFirst = true
    if (response.extras !== null) this.#sendInterim(response)
    this.#owner.becameFirst(response)
    if (response.streamed === null) return
    this.#releaseHeld(response, response.streamed)
    this.#owner.outputReady(false)
    this.unblock()
  }

  /** No interim response may be sent before the final replies to earlier requests. */
  #sendInterim(response: Response): void {
    const { extras } = response
    if (extras === null || extras.interim === '') return
    this.#batch.appendText(extras.interim)
    extras.interim = ''
  }

  #releaseHeld(response: Response, stream: ResponseStream): void {
    const { held } = stream
    if (held === null) return
    stream.held = null
    this.#batch.appendText(this.#streamHead(response, stream))
    for (const data of held) {
      this.heldBytes -= data.length
      this.#sendPiece(response, stream, data)
    }
  }

  #sendWhole(response: Response): void {
    const { body, statusCode } = response
    if (isBodiless(statusCode) || response.request?.isHead === true) {
      this.#sendWithoutBody(response)
      return
    }
    const head = this.#head(response, WITH_LENGTH, body.length)
    if (typeof body === 'string') this.#batch.appendText(withBody(response.headers, head, body))
    else this.#appendWithBytes(head, body)
  }

  #sendWithoutBody(response: Response): void {
    const { body, statusCode, declaredLength } = response
    // With HEAD and 304 the length is that of the body that isn't sent, if it is known (RFC 9110 §8.6).
    let length = declaredLength === -1 ? body.length : declaredLength
    if (statusCode === 205) length = 0 // which is how it says that it has none (RFC 9110 §15.3.6)
    const isLengthUnknown = statusCode === 204 || (statusCode === 304 && length === 0)
    this.#batch.appendText(this.#head(response, isLengthUnknown ? Framing.None : WITH_LENGTH, length))
  }

  #appendWithBytes(head: string, body: Buffer): void {
    this.#batch.appendText(head)
    this.#batch.appendBytes(body)
  }

  #streamHead(response: Response, stream: ResponseStream): string {
    if (response.statusCode === 205) return this.#head(response, WITH_LENGTH, 0) // as above
    return this.#head(response, stream.framing, response.declaredLength)
  }

  #head(response: Response, framing: Framing, length: number): string {
    if (this.#owner.isLast(response)) response.closes = true
    let persistence = IMPLIED
    if (response.closes) persistence = Persistence.Close
    else if (response.request?.minorVersion === 0) persistence = Persistence.KeepAlive // it asked for that
    const { statusCode, headers, defaultType } = response
    return makeHead(
      headers,
      statusCode,
      this.#owner.freshDateLine(),
      defaultType,
      persistence,
      framing,
      length,
    )
  }

  #sendPiece(response: Response, stream: ResponseStream, data: Payload): void {
    if (stream.framing === Framing.None || response.request?.isHead === true) return
    const batch = this.#batch
    const isChunked = stream.framing === Framing.Chunked
    if (isChunked) batch.appendText(`${data.length.toString(16)}\r\n`)
    if (typeof data === 'string') batch.appendText(data)
    else batch.appendBytes(data)
    if (isChunked) batch.appendText('\r\n')
  }

  #endStream(response: Response, stream: ResponseStream): void {
    if (stream.framing === Framing.Chunked && response.request?.isHead !== true)
      this.#batch.appendText(`0\r\n${response.extras?.trailers?.text ?? ''}\r\n`)
  }
}
