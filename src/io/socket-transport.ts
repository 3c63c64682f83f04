import type { Socket } from 'node:net'
import { CalandriaError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import type { IoCounters } from './io-counters.js'
import { type OnreadCallback, readInto } from './onread.js'
import { type ReceiveBuffer, receiveBufferOf } from './receive-buffer.js'
import { type Reset, resetTcp } from './socket-reset.js'
import type { Segment, Transport, TransportListener } from './transport.js'
import { bytesNotTaken } from './write-progress.js'

/** Where a socket keeps its transport: the event handlers are shared by all sockets, to keep idle ones small. */
const TRANSPORT = Symbol('calandria.transport')

type AdoptedSocket = Socket & { [TRANSPORT]: SocketTransport }

/**
 * The {@link Transport} over a `net.Socket`, be it TCP, Unix or TLS, by Node's documented streams. Made by the acceptor
 * and the connector; where it can be had, they make a `DirectTransport` in its place.
 */
export class SocketTransport implements Transport {
  readonly reactor: Reactor
  protected readonly socket: Socket
  protected readonly counters: IoCounters
  readonly #receiveBuffer: ReceiveBuffer
  readonly #reset: Reset
  /** Who speaks through a proxy; `undefined` when the peer speaks for itself. */
  readonly #client: string | null | undefined
  protected listener: TransportListener | null = null
  #error: Error | null = null
  /** From {@link abort} on nobody hears of bytes any longer, also where the socket takes a while to see it (TLS). */
  #isAborted = false
  /** The peer's end came while we were paused. */
  #owesEnd = false

  /**
   * @param useOnread read into the shared buffer; where the socket can't, `'data'` events serve
   * @param reset how to abort
   * @param client whom a proxy that we trust has named; `undefined` when there is none
   */
  constructor(
    socket: Socket,
    reactor: Reactor,
    counters: IoCounters,
    useOnread: boolean,
    reset: Reset = resetTcp,
    client?: string | null,
  ) {
    this.reactor = reactor
    this.socket = socket
    this.counters = counters
    this.#receiveBuffer = receiveBufferOf(reactor)
    this.#reset = reset
    this.#client = client
    const adopted = socket as AdoptedSocket
    adopted[TRANSPORT] = this
    const isOnread = useOnread && readInto(socket, this.#receiveBuffer.readArea, onRead)
    // What was read before, behind a PROXY header, waits in the stream: it comes first, as `'data'`.
    if (!isOnread || socket.readableLength > 0) socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('drain', onDrain)
    socket.on('error', onError)
    socket.on('close', onClose)
    reactor.instruments?.emitOf('connectionOpened', this, this.remoteAddress)
  }

  get remoteAddress(): string | null {
    return this.#client === undefined ? (this.socket.remoteAddress ?? null) : this.#client
  }

  get bytesQueued(): number {
    return this.socket.writableLength
  }

  get bytesUnsent(): number {
    return bytesNotTaken(this.socket)
  }

  get isWritable(): boolean {
    return this.socket.writableLength < this.socket.writableHighWaterMark
  }

  attach(listener: TransportListener): void {
    this.listener = listener
  }

  write(data: Segment): boolean {
    if (!this.mayWrite()) return false
    this.counters.countWrite(data.length)
    if (typeof data === 'string') this.socket.write(data, 'latin1')
    else this.socket.write(data)
    return this.isWritable
  }

  writeAll(segments: readonly Segment[]): boolean {
    if (!this.mayWrite()) return false
    const socket = this.socket
    let bytes = 0
    socket.cork() // until uncork() the stream gathers; then it calls writev once
    for (const segment of segments) {
      bytes += segment.length
      if (typeof segment === 'string') socket.write(segment, 'latin1')
      else socket.write(segment)
    }
    socket.uncork()
    this.counters.countWrite(bytes)
    return this.isWritable
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    if (this.isGone()) return
    this.socket.resume()
    if (!this.#owesEnd) return
    this.#owesEnd = false
    this.reactor.groups.latency.post(() => this.ended())
  }

  end(): void {
    this.socket.end()
  }

  close(): void {
    this.socket.destroy()
  }

  abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#reset(this.socket)
  }

  protected isGone(): boolean {
    return this.#isAborted || this.socket.destroyed
  }

  /** @returns `false` when nobody is there to write to any longer; `onClose` tells, or has told */
  protected mayWrite(): boolean {
    if (this.isGone()) return false
    if (this.socket.writableEnded) throw new CalandriaError('CAL_ERR_TRANSPORT_ENDED')
    return true
  }

  /** @internal The receive buffer holds `length` new bytes. */
  received(length: number): void {
    const { reactor } = this
    this.counters.countRead(length)
    reactor.enter()
    const { instruments } = reactor
    instruments?.emitOf('readStarted', this, length)
    this.listener?.onBytes(this.#receiveBuffer.bytes, length)
    instruments?.emitOf('readEnded', this)
  }

  /** @internal A `'data'` event: Node's buffer has no slack behind it, so its bytes move into ours. */
  receivedChunk(chunk: Uint8Array): void {
    if (this.isGone()) return // a stream that was destroyed may still give what it held
    const lent = this.#receiveBuffer.lend(chunk, (length) => {
      this.received(length)
      return !this.socket.isPaused() && !this.isGone()
    })
    // Paused in mid-chunk: the rest goes back to the front of the stream.
    if (lent < chunk.length && !this.isGone()) this.socket.unshift(chunk.subarray(lent))
  }

  /** @internal On the `data` path Node reads on behind a pause, and then tells the end during it. */
  ended(): void {
    this.#owesEnd = this.socket.isPaused()
    if (this.#owesEnd || this.isGone()) return
    this.reactor.enter()
    this.listener?.onEnd()
  }

  /** @internal */
  drained(): void {
    if (this.isGone()) return
    this.reactor.enter()
    this.reactor.instruments?.emitOf('drained', this)
    this.listener?.onDrain()
  }

  /** @internal Node closes the socket right after an error, and `onClose` is told why. */
  failed(error: Error): void {
    this.#error = error
  }

  /** @internal */
  closed(): void {
    this.reactor.enter()
    this.listener?.onClose(this.#error)
    this.reactor.instruments?.emitOf('connectionClosed', this)
  }
}

const onRead: OnreadCallback = function (nread) {
  ;(this as AdoptedSocket)[TRANSPORT].received(nread)
  return true
}

function onData(this: Socket, chunk: Uint8Array): void {
  ;(this as AdoptedSocket)[TRANSPORT].receivedChunk(chunk)
}

function onEnd(this: Socket): void {
  ;(this as AdoptedSocket)[TRANSPORT].ended()
}

function onDrain(this: Socket): void {
  ;(this as AdoptedSocket)[TRANSPORT].drained()
}

function onError(this: Socket, error: Error): void {
  ;(this as AdoptedSocket)[TRANSPORT].failed(error)
}

function onClose(this: Socket): void {
  ;(this as AdoptedSocket)[TRANSPORT].closed()
}
