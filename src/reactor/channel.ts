import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import type { Waiting } from './unless-aborted.js'
import { WaitingLine } from './waiting-line.js'

/**
 * A bounded queue between tasks (Hoare's CSP): whoever sends faster than others receive has to wait. Values are received
 * in the order in which they were sent; senders and receivers are served in the order in which they came.
 *
 * ```
 *   senders that wait ──▶ [ values, up to the capacity ] ──▶ receivers that wait
 * ```
 *
 * Senders wait only while it is full, and receivers only while it is empty.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly capacity: number
  #values: T[] = []
  /** Where in {@link #values} the oldest stands: shifting a long array is dear. */
  #head = 0
  readonly #senders = new WaitingLine<void, T>()
  readonly #receivers = new WaitingLine<T>()
  #isClosed = false

  /**
   * @param capacity values that wait for a receiver: a whole number from 0 up. With 0 a sender waits until its value is
   *   received.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  constructor(capacity: number) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 0))
      throw new CalandriaTypeError('CAL_ERR_OPTION', `a channel for ${capacity} values`)
    this.capacity = capacity
  }

  /** Values that wait for a receiver, without those of senders that wait. */
  get size(): number {
    return this.#values.length - this.#head
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Sends `value`, and waits for room first.
   * @throws CalandriaError (rejects) `CAL_ERR_CHANNEL_CLOSED`; the signal's reason. Then the value isn't received.
   */
  async send(value: T, { signal }: Waiting = {}): Promise<void> {
    signal?.throwIfAborted()
    if (!this.trySend(value)) await this.#senders.wait(value, signal)
  }

  /** Sends `value` if it needn't wait. @throws CalandriaError `CAL_ERR_CHANNEL_CLOSED` */
  trySend(value: T): boolean {
    if (this.#isClosed) throw closed()
    const receiver = this.#receivers.shift()
    if (receiver !== null) {
      receiver.resolve(value)
      return true
    }
    if (this.size >= this.capacity) return false
    this.#values.push(value)
    return true
  }

  /**
   * Waits for a value. What was sent before the channel was closed is still received.
   * @throws CalandriaError (rejects) `CAL_ERR_CHANNEL_CLOSED` when nothing is left; the signal's reason
   */
  async receive({ signal }: Waiting = {}): Promise<T> {
    signal?.throwIfAborted()
    if (this.size > 0) return this.#take()
    const sender = this.#senders.shift() // with a capacity of 0
    if (sender !== null) {
      sender.resolve()
      return sender.value
    }
    if (this.#isClosed) throw closed()
    return this.#receivers.wait(undefined, signal)
  }

  /** Nothing is sent any more: senders and receivers that wait are told. Closing it again does nothing. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (let sender = this.#senders.shift(); sender !== null; sender = this.#senders.shift())
      sender.reject(closed())
    for (let receiver = this.#receivers.shift(); receiver !== null; receiver = this.#receivers.shift())
      receiver.reject(closed())
  }

  /** Receives until the channel is closed and empty. Several loops share the values. Leaving a loop closes nothing. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.receiveAll()
  }

  /** The same, with a signal. @throws the signal's reason */
  async *receiveAll(waiting: Waiting = {}): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let value: T
      try {
        value = await this.receive(waiting)
      } catch (error) {
        if (error instanceof CalandriaError && error.code === 'CAL_ERR_CHANNEL_CLOSED') return
        throw error
      }
      yield value
    }
  }

  /** Takes the oldest value; the first sender that waits has its place. */
  #take(): T {
    const value = this.#values[this.#head] as T
    this.#values[this.#head++] = undefined as T // the collector must be able to take it
    if (this.#head * 2 >= this.#values.length) {
      this.#values = this.#values.slice(this.#head)
      this.#head = 0
    }
    const sender = this.#senders.shift()
    if (sender !== null) {
      this.#values.push(sender.value)
      sender.resolve()
    }
    return value
  }
}

function closed(): CalandriaError {
  return new CalandriaError('CAL_ERR_CHANNEL_CLOSED')
}
