import {
  RECEIVE_SLACK,
  type Segment,
  type Transport,
  type TransportListener,
} from '../../../src/io/transport.js'

export type EventName = 'bytes' | 'drain' | 'end' | 'close'

/**
 * One end of a connection under test. It is the transport, with every call watched, and its listener, which
 * keeps what it hears and holds it against the rules that are always true ({@link Recorder.violations}).
 */
export class Recorder implements TransportListener {
  /** What came, in order; several reads in a row stand as one `bytes`. */
  readonly events: EventName[] = []
  /** Broken rules. After every test there must be none. */
  readonly violations: string[] = []
  /** The argument of `onClose`; `undefined` until it comes. */
  closedWith: Error | null | undefined = undefined
  reads = 0
  bytesReceived = 0

  /** What to do in the callbacks, beyond keeping notes. */
  onBytesDo: (() => void) | null = null
  onDrainDo: (() => void) | null = null
  onEndDo: (() => void) | null = null

  readonly #name: string
  readonly #changed: () => void
  readonly #chunks: Buffer[] = []
  #transport: Transport | null = null
  #isPaused = false
  /** Methods of the transport that are being called at this moment. */
  #depth = 0

  /** @param changed called after every event */
  constructor(name: string, changed: () => void) {
    this.#name = name
    this.#changed = changed
  }

  /** Everything that was received. */
  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get isClosed(): boolean {
    return this.closedWith !== undefined
  }

  count(event: EventName): number {
    return this.events.filter((each) => each === event).length
  }

  // ---- the transport ----------------------------------------------------------------------------------------

  adopt(transport: Transport): void {
    this.#transport = transport
    this.#call(() => transport.attach(this))
  }

  get isAttached(): boolean {
    return this.#transport !== null
  }

  get transport(): Transport {
    if (this.#transport === null) throw new Error(`${this.#name} is not connected yet`)
    return this.#transport
  }

  write(data: Segment): boolean {
    return this.#call(() => this.transport.write(data))
  }

  writeAll(segments: readonly Segment[]): boolean {
    return this.#call(() => this.transport.writeAll(segments))
  }

  pause(): void {
    this.#isPaused = true
    this.#call(() => this.transport.pause())
  }

  resume(): void {
    this.#isPaused = false
    this.#call(() => this.transport.resume())
  }

  end(): void {
    this.#call(() => this.transport.end())
  }

  close(): void {
    this.#call(() => this.transport.close())
  }

  abort(): void {
    this.#call(() => this.transport.abort())
  }

  #call<T>(method: () => T): T {
    this.#depth++
    try {
      return method()
    } finally {
      this.#depth--
    }
  }

  // ---- the listener -----------------------------------------------------------------------------------------

  onBytes(bytes: Buffer, length: number): void {
    this.#note('bytes')
    if (length === 0) this.#complain('was lent no bytes at all')
    if (bytes.length < length + RECEIVE_SLACK) this.#complain(`has ${bytes.length - length} bytes of slack`)
    this.reads++
    this.bytesReceived += length
    this.#chunks.push(Buffer.from(bytes.subarray(0, length)))
    bytes.fill(0xff, 0, length + RECEIVE_SLACK) // what is lent may be written to, and nothing that comes is hurt
    this.onBytesDo?.()
    this.#changed()
  }

  onDrain(): void {
    this.#note('drain')
    if (this.transport.bytesQueued > 0)
      this.#complain(`was drained with ${this.transport.bytesQueued} bytes left`)
    this.onDrainDo?.()
    this.#changed()
  }

  onEnd(): void {
    this.#note('end')
    if (this.count('end') > 1) this.#complain('heard a second end')
    this.onEndDo?.()
    this.#changed()
  }

  onClose(error: Error | null): void {
    this.#note('close')
    this.closedWith = error
    this.#changed()
  }

  #note(event: EventName): void {
    if (this.#depth > 0) this.#complain(`heard ${event} from within a method`)
    if (this.isClosed) this.#complain(`heard ${event} after close`)
    if (this.#isPaused && (event === 'bytes' || event === 'end'))
      this.#complain(`heard ${event} while paused`)
    if (event === 'bytes' && this.events.includes('end')) this.#complain('heard bytes after end')
    if (event !== 'bytes' || this.events.at(-1) !== 'bytes') this.events.push(event)
  }

  #complain(what: string): void {
    this.violations.push(`${this.#name} ${what}`)
  }
}
