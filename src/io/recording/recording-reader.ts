import { CalandriaError } from '../../errors/calandria-error.js'
import { checksum } from './checksum.js'
import { EventDecoder } from './event-decoder.js'
import { BLOCK_HEAD, FILE_HEAD, MAGIC, type RecordingHeader, VERSION } from './format.js'
import type { RecordedEvent } from './recording-events.js'

/** A part of the file that holds whole events, but where the file ends in the middle of it. */
interface Payload {
  readonly from: number
  readonly to: number
  readonly isCut: boolean
}

/**
 * Reads a recording, which may end anywhere: a process that crashes leaves what it had written by then. All blocks are
 * checked before the first event is given.
 */
export class RecordingReader {
  readonly header: RecordingHeader
  readonly #file: Buffer
  readonly #payloads: readonly Payload[]

  /** @throws CalandriaError `CAL_ERR_RECORDING`, `CAL_ERR_RECORDING_VERSION` */
  constructor(file: Uint8Array) {
    const bytes = Buffer.from(file.buffer, file.byteOffset, file.length)
    this.#file = bytes
    if (bytes.length < FILE_HEAD || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
      throw malformed('it does not begin like one', 0)
    const version = bytes[MAGIC.length] as number
    if (version !== VERSION) throw new CalandriaError('CAL_ERR_RECORDING_VERSION', String(version))
    const [head, ...payloads] = findPayloads(bytes)
    if (head === undefined || head.isCut) throw malformed('it ends in its header', bytes.length)
    this.header = parseHeader(bytes.subarray(head.from, head.to), head.from)
    this.#payloads = payloads
  }

  /** The events, in order. @throws CalandriaError `CAL_ERR_RECORDING` where they make no sense */
  *events(): Generator<RecordedEvent, void, undefined> {
    const decoder = new EventDecoder(this.#file)
    for (const { from, to, isCut } of this.#payloads) {
      decoder.enter(from, to)
      for (let event = decoder.next(isCut); event !== null; event = decoder.next(isCut)) yield event
    }
  }
}

function findPayloads(file: Buffer): Payload[] {
  const payloads: Payload[] = []
  let at = FILE_HEAD
  while (at + BLOCK_HEAD <= file.length) {
    const from = at + BLOCK_HEAD
    const end = from + file.readUInt32LE(at)
    if (end > file.length) {
      payloads.push({ from, to: file.length, isCut: true })
      break
    }
    if (checksum(file.subarray(from, end)) !== file.readUInt32LE(at + 4))
      throw malformed('a block does not match its checksum', at)
    payloads.push({ from, to: end, isCut: false })
    at = end
  }
  return payloads
}

function parseHeader(payload: Buffer, offset: number): RecordingHeader {
  try {
    const header = JSON.parse(payload.toString(), (_key, value: unknown) =>
      value === 'Infinity' ? Infinity : value,
    ) as Partial<RecordingHeader> | null
    if (header !== null && isHeader(header)) return header
  } catch {
    // told below: it is no JSON
  }
  throw malformed('the header makes no sense', offset)
}

function isHeader(header: Partial<RecordingHeader>): header is RecordingHeader {
  const { calandria, node, startedAt, startUnits, timeSliceMs, settings } = header
  const areTexts = typeof calandria === 'string' && typeof node === 'string'
  const areNumbers = [startedAt, startUnits].every(Number.isSafeInteger) && typeof timeSliceMs === 'number'
  return areTexts && areNumbers && typeof settings === 'object' && (settings as unknown) !== null
}

/** @internal */
export function malformed(what: string, offset: number): CalandriaError {
  return new CalandriaError('CAL_ERR_RECORDING', `${what} (byte ${offset})`)
}
