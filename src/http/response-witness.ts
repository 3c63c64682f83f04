import type { Transport } from '../io/transport.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Request } from './request.js'

/** Tells the instruments how a request ends, whenever that is; made only for requests that they saw dispatched. */
export class ResponseWitness {
  readonly #reactor: Reactor
  readonly #transport: Transport
  readonly #request: Request
  #hasEnded = false

  constructor(reactor: Reactor, transport: Transport, request: Request) {
    this.#reactor = reactor
    this.#transport = transport
    this.#request = request
  }

  /** Only the first time counts: a response that is complete may be aborted before it leaves. @param status 0: aborted */
  ended(status: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#reactor.instruments?.emitOf('responseEnded', this.#transport, this.#request, status)
  }
}
