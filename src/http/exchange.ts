import { CalandriaError } from '../errors/calandria-error.js'
import type { ErrorCode } from '../errors/catalogue.js'
import { sendError } from './handler-caller.js'
import { Wait } from './patience.js'
import type { Request } from './request.js'
import type { RequestBody } from './request-body.js'
import type { Response } from './response.js'
import { ResponseState } from './response-state.js'

export const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/**
 * The last request of a connection, as long as what follows it can't be read as another one: its body is still on its
 * way, or it may take the connection over (Upgrade, CONNECT). Most requests never have one.
 */
export class Exchange {
  readonly request: Request
  readonly response: Response
  /** Reading of the reactor's clock when the head was complete. */
  readonly startedAt: number
  /** The client waits for `100 Continue`, and has not got it. */
  owesContinue: boolean
  /** The handler has asked for the connection, and every reply before is in the batch. */
  isTakingOver = false
  /** Bytes of the body that had come when it was given up; -1: it was not. */
  #discardedFrom = -1

  constructor(request: Request, response: Response, startedAt: number, owesContinue: boolean) {
    this.request = request
    this.response = response
    this.startedAt = startedAt
    this.owesContinue = owesContinue
  }

  get body(): RequestBody {
    return this.request.body
  }

  /** Whether bytes that come in belong to it, and are wanted. */
  get wantsBytes(): boolean {
    return !this.body.isComplete && this.body.wantsMore
  }

  /**
   * Whether a client that waits for it must be told to go on now: the handler reads, and nothing comes before. One
   * that has begun to send doesn't wait.
   */
  get mayContinue(): boolean {
    const { response, body } = this
    if (!this.owesContinue || !body.isUsed || body.bytesReceived > 0) return false
    return response.isFirst && response.state === ResponseState.Open
  }

  /** Whether the reply is complete, so that nobody but us is there for the rest. A takeover may wait for its turn. */
  get isAnswered(): boolean {
    const { response } = this
    return response.isEnded && response.state !== ResponseState.TakingOver
  }

  /** What the client is waited for, as long as its connection is read. */
  get awaits(): Wait {
    if (this.body.isDiscarded) return Wait.Discard
    // It doesn't send before it is told to: until then it is the handler's turn. Once it has begun it must go on.
    const isHandlersTurn = this.owesContinue && this.body.bytesReceived === 0 && !this.isAnswered
    return isHandlersTurn ? Wait.Nothing : Wait.Body
  }

  /** Whether the reply has left, and the handler reads on. */
  get isReadOn(): boolean {
    const { response, body } = this
    return response.state === ResponseState.Left && body.isUsed && !body.isDiscarded && !body.isComplete
  }

  /** Its body can't be served. Where nobody has answered yet we do, and whoever still works on an answer is told. */
  refuse(code: ErrorCode): void {
    const { request, response, body } = this
    const reason = new CalandriaError(code)
    body.fail(reason)
    if (response.state !== ResponseState.Left) response.closes = true
    if (response.state !== ResponseState.Open) return
    sendError(response, code)
    request.abort(reason)
  }

  /** Whether nothing is special about it any longer. */
  get isOver(): boolean {
    return this.body.isComplete && (this.isAnswered || !this.request.mayTakeOver)
  }

  /** Bytes that were discarded; 0 as long as somebody may read them. */
  get bytesDiscarded(): number {
    if (!this.body.isDiscarded) return 0
    if (this.#discardedFrom === -1) this.#discardedFrom = this.body.bytesReceived
    return this.body.bytesReceived - this.#discardedFrom
  }

  /** Whether the reply, whose head is about to be made, must be the last: the rest of the body is too much to discard. */
  endsConnection(discardBytes: number): boolean {
    const { body } = this
    if (body.isComplete || (body.isUsed && !body.isDiscarded)) return false
    // Who waits for 100 and gets a final status may send the body or not: one can't tell (RFC 9110 §10.1.1).
    return this.owesContinue || (body.length !== null && body.length - body.bytesReceived > discardBytes)
  }
}
