import type { Reactor } from '../reactor/reactor.js'
import type { Segment, Transport } from './transport.js'

/** Bytes that a batch gathers at most before it leaves: what one write to a socket can be expected to take. */
export const BATCH_CAP = 64 * 1024

/**
 * Bytes up to this size are turned into text and join it: that is cheaper than another element in a gathering
 * write (`bench/micro/batch-bytes.ts`).
 */
const SMALL_BYTES = 1024

/**
 * Gathers what is to be written to one transport, and writes it once.
 *
 * Text is gathered by concatenation, which V8 does without copying; the socket flattens it when it writes
 * (`bench/micro/batch.ts` compares this with a byte buffer). Bytes that are larger stay where they are.
 *
 * While the peer doesn't read, a batch holds what it has got until the transport drains, so batching never gets
 * round the write limit; whoever appends must look at {@link isWritable}.
 */
export class WriteBatch {
  /** Where it writes to. A batch may serve one transport after the other, as long as it is empty in between. */
  transport: Transport | null
  /** Replies that wait in this batch: counted by who appends them. */
  replies = 0
  /** Reading of the reactor's clock when the first of them came. */
  openedAt = 0
  readonly #reactor: Reactor
  /** What came before {@link #text}; `null` as long as text is all there is. */
  #segments: Segment[] | null = null
  #text = ''
  /** From a write that filled the transport until its drain; spares asking it before every reply. */
  #isTransportFull = false
  /** Bytes in {@link #segments}. */
  #segmentBytes = 0

  constructor(transport: Transport | null, reactor: Reactor) {
    this.transport = transport
    this.#reactor = reactor
  }

  get bytes(): number {
    return this.#segmentBytes + this.#text.length
  }

  get isEmpty(): boolean {
    return this.#text.length === 0 && this.#segmentBytes === 0
  }

  /** Whether the cap is reached, so that it should leave now. */
  get isFull(): boolean {
    return this.#segmentBytes + this.#text.length >= BATCH_CAP
  }

  /** Whether more may be appended: what waits here and in the transport is below the high-water mark. */
  get isWritable(): boolean {
    return !this.#isTransportFull && !this.isFull
  }

  /** @param text characters below 256, one byte each */
  appendText(text: string): void {
    this.#text += text
  }

  /** The bytes are not copied when there are many of them: they must not change until they have left. */
  appendBytes(bytes: Buffer): void {
    if (bytes.length <= SMALL_BYTES) {
      this.#text += bytes.toString('latin1')
      return
    }
    this.#segments ??= []
    if (this.#text.length > 0) {
      this.#segments.push(this.#text)
      this.#segmentBytes += this.#text.length
      this.#text = ''
    }
    this.#segments.push(bytes)
    this.#segmentBytes += bytes.length
  }

  /** Writes all there is in one write, unless the transport is full: then it waits for {@link drained}. */
  flush(): void {
    if (this.#isTransportFull || this.isEmpty) return
    const { instruments } = this.#reactor
    const transport = this.transport as Transport
    instruments?.emitOf('flushStarted', transport, this.bytes, this.replies)
    const text = this.#text
    const segments = this.#segments
    this.#text = ''
    this.#segments = null
    this.#segmentBytes = 0
    this.replies = 0
    this.#isTransportFull = !this.#write(text, segments)
    instruments?.emitOf('flushEnded', transport, transport.bytesQueued)
  }

  #write(text: string, segments: Segment[] | null): boolean {
    const transport = this.transport as Transport
    if (segments === null) return transport.write(text)
    if (text.length > 0) segments.push(text)
    if (segments.length === 1) return transport.write(segments[0] as Segment)
    return transport.writeAll(segments)
  }

  /** The transport has room again: what waited leaves. */
  drained(): void {
    this.#isTransportFull = false
    this.flush()
  }

  /** Forgets everything: the connection is gone. */
  clear(): void {
    this.#text = ''
    this.#segments = null
    this.#segmentBytes = 0
    this.replies = 0
  }
}
