import { CalandriaError } from '../errors/calandria-error.js'
import type { ReadingPace } from '../io/reading-pace.js'
import type { SimulatedTransport } from '../io/simulated-transport.js'
import type { Segment, TransportListener } from '../io/transport.js'
import { type ClientRequest, toWire } from './client-request.js'
import type { Reply } from './reply.js'
import { type ReplyListener, ReplyReader } from './reply-reader.js'

interface Awaited {
  readonly resolve: (reply: Reply) => void
  readonly reject: (reason: Error) => void
  /** The body of a request that waits for `100 Continue`, and what was sent behind it meanwhile. */
  body: Buffer | null
}

/**
 * A client on a simulated network. It sends what it is told to, pipelined where nobody waits in between, and is strict
 * in what it reads: bytes that no request has asked for, or that are no HTTP, fail the simulation.
 */
export class SimulatedClient implements TransportListener, ReplyListener {
  readonly transport: SimulatedTransport
  /**
   * Resolves when the connection is gone, whoever has closed it: with the error (`code: 'ECONNRESET'`, say), or `null`
   * where it ended in peace.
   */
  readonly closed: Promise<Error | null>
  /** Resolves when the server has ended its side; never when the connection goes otherwise: see {@link closed}. */
  readonly ended: Promise<void>
  /** Replies that have come so far, in order. */
  readonly replies: Reply[] = []
  /** Is told of each `100 Continue`, for requests that were sent by {@link send}. */
  onContinue: (() => void) | null = null
  readonly #reader = new ReplyReader(this)
  readonly #fail: (error: Error) => void
  readonly #awaited: Awaited[] = []
  #isClosed = false
  #sawEnd = false
  #resolveClosed!: (error: Error | null) => void
  #resolveEnded!: () => void

  /** @internal Use `world.connect()`. @param fail is told when the server has broken the protocol */
  constructor(transport: SimulatedTransport, fail: (error: Error) => void) {
    this.transport = transport
    this.#fail = fail
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve))
    transport.attach(this)
  }

  /** Whether the connection is gone. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether the server has ended its side. */
  get isEnded(): boolean {
    return this.#sawEnd
  }

  /** Requests whose replies have not come. */
  get awaited(): number {
    return this.#awaited.length
  }

  /**
   * Sends a request, behind those that are under way, and resolves with its reply.
   * @throws CalandriaError (rejects) `CAL_ERR_REPLY_CUT_SHORT` when the connection ends first, with the reason as its
   *   cause; `CAL_ERR_TRANSPORT_ENDED` after {@link end}
   * @throws CalandriaTypeError (rejects) `CAL_ERR_OPTION`
   */
  request(request: ClientRequest = {}): Promise<Reply> {
    return settledByOthers(
      new Promise((resolve, reject) => {
        const { method, head, body } = toWire(request)
        const waits = request.expectContinue === true && body.length > 0
        const held = this.#awaited.find((each) => each.body !== null)
        if (held !== undefined && held.body !== null)
          held.body = Buffer.concat([held.body, Buffer.from(head, 'latin1'), body])
        else if (waits || body.length === 0) this.transport.write(head)
        else this.transport.writeAll([head, body])
        this.#await(method, { resolve, reject, body: waits && held === undefined ? body : null })
      }),
    )
  }

  /** Sends bytes as they are; a string is one byte a character. What they ask for is told by {@link reply}. */
  send(...pieces: Segment[]): this {
    this.transport.writeAll(pieces)
    return this
  }

  /** Resolves with the reply to a request that was sent by {@link send}. Call it in the order of the requests. */
  reply(method = 'GET'): Promise<Reply> {
    return settledByOthers(
      new Promise((resolve, reject) => this.#await(method, { resolve, reject, body: null })),
    )
  }

  /** Half-closes: no more requests, but all replies. */
  end(): void {
    this.transport.end()
  }

  /** Lets go of the connection without a reset. What the kernel has taken by now still arrives; what waits for it is lost. */
  close(): void {
    this.transport.close()
  }

  /** Resets the connection. */
  abort(): void {
    this.transport.abort()
  }

  /** Stops reading: a dead reader. */
  pause(): void {
    this.transport.pause()
  }

  resume(): void {
    this.transport.resume()
  }

  /**
   * Reads slowly from now on: so many bytes every so many milliseconds. `null`: as fast as they come.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  readSlowly(pace: ReadingPace | null): void {
    this.transport.setReadingPace(pace)
  }

  // ---- TransportListener, ReplyListener ---------------------------------------------------------------------

  /** @internal */
  onBytes(bytes: Buffer, length: number): void {
    try {
      this.#reader.read(bytes.subarray(0, length))
    } catch (error) {
      this.#fail(error as Error)
      this.transport.abort()
    }
  }

  /** @internal */
  onDrain(): void {
    // Whoever writes here doesn't wait for room.
  }

  /** @internal */
  onEnd(): void {
    this.#sawEnd = true
    let why: Error | null = null
    try {
      this.#reader.end()
    } catch (error) {
      why = error as Error
    }
    this.#giveUp(why)
    this.#resolveEnded()
  }

  /** @internal */
  onClose(error: Error | null): void {
    this.#isClosed = true
    this.#giveUp(error)
    this.#resolveClosed(error)
  }

  /** @internal */
  interimRead(status: number): void {
    if (status !== 100) return
    this.onContinue?.()
    const first = this.#awaited[0]
    const body = first?.body ?? null
    if (first === undefined || body === null) return
    first.body = null
    this.transport.write(body)
  }

  /** @internal */
  replyRead(reply: Reply): void {
    this.replies.push(reply)
    this.#awaited.shift()?.resolve(reply)
  }

  #await(method: string, awaited: Awaited): void {
    if (this.#isClosed || this.#sawEnd) {
      awaited.reject(cutShort(null))
      return
    }
    this.#awaited.push(awaited)
    this.#reader.expect(method)
  }

  #giveUp(why: Error | null): void {
    for (const { reject } of this.#awaited.splice(0)) reject(cutShort(why))
  }
}

function cutShort(cause: Error | null): CalandriaError {
  return new CalandriaError('CAL_ERR_REPLY_CUT_SHORT', cause?.message, cause === null ? {} : { cause })
}

/**
 * Of pipelined requests all fail together, and who waits for the first only must not crash the process by the others:
 * Node takes a rejection that nobody listens to for a fatal error. Who waits still hears of it.
 */
function settledByOthers<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
