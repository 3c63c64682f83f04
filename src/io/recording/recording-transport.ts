import { CalandriaError } from '../../errors/calandria-error.js'
import type { Reactor } from '../../reactor/reactor.js'
import type { Segment, Transport, TransportListener } from '../transport.js'
import { Op, WriteResult } from './format.js'
import type { Recorder } from './recorder.js'
import type { RecordingLog } from './recording-log.js'

/**
 * A transport between the core and one that lives on the porch: what comes from below is an input, what comes from above
 * an output, and what is asked is answered from below; all of it is kept. The core is entered here, once an input.
 */
export class RecordingTransport implements Transport, TransportListener {
  /** Asked once: a socket that has closed knows it no longer, and the replay can't know when that was. */
  readonly remoteAddress: string | null
  readonly #transport: Transport
  readonly #id: number
  readonly #log: RecordingLog
  readonly #recorder: Recorder
  readonly #core: Reactor
  #listener: TransportListener | null = null

  constructor(transport: Transport, id: number, log: RecordingLog, recorder: Recorder, core: Reactor) {
    this.remoteAddress = transport.remoteAddress
    this.#transport = transport
    this.#id = id
    this.#log = log
    this.#recorder = recorder
    this.#core = core
    core.instruments?.emitOf('connectionOpened', this, this.remoteAddress)
  }

  // ---- inputs -------------------------------------------------------------------------------------------------

  onBytes(bytes: Buffer, length: number): void {
    const core = this.#core
    this.#recorder.beginInput()
    this.#log.read(this.#id, bytes, length)
    try {
      core.enter()
      core.instruments?.emitOf('readStarted', this, length)
      this.#listener?.onBytes(bytes, length)
      core.instruments?.emitOf('readEnded', this)
    } finally {
      this.#recorder.endInput()
    }
  }

  onDrain(): void {
    this.#recorder.beginInput()
    this.#log.keep(Op.Drain, this.#id)
    try {
      this.#core.enter()
      this.#core.instruments?.emitOf('drained', this)
      this.#listener?.onDrain()
    } finally {
      this.#recorder.endInput()
    }
  }

  onEnd(): void {
    this.#recorder.beginInput()
    this.#log.keep(Op.End, this.#id)
    try {
      this.#core.enter()
      this.#listener?.onEnd()
    } finally {
      this.#recorder.endInput()
    }
  }

  onClose(error: Error | null): void {
    this.#recorder.beginInput()
    this.#log.closedBy(this.#id, error)
    try {
      this.#core.enter()
      this.#core.instruments?.emitOf('connectionClosed', this)
      this.#listener?.onClose(error)
    } finally {
      this.#recorder.endInput()
    }
  }

  // ---- answers ------------------------------------------------------------------------------------------------

  get bytesQueued(): number {
    const bytes = this.#transport.bytesQueued
    this.#log.keep(Op.BytesQueued, this.#id, bytes)
    return bytes
  }

  get bytesUnsent(): number {
    const bytes = this.#transport.bytesUnsent
    this.#log.keep(Op.BytesUnsent, this.#id, bytes)
    return bytes
  }

  get isWritable(): boolean {
    const { isWritable } = this.#transport
    this.#log.keep(Op.IsWritable, this.#id, isWritable ? 1 : 0)
    return isWritable
  }

  // ---- outputs ------------------------------------------------------------------------------------------------

  attach(listener: TransportListener): void {
    const isFirst = this.#listener === null
    this.#listener = listener
    if (isFirst) this.#transport.attach(this)
  }

  write(data: Segment): boolean {
    return this.#write([data], () => this.#transport.write(data))
  }

  writeAll(segments: readonly Segment[]): boolean {
    return this.#write(segments, () => this.#transport.writeAll(segments))
  }

  pause(): void {
    this.#log.keep(Op.Pause, this.#id)
    this.#transport.pause()
  }

  resume(): void {
    this.#log.keep(Op.Resume, this.#id)
    this.#transport.resume()
  }

  end(): void {
    this.#log.keep(Op.EndOutput, this.#id)
    this.#transport.end()
  }

  close(): void {
    this.#log.keep(Op.CloseOutput, this.#id)
    this.#transport.close()
  }

  abort(): void {
    this.#log.keep(Op.Abort, this.#id)
    this.#transport.abort()
  }

  #write(segments: readonly Segment[], write: () => boolean): boolean {
    try {
      const isWritable = write()
      this.#log.wrote(this.#id, isWritable ? WriteResult.Writable : WriteResult.Full, segments)
      return isWritable
    } catch (error) {
      if (error instanceof CalandriaError && error.code === 'CAL_ERR_TRANSPORT_ENDED')
        this.#log.wrote(this.#id, WriteResult.Ended, segments)
      throw error
    }
  }
}
