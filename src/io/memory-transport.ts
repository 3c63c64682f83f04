import { CalandriaError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import { IoCounters } from './io-counters.js'
import { type ReceiveBuffer, receiveBufferOf } from './receive-buffer.js'
import type { Segment, Transport, TransportListener } from './transport.js'

export interface MemoryPairOptions {
  /** Bytes queued in a transport from which on it is not writable. Default 64 KiB. */
  readonly highWaterMark?: number
  /** What the first end gives as its peer's address. Default `null`. */
  readonly remoteAddress?: string | null
}

/**
 * Two transports in memory: what one writes the other reads, in a later turn of the reactor, in order and whole.
 * The protocol above runs on them without a socket. Works with a reactor that is turned by hand.
 */
export function createMemoryPair(
  reactor: Reactor,
  { highWaterMark = 64 * 1024, remoteAddress = null }: MemoryPairOptions = {},
): [MemoryTransport, MemoryTransport] {
  const left = new MemoryTransport(reactor, highWaterMark, remoteAddress)
  const right = new MemoryTransport(reactor, highWaterMark, null)
  left.connect(right)
  right.connect(left)
  return [left, right]
}

/** One end of a pair; see {@link createMemoryPair}. */
export class MemoryTransport implements Transport {
  readonly counters = new IoCounters()
  readonly remoteAddress: string | null
  readonly #reactor: Reactor
  readonly #highWaterMark: number
  readonly #receiveBuffer: ReceiveBuffer
  #peer: MemoryTransport | null = null
  #listener: TransportListener | null = null

  /** Written by us, not yet read by the peer. */
  #queue: Buffer[] = []
  #bytesQueued = 0
  #owesDrain = false
  #isEnded = false
  #isPaused = false
  #hasReadEnd = false
  #isClosed = false
  #isPumpPosted = false

  constructor(reactor: Reactor, highWaterMark: number, remoteAddress: string | null) {
    this.#reactor = reactor
    this.#highWaterMark = highWaterMark
    this.#receiveBuffer = receiveBufferOf(reactor)
    this.remoteAddress = remoteAddress
    reactor.instruments?.emitOf('connectionOpened', this, remoteAddress)
  }

  /** @internal */
  connect(peer: MemoryTransport): void {
    this.#peer = peer
  }

  get bytesQueued(): number {
    return this.#bytesQueued
  }

  get bytesUnsent(): number {
    return this.#bytesQueued
  }

  get isWritable(): boolean {
    return this.#bytesQueued < this.#highWaterMark
  }

  attach(listener: TransportListener): void {
    this.#listener = listener
    this.#schedulePeer()
  }

  write(data: Segment): boolean {
    return this.writeAll([data])
  }

  writeAll(segments: readonly Segment[]): boolean {
    if (this.#isClosed) return false
    if (this.#isEnded) throw new CalandriaError('CAL_ERR_TRANSPORT_ENDED')
    let bytes = 0
    for (const segment of segments) {
      // Bytes are copied late on a real socket too: who changes them after the write must see the change here.
      const chunk =
        typeof segment === 'string'
          ? Buffer.from(segment, 'latin1')
          : Buffer.from(segment.buffer, segment.byteOffset, segment.length)
      bytes += chunk.length
      if (chunk.length > 0) this.#queue.push(chunk)
    }
    this.counters.countWrite(bytes)
    this.#bytesQueued += bytes
    if (!this.isWritable) this.#owesDrain = true
    this.#schedulePump()
    return this.isWritable
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#schedulePeer()
  }

  end(): void {
    this.#isEnded = true
    this.#schedulePump()
  }

  close(): void {
    this.#shut(null, null)
  }

  abort(): void {
    this.#shut(null, connectionReset())
  }

  /** Closes both ends: ours with `error`, the peer's with `peerError` (a close without one lets it read on). */
  #shut(error: Error | null, peerError: Error | null): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#isEnded = true
    const peer = this.#peer
    if (peerError !== null) {
      this.#queue.length = 0
      this.#bytesQueued = 0
      if (peer !== null) peer.#shut(peerError, null)
    } else {
      this.#schedulePump()
    }
    this.#reactor.groups.latency.post(() => {
      this.#listener?.onClose(error)
      this.#reactor.instruments?.emitOf('connectionClosed', this)
    })
  }

  /** Has what we wrote handed to the peer in a turn to come. */
  #schedulePump(): void {
    if (this.#isPumpPosted) return
    this.#isPumpPosted = true
    this.#reactor.groups.latency.post(() => {
      this.#isPumpPosted = false
      this.#pump()
    })
  }

  #pump(): void {
    const peer = this.#peer
    if (peer === null || peer.#listener === null) return
    if (peer.#isClosed && this.#queue.length > 0) {
      this.#reset()
      return
    }
    while (this.#queue.length > 0 && peer.#isReading) {
      const chunk = this.#queue.shift() as Buffer
      const lent = this.#receiveBuffer.lend(chunk, (length) => {
        this.#bytesQueued -= length
        peer.#received(length)
        return peer.#isReading
      })
      if (lent < chunk.length) this.#queue.unshift(chunk.subarray(lent))
    }
    if (this.#queue.length > 0) return
    if (this.#owesDrain && !this.#isClosed) {
      this.#owesDrain = false
      this.#reactor.instruments?.emitOf('drained', this)
      this.#listener?.onDrain()
    }
    if (this.#isEnded && this.#queue.length === 0 && peer.#isReading && !peer.#hasReadEnd) {
      peer.#hasReadEnd = true
      peer.#listener.onEnd()
    }
    this.#closeWhenBothEnded()
  }

  #schedulePeer(): void {
    if (this.#peer !== null) this.#peer.#schedulePump()
  }

  get #isReading(): boolean {
    return !this.#isPaused && !this.#isClosed
  }

  #received(length: number): void {
    this.counters.countRead(length)
    this.#reactor.enter()
    const { instruments } = this.#reactor
    instruments?.emitOf('readStarted', this, length)
    this.#listener?.onBytes(this.#receiveBuffer.bytes, length)
    instruments?.emitOf('readEnded', this)
  }

  /** Like a socket: bytes that a closed peer will never read come back as a reset. */
  #reset(): void {
    this.#queue.length = 0
    this.#bytesQueued = 0
    this.#shut(connectionReset(), null)
  }

  /** Like a socket: when both directions have ended and all was read, the connection is gone. */
  #closeWhenBothEnded(): void {
    const peer = this.#peer
    if (peer === null) return
    const theirsIsRead = this.#hasReadEnd || this.#isClosed
    const oursIsRead = peer.#hasReadEnd || peer.#isClosed
    if (!(this.#isEnded && peer.#isEnded && theirsIsRead && oursIsRead)) return
    this.close()
    peer.close()
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}
