import { RECEIVE_SLACK, type Transport, type TransportListener } from '../../src/io/transport.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { readReplies } from './reply-reader.js'

/** A socket that becomes readable when the test says so, as libuv's poll does it: outside of any turn. */
export class PolledTransport implements Transport {
  readonly remoteAddress = null
  readonly bytesQueued = 0
  readonly bytesUnsent = 0
  readonly isWritable = true
  isPaused = false
  /** Our side has ended. */
  isEnded = false
  isClosed = false
  writes = 0
  text = ''
  readonly #reactor: Reactor
  #isPeerEnded = false
  #listener!: TransportListener

  constructor(reactor: Reactor, accept: (transport: Transport) => void) {
    this.#reactor = reactor
    accept(this)
  }

  get answers(): string[] {
    return readReplies(this.text, [], false).map(({ status, body }) => `${status} ${body}`)
  }

  readable(text: string): void {
    if (this.isPaused) throw new Error('nothing is read from a socket that is paused')
    const bytes = Buffer.alloc(text.length + RECEIVE_SLACK)
    bytes.write(text, 'latin1')
    this.#reactor.enter()
    this.#listener.onBytes(bytes, text.length)
    bytes.fill('?') // they were only lent
  }

  /** The peer's end is read. */
  peerEnds(): void {
    this.#isPeerEnded = true
    this.#reactor.enter()
    this.#listener.onEnd()
  }

  /** It is gone, in the close phase of a round. */
  closes(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#reactor.enter()
    this.#listener.onClose(null)
  }

  attach(listener: TransportListener): void {
    this.#listener = listener
  }

  write(data: string | Uint8Array): boolean {
    this.writes++
    this.text += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    return true
  }

  writeAll(segments: readonly (string | Uint8Array)[]): boolean {
    this.writes++
    for (const segment of segments) this.write(segment)
    this.writes -= segments.length
    return true
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.isEnded = true
    if (this.#isPeerEnded) queueMicrotask(() => this.closes())
  }

  close(): void {
    this.end()
  }

  abort(): void {
    queueMicrotask(() => this.closes())
  }
}
