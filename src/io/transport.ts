/** A piece of output: bytes, or a string whose characters are all below 256 and stand for one byte each. */
export type Segment = string | Uint8Array

/**
 * The narrow contract between bytes and protocol. TCP, memory pairs and whatever comes later pass the same suite
 * (`test/io/transport-contract.ts`), and the protocol above can't tell them apart.
 *
 * - After {@link attach} the transport reads, until {@link pause}.
 * - While it is paused, `onBytes` and `onEnd` are not called.
 * - When both sides have ended and everything is written, the connection closes by itself.
 * - `onClose` comes exactly once, last of all, whoever closed.
 * - No callback is called from within a method of the transport.
 */
export interface Transport {
  /** The peer's address, without a port; `null` where there is none or it is not known any longer. */
  readonly remoteAddress: string | null
  /** Bytes of writes that have not left as a whole. */
  readonly bytesQueued: number
  /** Bytes that the kernel (or the peer) has not taken: never more than {@link bytesQueued}. It tells a slow peer. */
  readonly bytesUnsent: number
  /** `false` once {@link bytesQueued} has reached the high-water mark; `onDrain` comes when all of it has left. */
  readonly isWritable: boolean

  /** Sets who is told of what happens. Must be called in the turn in which the transport came into being. */
  attach(listener: TransportListener): void
  /**
   * Writes in one system call, where the kernel takes it all. The bytes belong to the transport until they have
   * left: don't change them.
   * @returns {@link isWritable}
   * @throws CalandriaError `CAL_ERR_TRANSPORT_ENDED` after {@link end}; writing after the close does nothing
   */
  write(data: Segment): boolean
  /** The same for several pieces, in one gathering write (`writev`). */
  writeAll(segments: readonly Segment[]): boolean
  /** Stops reading, at once. */
  pause(): void
  resume(): void
  /** Half-closes: the peer reads the end after all that was written. Reading goes on. */
  end(): void
  /** Lets go of the connection without a reset: what the kernel has taken is still delivered. */
  close(): void
  /** Resets the connection, so that the peer can't take what it has got for the whole. */
  abort(): void
}

/** What a protocol hears from its transport. */
export interface TransportListener {
  /**
   * Bytes came in: `bytes[0]` to `bytes[length - 1]`. They are only lent: valid until this call returns, because
   * the next read of any connection overwrites them. At least {@link RECEIVE_SLACK} more bytes behind them may be
   * written to (a parser's sentinel).
   */
  onBytes(bytes: Buffer, length: number): void
  /** All that was queued has left. Comes after {@link Transport.isWritable} was `false`. */
  onDrain(): void
  /** The peer has half-closed; it may still read. */
  onEnd(): void
  /** The connection is gone; `error` tells why when it did not end in peace. */
  onClose(error: Error | null): void
}

/** Writable bytes behind what `onBytes` lends. */
export const RECEIVE_SLACK = 16
