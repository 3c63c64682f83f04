import { CalandriaError } from '../../errors/calandria-error.js'
import { offExit, onExit } from '../../reactor/process-exit.js'
import type { Reactor } from '../../reactor/reactor.js'
import type { Segment } from '../transport.js'
import { checksumOf } from './checksum.js'
import { EventWriter } from './event-writer.js'
import { Ending, MOST_READ, Op, VARINT, type WriteResult } from './format.js'
import type { ClockKeeper } from './recording-clock.js'
import { RecordingFile } from './recording-file.js'
import type { RecordedValue } from './recorded-value.js'

/** How a recording ended. */
export interface RecordingReport {
  readonly file: string
  /**
   * `closed`: with the server. `full`: at `maxBytes`. `overflow`: the disk did not keep up. `nested`: a transport was
   * called from inside of the loop. `failed`: the file could not be written.
   */
  readonly ending: 'closed' | 'full' | 'overflow' | 'nested' | 'failed'
  /** `null` when it ended with the server. */
  readonly error: CalandriaError | null
  /** Bytes of the file, if all could be written. */
  readonly bytes: number
}

/** What `serve({ record })` was given, checked. */
export interface RecordSettings {
  readonly file: string
  readonly maxBytes: number
  readonly maxBufferedBytes: number
  readonly outputs: 'hash' | 'bytes'
  readonly onEnd: (report: RecordingReport) => void
}

/** What is written at the latest so many milliseconds after it happened; a process that is killed loses it. */
const WRITE_AFTER_MS = 10

/**
 * The events of a recording on their way to the disk. It ends when it is told to, when the file is full, or when the disk
 * fails or is too slow; from then on nothing is kept.
 */
export class RecordingLog implements ClockKeeper {
  readonly #settings: RecordSettings
  readonly #porch: Reactor
  readonly #file: RecordingFile
  readonly #events: EventWriter
  readonly #headBytes: number
  #isOn = true
  #failure: CalandriaError | null = null
  #wallTime = 0
  /** The last read, to see whether the next one is the same; -1: there was none. */
  readonly #lastRead = Buffer.allocUnsafeSlow(MOST_READ)
  #lastReadLength = -1

  /** @param porch a reactor that is not recorded */
  constructor(settings: RecordSettings, head: Buffer, porch: Reactor) {
    this.#settings = settings
    this.#porch = porch
    this.#headBytes = head.length
    this.#file = new RecordingFile(settings.file, (error) => this.#failed(error))
    this.#file.append(head)
    this.#events = new EventWriter(
      {
        blockBegun: () => void porch.delay(WRITE_AFTER_MS, () => this.#events.seal()),
        take: (block) => this.#file.append(block),
      },
      settings.maxBytes - head.length,
    )
    onExit(this.#exiting)
  }

  /** @throws CalandriaError `CAL_ERR_RECORD_FILE` (rejects) */
  get opened(): Promise<void> {
    return this.#file.opened
  }

  /** Resolves when the file is closed, whatever the reason. */
  get closed(): Promise<void> {
    return this.#file.closed
  }

  // ---- inputs -------------------------------------------------------------------------------------------------

  /** An event of which nothing but its kind is told. */
  mark(op: Op): void {
    if (this.#hasRoom(1)) this.#events.byte(op)
  }

  accepted(connection: number, address: string | null): void {
    const bytes = address === null ? null : Buffer.from(address)
    if (!this.#hasRoom(1 + 2 * VARINT + (bytes?.length ?? 0))) return
    this.#events.op(Op.Accept, connection)
    this.#text(bytes)
  }

  /** @param bytes lent */
  read(connection: number, bytes: Buffer, length: number): void {
    if (!this.#hasRoom(1 + 2 * VARINT + length)) return
    if (length === this.#lastReadLength && bytes.compare(this.#lastRead, 0, length, 0, length) === 0) {
      this.#events.op(Op.SameBytes, connection)
      return
    }
    bytes.copy(this.#lastRead, 0, 0, length)
    this.#lastReadLength = length
    this.#events.op(Op.Bytes, connection)
    this.#events.bytesOf(bytes, length)
  }

  closedBy(connection: number, error: Error | null): void {
    const { code = '', message = '' }: Partial<NodeJS.ErrnoException> = error ?? {}
    const [codeBytes, messageBytes] = [Buffer.from(code), Buffer.from(message)]
    if (!this.#hasRoom(2 + 3 * VARINT + codeBytes.length + messageBytes.length)) return
    this.#events.op(Op.Close, connection)
    this.#events.byte(error === null ? 0 : 1)
    if (error === null) return
    this.#text(codeBytes)
    this.#text(messageBytes)
  }

  serverClosed(drainMs: number): void {
    if (!this.#hasRoom(9)) return
    this.#events.byte(Op.ServerClose)
    this.#events.f64(drainMs)
  }

  came(input: number, value: RecordedValue): void {
    if (!this.#hasRoom(1 + VARINT + sizeOf(value))) return
    this.#events.op(Op.Input, input)
    this.#value(value)
  }

  // ---- answers and outputs ------------------------------------------------------------------------------------

  clockRead(units: number): void {
    if (!this.#hasRoom(1 + VARINT)) return
    if (units < 0x80) this.#events.byte(units)
    else this.#events.op(Op.Clock, units)
  }

  wallTimeRead(ms: number): void {
    if (!this.#hasRoom(1 + VARINT)) return
    const passed = ms - this.#wallTime
    this.#wallTime = ms
    this.#events.op(Op.WallTime, passed < 0 ? -2 * passed - 1 : 2 * passed)
  }

  observed(value: RecordedValue): void {
    if (!this.#hasRoom(1 + sizeOf(value))) return
    this.#events.byte(Op.Observed)
    this.#value(value)
  }

  /** An event of a connection (or of an `external()`), and a number where it has one. */
  keep(op: Op, connection: number, value?: number): void {
    if (!this.#hasRoom(1 + 2 * VARINT)) return
    this.#events.op(op, connection)
    if (value !== undefined) this.#events.uint(value)
  }

  wrote(connection: number, result: WriteResult, segments: readonly Segment[]): void {
    if (!this.#isOn) return
    let bytes = 0
    for (const segment of segments) bytes += segment.length
    const holdsBytes = this.#settings.outputs === 'bytes'
    if (!this.#hasRoom(6 + 2 * VARINT + (holdsBytes ? bytes : 0))) return
    this.#events.op(holdsBytes ? Op.WriteBytes : Op.Write, connection)
    this.#events.byte(result)
    this.#events.uint(bytes)
    if (holdsBytes) for (const segment of segments) this.#events.piece(segment)
    else this.#events.u32(checksumOf(segments))
  }

  #text(bytes: Buffer | null): void {
    this.#events.uint(bytes === null ? 0 : bytes.length + 1)
    if (bytes !== null) this.#events.piece(bytes)
  }

  #value({ kind, parts }: RecordedValue): void {
    this.#events.byte(kind)
    for (const part of parts) this.#events.bytesOf(part)
  }

  // ---- the end ------------------------------------------------------------------------------------------------

  #hasRoom(size: number): boolean {
    if (!this.#isOn) return false
    if (this.#file.bytesWaiting > this.#settings.maxBufferedBytes)
      this.end(Ending.Overflow, 'overflow', new CalandriaError('CAL_ERR_RECORD_OVERFLOW'))
    else if (!this.#events.hasRoom(size))
      this.end(Ending.Full, 'full', new CalandriaError('CAL_ERR_RECORD_FULL'))
    return this.#isOn
  }

  /** The recording ends, unless it has ended. */
  end(ending: Ending, name: RecordingReport['ending'], error: CalandriaError | null = null): void {
    if (!this.#isOn) return
    this.#isOn = false
    this.#events.finish(Op.Finish, ending)
    this.#file.end()
    this.#tellEnd(name, error)
  }

  #failed(error: CalandriaError): void {
    this.#failure ??= error
    if (!this.#isOn) return // its end was told, or will be
    this.#isOn = false
    this.#tellEnd('failed', error)
  }

  /** As a task, where somebody hears of it when the listener throws. */
  #tellEnd(ending: RecordingReport['ending'], error: CalandriaError | null): void {
    void this.#file.closed.then(() => {
      offExit(this.#exiting)
      const failure = this.#failure
      const report: RecordingReport = Object.freeze({
        file: this.#settings.file,
        ending: failure === null ? ending : 'failed',
        error: failure ?? error,
        bytes: this.#headBytes + this.#events.bytes,
      })
      this.#porch.post(() => this.#settings.onEnd(report))
    })
  }

  readonly #exiting = (): void => {
    this.#events.seal()
    this.#file.writeBeforeExit()
  }
}

function sizeOf({ parts }: RecordedValue): number {
  return parts.reduce((size, part) => size + VARINT + part.length, 1)
}
