import type { Segment, Transport, TransportListener } from '../io/transport.js'
import type { Reactor } from '../reactor/reactor.js'

/**
 * A connection that has left HTTP, as its new owner sees it (RFC 9110 §7.8, §9.3.6). It reads nothing before a
 * listener is attached. The server goes on counting it, and resets it when `server.close()` runs out of patience.
 */
export class HandedOverTransport implements Transport, TransportListener {
  readonly #transport: Transport
  #listener: TransportListener | null = null
  #closed: { readonly error: Error | null } | null = null
  readonly #reactor: Reactor
  readonly #onClosed: (error: Error | null) => void

  /**
   * @param transport paused
   * @param onClosed called before the listener's
   */
  constructor(transport: Transport, reactor: Reactor, onClosed: (error: Error | null) => void) {
    this.#transport = transport
    this.#reactor = reactor
    this.#onClosed = onClosed
    transport.attach(this)
  }

  get remoteAddress(): string | null {
    return this.#transport.remoteAddress
  }

  get bytesQueued(): number {
    return this.#transport.bytesQueued
  }

  get bytesUnsent(): number {
    return this.#transport.bytesUnsent
  }

  get isWritable(): boolean {
    return this.#transport.isWritable
  }

  /** May be called at any time. Who attaches after the connection has gone is told so. */
  attach(listener: TransportListener): void {
    this.#listener = listener
    const closed = this.#closed
    if (closed === null) this.#transport.resume()
    else this.#reactor.groups.latency.post(() => listener.onClose(closed.error))
  }

  write(data: Segment): boolean {
    return this.#transport.write(data)
  }

  writeAll(segments: readonly Segment[]): boolean {
    return this.#transport.writeAll(segments)
  }

  pause(): void {
    this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  end(): void {
    this.#transport.end()
  }

  close(): void {
    this.#transport.close()
  }

  abort(): void {
    this.#transport.abort()
  }

  /** @internal */
  onBytes(bytes: Buffer, length: number): void {
    this.#listener?.onBytes(bytes, length)
  }

  /** @internal */
  onDrain(): void {
    this.#listener?.onDrain()
  }

  /** @internal */
  onEnd(): void {
    this.#listener?.onEnd()
  }

  /** @internal */
  onClose(error: Error | null): void {
    this.#closed = { error }
    this.#onClosed(error)
    this.#listener?.onClose(error)
  }
}
