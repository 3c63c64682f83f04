import type { Socket } from 'node:net'

/** What Node itself looks at to tell a slow peer from a dead one (`net.Socket.prototype._onTimeout`). */
interface Internals {
  /** Below TLS: the socket whose bytes the kernel takes. */
  readonly _parent?: Internals | null
  readonly _handle?: { readonly writeQueueSize?: unknown } | null
  readonly _writableState?: { readonly writelen?: unknown }
}

/**
 * Bytes that the kernel has not taken yet. A stream counts a write as queued until all of it has left, which for a
 * large body may take minutes; libuv knows how much of it is left. Where Node doesn't say, the stream's count serves.
 */
export function bytesNotTaken(socket: Socket): number {
  const { writableLength } = socket
  if (writableLength === 0) return 0
  const { _parent: carrier, _handle: handle, _writableState: state } = socket as unknown as Internals
  const left = (carrier?._handle ?? handle)?.writeQueueSize // that of TLS itself stays whole until the end of the write
  const underWay = state?.writelen
  if (typeof left !== 'number' || typeof underWay !== 'number') return writableLength
  return writableLength - Math.max(underWay - left, 0)
}
