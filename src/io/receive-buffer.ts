import type { Reactor } from '../reactor/reactor.js'
import { RECEIVE_SLACK } from './transport.js'

/** Linux reads a loopback or fast peer in steps of up to 64 KiB; more is never read at once by Node either. */
const READ_AREA = 64 * 1024

/**
 * One big receive buffer per reactor, which every read of every connection fills: an idle connection has no
 * buffer at all, and a read allocates nothing. So the bytes are only lent; see `TransportListener.onBytes`.
 */
export class ReceiveBuffer {
  /** The read area and the slack behind it. */
  readonly bytes = Buffer.allocUnsafeSlow(READ_AREA + RECEIVE_SLACK)
  /** What a read may fill. */
  readonly readArea = this.bytes.subarray(0, READ_AREA)

  /**
   * Lends bytes that lie elsewhere, by copying them in, piece by piece.
   * @param take receives the length of each piece; returns `false` to stop early
   * @returns how many bytes were lent
   */
  lend(source: Uint8Array, take: (length: number) => boolean): number {
    let from = 0
    let goOn = true
    while (from < source.length && goOn) {
      const piece = source.subarray(from, from + READ_AREA)
      this.bytes.set(piece)
      from += piece.length
      goOn = take(piece.length)
    }
    return from
  }
}

const buffers = new WeakMap<Reactor, ReceiveBuffer>()

export function receiveBufferOf(reactor: Reactor): ReceiveBuffer {
  let buffer = buffers.get(reactor)
  if (buffer === undefined) buffers.set(reactor, (buffer = new ReceiveBuffer()))
  return buffer
}
