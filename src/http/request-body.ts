import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CalandriaError } from '../errors/calandria-error.js'
import { offAbort, onAbort } from '../reactor/abort-listeners.js'
import { isCancellation } from '../reactor/cancellation.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Waiting } from '../reactor/unless-aborted.js'
import type { Headers } from './headers.js'
import { joinPieces } from './join-pieces.js'
import { makeWaiter, type Waiter } from '../reactor/waiter.js'

/** Bytes of a body that wait for the handler, from which on its connection is not read. */
const HIGH_WATER_MARK = 64 * 1024

/**
 * Pieces are gathered up to this size while nobody takes them: a client that sends byte by byte must not cost an
 * object for each byte.
 */
const GATHERED = 4 * 1024

/** @internal Who brings the bytes. */
export interface BodySource {
  readonly reactor: Reactor
  /** The handler has begun to read, has made room, or wants no more. */
  bodyWanted(): void
}

/** What the handler does with the body. */
enum Use {
  Unread,
  /** One piece after the other; what it doesn't take waits here, up to the high-water mark. */
  Iterated,
  /** All of it at once; the limit on bodies bounds it. */
  Gathered,
  Discarded,
}

/**
 * The body of a request, as it comes in. It is read once, in one of five ways: `for await`, {@link bytes},
 * {@link text}, {@link json} or {@link pipe}. While the handler doesn't read, the client is held back. Each takes a signal
 * (for the loop there is {@link pieces}): when it is aborted it rejects with the reason, and the rest is discarded.
 *
 * All of them reject with a `CalandriaError` when the body can't be had: `CAL_ERR_CLIENT_GONE`, or the code of what is
 * wrong with it (`CAL_ERR_HTTP_BODY_TOO_LARGE`, say); then the client has been answered already, if nothing had been
 * sent. Reading it again: `CAL_ERR_BODY_USED`.
 *
 * The next request of the connection is not looked at before the body is read. A body that is still unread when the
 * reply is complete is discarded.
 */
export class RequestBody implements AsyncIterable<Buffer> {
  /** Content-Length; `null` when the body comes in chunks; 0 when there is none. */
  readonly length: number | null
  readonly #source: BodySource | null
  #use = Use.Unread
  #pieces: Buffer[] = []
  /** What the last piece is a part of, if it was gathered. */
  #gatheringInto: Buffer | null = null
  #bytesWaiting = 0
  #bytesReceived = 0
  #isComplete: boolean
  #trailers: Headers | null = null
  #failure: Error | null = null
  #waiter: Waiter | null = null
  /** As long as a signal is listened to. */
  #unlisten: (() => void) | null = null
  /** The signal that has ended the reading. */
  #abandonedBy: AbortSignal | null = null

  /** @internal */
  constructor(length: number | null, source: BodySource | null) {
    this.length = length
    this.#source = source
    this.#isComplete = source === null
  }

  /** The trailer section (RFC 9110 §6.5), once the body has been read to its end; `null` when there is none. */
  get trailers(): Headers | null {
    return this.#bytesWaiting === 0 ? this.#trailers : null
  }

  /** Whether all of it has arrived. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Whether the handler has begun to read it. */
  get isUsed(): boolean {
    return this.#use !== Use.Unread
  }

  /** The whole body. */
  async bytes(waiting: Waiting = {}): Promise<Buffer> {
    this.#begin(Use.Gathered, waiting)
    while (!this.#isComplete) await this.#more()
    return this.#takeAll()
  }

  /** The whole body, as UTF-8; malformed sequences become U+FFFD. */
  async text(waiting: Waiting = {}): Promise<string> {
    return (await this.bytes(waiting)).toString('utf8')
  }

  /**
   * The whole body, as JSON.
   * @throws CalandriaError `CAL_ERR_HTTP_JSON` (rejects); a handler that doesn't catch it answers 400
   */
  async json(waiting: Waiting = {}): Promise<unknown> {
    const text = await this.text(waiting)
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new CalandriaError('CAL_ERR_HTTP_JSON', (cause as Error).message, { cause })
    }
  }

  /**
   * Writes the body into a Node stream at the stream's pace, and ends it. Resolves when the stream has finished. When
   * it can't be had to its end, or the signal is aborted, the stream is destroyed.
   */
  async pipe(destination: Writable, waiting: Waiting = {}): Promise<void> {
    const { signal } = waiting
    try {
      await pipeline(this.pieces(waiting), destination, signal === undefined ? {} : { signal })
    } catch (error) {
      if (signal !== undefined && isCancellation(error, signal)) throw signal.reason
      throw error
    }
  }

  /** Piece by piece, as they came: how they are cut means nothing. Leaving the loop early discards the rest. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return this.pieces()
  }

  /** The same, with a signal: `for await (const piece of request.body.pieces({ signal }))`. */
  pieces(waiting: Waiting = {}): AsyncIterableIterator<Buffer> {
    let hasBegun = false
    let isLeft = false
    const iterator: AsyncIterableIterator<Buffer> = {
      next: async () => {
        if (isLeft) return { done: true, value: undefined }
        if (!hasBegun) this.#begin(Use.Iterated, waiting)
        hasBegun = true
        while (this.#abandonedBy !== null || (this.#pieces.length === 0 && !this.#isComplete))
          await this.#more()
        const value = this.#takePiece()
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      return: () => {
        isLeft = true
        if (hasBegun) this.discard()
        return Promise.resolve({ done: true, value: undefined })
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  /** @internal Bytes that were received so far. */
  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** @internal Whether more may be pushed. */
  get wantsMore(): boolean {
    return this.#bytesWaiting < HIGH_WATER_MARK || this.#use === Use.Gathered
  }

  /** @internal */
  get isDiscarded(): boolean {
    return this.#use === Use.Discarded
  }

  /** @internal Why it can't be had. */
  get failure(): Error | null {
    return this.#failure
  }

  /** @internal Takes data that is only lent. */
  push(lent: Uint8Array): void {
    this.#bytesReceived += lent.length
    if (lent.length === 0 || this.#use === Use.Discarded) return
    if (!this.#joinLast(lent)) this.#pieces.push(Buffer.from(lent))
    this.#bytesWaiting += lent.length
    this.#wake()
  }

  /** @internal All of it has been pushed. */
  complete(trailers: Headers | null): void {
    this.#isComplete = true
    this.#trailers = trailers
    if (this.#hasAllBeenTaken || this.#use === Use.Gathered) this.#isOver()
    this.#wake()
  }

  /** @internal It will never be complete. */
  fail(reason: Error): void {
    if (this.#isComplete || this.#failure !== null) return
    this.#failure = reason
    this.#isOver()
    this.#dropAll()
    this.#waiter?.reject(reason)
    this.#waiter = null
  }

  /** @internal Nobody will read the rest. */
  discard(): void {
    if (this.#use === Use.Discarded || this.#source === null) return
    this.#use = Use.Discarded
    this.#isOver()
    this.#dropAll()
    this.#wake()
    if (!this.#isComplete) this.#source.bodyWanted()
  }

  #begin(use: Use, { signal }: Waiting): void {
    signal?.throwIfAborted()
    if (this.#source === null) return // there is none, and so it is every reader's
    if (this.#failure !== null) throw this.#failure
    if (this.#use !== Use.Unread) throw new CalandriaError('CAL_ERR_BODY_USED')
    this.#use = use
    if (signal !== undefined && !this.#hasAllBeenTaken) this.#listen(signal)
    if (!this.#isComplete) this.#source.bodyWanted()
  }

  /** Copies what is small behind the piece that waits last. @returns whether it was */
  #joinLast(lent: Uint8Array): boolean {
    const at = this.#pieces.length - 1
    const last = this.#pieces[at]
    if (last === undefined || last.length + lent.length > GATHERED) return false
    if (this.#gatheringInto === null || last.buffer !== this.#gatheringInto.buffer) {
      this.#gatheringInto = Buffer.allocUnsafeSlow(GATHERED)
      this.#gatheringInto.set(last)
    }
    this.#gatheringInto.set(lent, last.length)
    this.#pieces[at] = this.#gatheringInto.subarray(0, last.length + lent.length)
    return true
  }

  /** Resolves when something has happened to the body. */
  #more(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#abandonedBy !== null) return Promise.reject(this.#abandonedBy.reason as Error)
    if (this.#use === Use.Discarded) return Promise.reject(new CalandriaError('CAL_ERR_BODY_USED'))
    this.#waiter ??= makeWaiter()
    return this.#waiter.promise
  }

  #listen(signal: AbortSignal): void {
    const abandon = (): void => {
      this.#abandonedBy = signal
      this.#waiter?.reject(signal.reason as Error)
      this.#waiter = null
      this.discard()
    }
    this.#unlisten = () => offAbort(signal, abandon)
    onAbort(signal, abandon)
  }

  /** The reading is over: a signal that lives on must not hold the body. */
  #isOver(): void {
    this.#unlisten?.()
    this.#unlisten = null
  }

  #wake(): void {
    this.#waiter?.resolve()
    this.#waiter = null
  }

  #takePiece(): Buffer | undefined {
    const wasFull = this.#bytesWaiting >= HIGH_WATER_MARK
    const piece = this.#pieces.shift()
    this.#bytesWaiting -= piece?.length ?? 0
    if (this.#hasAllBeenTaken) this.#isOver()
    if (wasFull && this.#bytesWaiting < HIGH_WATER_MARK && !this.#isComplete) this.#source?.bodyWanted()
    return piece
  }

  get #hasAllBeenTaken(): boolean {
    return this.#isComplete && this.#pieces.length === 0
  }

  #takeAll(): Buffer | Promise<Buffer> {
    this.#isOver()
    const pieces = this.#pieces
    const length = this.#bytesWaiting
    this.#dropAll()
    const [first] = pieces
    if (this.#source === null || first === undefined) return Buffer.alloc(0)
    return pieces.length === 1 ? first : joinPieces(this.#source.reactor, pieces, length)
  }

  #dropAll(): void {
    this.#pieces = []
    this.#gatheringInto = null
    this.#bytesWaiting = 0
  }
}

/** @internal The body of a request that has none. */
export const NO_BODY = new RequestBody(0, null)
