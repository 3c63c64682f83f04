import { CalandriaError } from '../../errors/calandria-error.js'
import { checksum } from '../../io/recording/checksum.js'
import { Op, WriteResult } from '../../io/recording/format.js'
import type { AnswerOp, RecordedError, RecordedEvent, SimpleOp } from '../../io/recording/recording-events.js'
import { receiveBufferOf } from '../../io/receive-buffer.js'
import type { Segment, Transport, TransportListener } from '../../io/transport.js'
import type { Reactor } from '../../reactor/reactor.js'
import { excerpt, hex, OP_NAMES } from './describe-event.js'
import type { ReplayScript } from './replay-script.js'

type WriteEvent = Extract<RecordedEvent, { op: Op.Write | Op.WriteBytes }>

/** What replays count. */
export interface OutputCounters {
  writes: number
  bytesWritten: number
}

/** One connection of a recording: it tells and answers what was recorded, and compares what the core does with it. */
export class ReplayTransport implements Transport {
  readonly remoteAddress: string | null
  readonly #id: number
  readonly #script: ReplayScript
  readonly #reactor: Reactor
  readonly #counters: OutputCounters
  #listener: TransportListener | null = null

  constructor(
    id: number,
    remoteAddress: string | null,
    script: ReplayScript,
    reactor: Reactor,
    counters: OutputCounters,
  ) {
    this.#id = id
    this.remoteAddress = remoteAddress
    this.#script = script
    this.#reactor = reactor
    this.#counters = counters
    reactor.instruments?.emitOf('connectionOpened', this, remoteAddress)
  }

  // ---- inputs, in the same steps as RecordingTransport ----------------------------------------------------------

  receive(bytes: Buffer): void {
    const reactor = this.#reactor
    const buffer = receiveBufferOf(reactor)
    buffer.lend(bytes, (length) => {
      reactor.enter()
      reactor.instruments?.emitOf('readStarted', this, length)
      this.#listener?.onBytes(buffer.bytes, length)
      reactor.instruments?.emitOf('readEnded', this)
      return true
    })
  }

  drain(): void {
    this.#reactor.enter()
    this.#reactor.instruments?.emitOf('drained', this)
    this.#listener?.onDrain()
  }

  peerEnded(): void {
    this.#reactor.enter()
    this.#listener?.onEnd()
  }

  closed(error: RecordedError | null): void {
    this.#reactor.enter()
    this.#reactor.instruments?.emitOf('connectionClosed', this)
    const { code, message } = error ?? { code: '', message: '' }
    this.#listener?.onClose(error === null ? null : Object.assign(new Error(message), { code }))
  }

  // ---- answers ------------------------------------------------------------------------------------------------

  get bytesQueued(): number {
    return this.#answer(Op.BytesQueued)
  }

  get bytesUnsent(): number {
    return this.#answer(Op.BytesUnsent)
  }

  get isWritable(): boolean {
    return this.#answer(Op.IsWritable) === 1
  }

  // ---- outputs ------------------------------------------------------------------------------------------------

  attach(listener: TransportListener): void {
    this.#listener = listener
  }

  write(data: Segment): boolean {
    return this.writeAll([data])
  }

  writeAll(segments: readonly Segment[]): boolean {
    const bytes = Buffer.concat(
      segments.map((segment) => (typeof segment === 'string' ? Buffer.from(segment, 'latin1') : segment)),
    )
    const event = this.#takeWrite(bytes)
    if (event === null) return true
    if (!isSame(event, bytes)) this.#script.diverge(event, this.#id, describeWrite(event, bytes))
    this.#counters.writes++
    this.#counters.bytesWritten += bytes.length
    if (event.result === WriteResult.Ended) throw new CalandriaError('CAL_ERR_TRANSPORT_ENDED')
    return event.result === WriteResult.Writable
  }

  pause(): void {
    this.#output(Op.Pause)
  }

  resume(): void {
    this.#output(Op.Resume)
  }

  end(): void {
    this.#output(Op.EndOutput)
  }

  close(): void {
    this.#output(Op.CloseOutput)
  }

  abort(): void {
    this.#output(Op.Abort)
  }

  #answer(op: AnswerOp): number {
    const event = this.#script.take(op, this.#id, () => `${OP_NAMES[op]} #${this.#id}`)
    return event?.value ?? (op === Op.IsWritable ? 1 : 0)
  }

  #output(op: SimpleOp): void {
    this.#script.take(op, this.#id, () => `${OP_NAMES[op]} #${this.#id}`)
  }

  #takeWrite(bytes: Buffer): WriteEvent | null {
    const op = this.#script.next?.op === Op.WriteBytes ? Op.WriteBytes : Op.Write
    return this.#script.take(
      op,
      this.#id,
      () => `write #${this.#id}: ${bytes.length} bytes ${excerpt(bytes)}`,
    )
  }
}

function isSame(event: WriteEvent, bytes: Buffer): boolean {
  if (event.op === Op.WriteBytes) return event.bytes.equals(bytes)
  return event.length === bytes.length && event.checksum === checksum(bytes)
}

/** Both from a little before the first byte that differs, where the recording has the bytes. */
function describeWrite(event: WriteEvent, actual: Buffer): string {
  const what = `write #${event.connection}: ${actual.length} bytes`
  if (event.op === Op.Write) return `${what}, checksum ${hex(checksum(actual))} ${excerpt(actual)}`
  const { bytes } = event
  let at = 0
  while (at < bytes.length && bytes[at] === actual[at]) at++
  const from = Math.max(0, at - 24)
  return `${what}; byte ${at} is the first that differs: ${excerpt(actual, from)} instead of ${excerpt(bytes, from)}`
}
