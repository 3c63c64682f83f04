import { getSystemErrorName } from 'node:util'
import { CalandriaError } from '../errors/calandria-error.js'
import {
  type StreamHandle,
  TAKEN,
  writeAllDirectly,
  writeDirectly,
  type WriteRequest,
} from './direct-write.js'
import { SocketTransport } from './socket-transport.js'
import type { Segment } from './transport.js'

/** What is still to be done when everything has left. */
enum Owed {
  Nothing,
  Drain,
  End,
}

/**
 * A {@link SocketTransport} that writes past Node's `Writable`, straight to libuv's stream (see `direct-write.ts`), which
 * saves a tenth of all that a single request costs. Reading, ending and closing stay with Node's socket, whose stream
 * never has anything to write.
 */
export class DirectTransport extends SocketTransport {
  readonly #handle: StreamHandle
  /** Writes of which something is left. */
  #underWay = 0
  #owed = Owed.Nothing

  /** @param handle that of the socket; see `directHandleOf` */
  constructor(handle: StreamHandle, ...others: ConstructorParameters<typeof SocketTransport>) {
    super(...others)
    this.#handle = handle
  }

  override get bytesQueued(): number {
    return this.#underWay === 0 ? 0 : this.#handle.writeQueueSize
  }

  override get bytesUnsent(): number {
    return this.bytesQueued
  }

  override get isWritable(): boolean {
    return this.#underWay === 0 || this.#handle.writeQueueSize < this.socket.writableHighWaterMark
  }

  override write(data: Segment): boolean {
    if (!this.mayWrite()) return false
    if (data.length === 0) return this.isWritable // libuv takes nothing for a mistake
    this.counters.countWrite(data.length)
    const outcome = writeDirectly(this.#handle, data)
    return outcome === TAKEN && this.#underWay === 0 ? true : this.#wrote(outcome)
  }

  override writeAll(segments: readonly Segment[]): boolean {
    if (!this.mayWrite()) return false
    let bytes = 0
    for (const segment of segments) bytes += segment.length
    if (bytes === 0) return this.isWritable
    this.counters.countWrite(bytes)
    return this.#wrote(writeAllDirectly(this.#handle, segments))
  }

  /** libuv can't reset a stream that is about to shut down (EINVAL), so that waits until all has left. */
  override end(): void {
    if (this.#underWay > 0) this.#owed = Owed.End
    else super.end()
  }

  protected override mayWrite(): boolean {
    if (this.#owed === Owed.End && !this.isGone()) throw new CalandriaError('CAL_ERR_TRANSPORT_ENDED')
    return super.mayWrite()
  }

  #wrote(outcome: number | WriteRequest): boolean {
    if (typeof outcome === 'number') {
      if (outcome !== TAKEN) this.#failed(outcome)
    } else {
      outcome.owner = this
      outcome.oncomplete = onComplete
      this.#underWay++
    }
    const { isWritable } = this
    if (!isWritable && this.#owed === Owed.Nothing) this.#owed = Owed.Drain
    return isWritable
  }

  /** @internal One write has left as a whole, or will not. */
  completed(status: number): void {
    this.#underWay--
    if (this.isGone()) return
    if (status < 0) {
      this.#failed(status)
      return
    }
    if (this.#underWay > 0) return
    const owed = this.#owed
    this.#owed = Owed.Nothing
    if (owed === Owed.Drain) this.drained()
    else if (owed === Owed.End) super.end()
  }

  /** `onClose` is told why, in a stack of its own. */
  #failed(errno: number): void {
    const code = getSystemErrorName(errno)
    this.socket.destroy(Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' }))
  }
}

function onComplete(this: WriteRequest, status: number): void {
  ;(this.owner as DirectTransport).completed(status)
}
