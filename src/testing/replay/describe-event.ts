import { Ending, Op, UNITS, ValueKind, WriteResult } from '../../io/recording/format.js'
import type { RecordedValue } from '../../io/recording/recorded-value.js'
import type { RecordedEvent } from '../../io/recording/recording-events.js'

/** Bytes that are shown of many. */
const SHOWN = 72

/** What an operation is called, for people. */
export const OP_NAMES: Readonly<Record<Op, string>> = {
  [Op.Clock]: 'clock',
  [Op.WallTime]: 'wall time',
  [Op.Joined]: 'joined',
  [Op.Turn]: 'turn',
  [Op.Accept]: 'accept',
  [Op.Bytes]: 'bytes',
  [Op.SameBytes]: 'same bytes',
  [Op.Drain]: 'drain',
  [Op.End]: 'end',
  [Op.Close]: 'close',
  [Op.ServerClose]: 'server.close()',
  [Op.Input]: 'external came',
  [Op.Observed]: 'observed()',
  [Op.IsWritable]: 'isWritable?',
  [Op.BytesQueued]: 'bytesQueued?',
  [Op.BytesUnsent]: 'bytesUnsent?',
  [Op.InputAsked]: 'external()',
  [Op.Write]: 'write',
  [Op.WriteBytes]: 'write',
  [Op.Pause]: 'pause()',
  [Op.Resume]: 'resume()',
  [Op.EndOutput]: 'end()',
  [Op.CloseOutput]: 'close()',
  [Op.Abort]: 'abort()',
  [Op.Finish]: 'the recording ends',
}

/** Whether an event calls the core from outside; all others are what the core does then. */
export function isInput(op: Op): boolean {
  return op >= Op.Joined && op <= Op.Input
}

/** An event in a line: `write #3: 142 bytes "HTTP/1.1 200 OK…"`. */
export function describeEvent(event: RecordedEvent): string {
  const name = OP_NAMES[event.op]
  const whose = 'connection' in event ? ` #${event.connection}` : ''
  const particulars = particularsOf(event)
  return `${name}${whose}${particulars === '' ? '' : ': '}${particulars}`
}

/** The beginning of some bytes, on one line. */
export function excerpt(bytes: Buffer, from = 0): string {
  const text = JSON.stringify(bytes.toString('latin1', from, from + SHOWN))
  return `${from > 0 ? '…' : ''}${text}${from + SHOWN < bytes.length ? '…' : ''}`
}

function particularsOf(event: RecordedEvent): string {
  switch (event.op) {
    case Op.Clock:
      return `+${(event.units / UNITS).toFixed(3)} ms`
    case Op.WallTime:
      return `${event.ms >= 0 ? '+' : ''}${event.ms} ms`
    case Op.Accept:
      return event.address ?? 'no address'
    case Op.Bytes:
    case Op.SameBytes:
      return `${event.bytes.length} bytes ${excerpt(event.bytes)}`
    case Op.Close:
      return event.error === null ? 'in peace' : `${event.error.code} ${event.error.message}`
    case Op.ServerClose:
      return `drainMs ${event.drainMs}`
    case Op.Input:
      return `number ${event.input}, ${describeValue(event.value)}`
    case Op.InputAsked:
      return `number ${event.input}`
    case Op.Observed:
      return describeValue(event.value)
    case Op.IsWritable:
      return event.value === 1 ? 'yes' : 'no'
    case Op.BytesQueued:
    case Op.BytesUnsent:
      return String(event.value)
    case Op.Write:
      return `${event.length} bytes, checksum ${hex(event.checksum)}${describeResult(event.result)}`
    case Op.WriteBytes:
      return `${event.length} bytes ${excerpt(event.bytes)}${describeResult(event.result)}`
    case Op.Finish:
      return Ending[event.ending].toLowerCase()
    default:
      return ''
  }
}

export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}

function describeResult(result: WriteResult): string {
  if (result === WriteResult.Writable) return ''
  return result === WriteResult.Full ? ' (then it is full)' : ' (it was ended)'
}

function describeValue({ kind, parts }: RecordedValue): string {
  return [ValueKind[kind].toLowerCase(), ...parts.map((part) => excerpt(part))].join(' ')
}
