import { CalandriaError } from '../errors/calandria-error.js'
import { type ErrorCode, ERRORS } from '../errors/catalogue.js'
import type { Transport } from '../io/transport.js'
import type { Instruments } from '../reactor/instruments.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Scope } from '../reactor/scope.js'
import type { ErrorListener, Handler } from './handler.js'
import type { Request } from './request.js'
import type { Response } from './response.js'
import { ResponseExtras } from './response-extras.js'
import { ResponseState } from './response-state.js'
import { ResponseWitness } from './response-witness.js'
import type { HttpCounters } from './http-counters.js'

/** Calls the handlers of a server, and answers for those that fail. */
export class HandlerCaller {
  readonly #handler: Handler
  /** Answers CONNECT; `null` when it isn't served. */
  readonly #connectHandler: Handler | null
  readonly #onError: ErrorListener
  readonly #counters: HttpCounters
  readonly #reactor: Reactor

  constructor(
    handler: Handler,
    connectHandler: Handler | null,
    onError: ErrorListener,
    counters: HttpCounters,
    reactor: Reactor,
  ) {
    this.#handler = handler
    this.#connectHandler = connectHandler
    this.#onError = onError
    this.#counters = counters
    this.#reactor = reactor
  }

  get servesConnect(): boolean {
    return this.#connectHandler !== null
  }

  /** Hands a request that was read to whoever answers it, in sight of the instruments where there are any. */
  dispatch(request: Request, response: Response, transport: Transport): void {
    const { instruments } = this.#reactor
    if (instruments === null) this.#answer(request, response)
    else this.#dispatchInSight(instruments, request, response, transport)
  }

  #dispatchInSight(
    instruments: Instruments,
    request: Request,
    response: Response,
    transport: Transport,
  ): void {
    const witness = new ResponseWitness(this.#reactor, transport, request)
    ;(response.extras ??= new ResponseExtras()).witness = witness
    instruments.emitOf('dispatchStarted', transport, request)
    this.#answer(request, response)
    instruments.emitOf('dispatchEnded', transport, request)
  }

  #answer(request: Request, response: Response): void {
    if (request.isMethodUnknown) sendError(response, 'CAL_ERR_HTTP_METHOD_UNKNOWN')
    else if (request.isConnect) this.#callConnect(request, response)
    else this.#call(request, response)
  }

  #call(request: Request, response: Response): void {
    try {
      const result = this.#handler(request, response) as unknown
      if (result !== undefined && isPromise(result)) this.#watch(result, request, response)
      else this.#returned(request, response)
    } catch (error) {
      this.#failed(error, request, response)
    }
  }

  /** The same for a CONNECT. */
  #callConnect(request: Request, response: Response): void {
    const handler = this.#connectHandler ?? this.#handler
    this.#watch(new Promise((resolve) => resolve(handler(request, response))), request, response)
  }

  /** Apart from {@link #call}, which would have to make a context for the closure on every call. */
  #watch(result: PromiseLike<unknown>, request: Request, response: Response): void {
    result.then(
      () => this.#returned(request, response),
      (error: unknown) => this.#failed(error, request, response),
    )
  }

  #returned(request: Request, response: Response): void {
    request.isLeft = true
    if (request.openedScope !== null) this.#endScope(request.openedScope, request, response)
  }

  /** The handler has returned, so its tasks are ours: they may go on until the response is complete. */
  #endScope(scope: Scope, request: Request, response: Response): void {
    scope.leaveTo((error) => this.#report(error, request, response))
    if (response.isEnded) void scope.close()
    else (response.extras ??= new ResponseExtras()).completed = () => void scope.close()
  }

  /** The handler has failed, and with it the tasks that it has left behind. */
  #failed(error: unknown, request: Request, response: Response): void {
    request.isLeft = true
    this.#report(error, request, response)
    const scope = request.openedScope
    if (scope === null) return
    // What a task has thrown is often what the handler has thrown then: that was said already.
    scope.leaveTo((another) => {
      if (another !== error) this.#report(another, request, response)
    })
    void scope.close()
  }

  /** Something was thrown: 500 if nothing has been sent, otherwise nobody may take the rest for whole. */
  #report(error: unknown, request: Request, response: Response): void {
    // It was told, and told us. A handler may throw `null`, which is what these are where nothing has happened.
    if (response.abortReason !== null && error === response.abortReason) return
    if (request.body.failure !== null && saysSo(error, request.body.failure)) {
      if (response.state === ResponseState.Streaming) response.breakOff()
      if (response.state !== ResponseState.Open) return
    }
    if (isClientsFault(error) && response.state === ResponseState.Open) {
      sendError(response, error.code)
      return
    }
    this.#counters.handlerErrors++
    if (response.state === ResponseState.Open) sendError(response, 'CAL_ERR_HTTP_HANDLER')
    else if (response.state === ResponseState.Streaming) response.breakOff()
    try {
      this.#onError(error, request)
    } catch (second) {
      this.#reactor.reportError(second)
    }
  }
}

/** Answers with an error of the catalogue; whatever the handler has set is taken back. */
export function sendError(response: Response, code: ErrorCode): void {
  const { status, message } = ERRORS[code]
  response.resetHead(status ?? 500)
  response.send(`${code}: ${message}\n`)
}

/**
 * Whether an error only tells that the body has failed, for which the client was answered already: the reason itself,
 * or that there is no answering any more. A client must not be able to fill the log.
 */
function saysSo(error: unknown, reason: Error): boolean {
  return error === reason || (error instanceof CalandriaError && error.code === 'CAL_ERR_RESPONSE_ENDED')
}

/** What the client sent was wrong, and the handler has left the answer to us. */
function isClientsFault(error: unknown): error is CalandriaError {
  return error instanceof CalandriaError && error.code === 'CAL_ERR_HTTP_JSON'
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  )
}
