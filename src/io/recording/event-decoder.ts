import { CalandriaError } from '../../errors/calandria-error.js'
import { Ending, MOST_READ, Op, ValueKind, WriteResult } from './format.js'
import { PARTS, type RecordedValue } from './recorded-value.js'
import type { RecordedError, RecordedEvent } from './recording-events.js'

const OPS = membersOf<Op>(Op)
const ENDINGS = membersOf<Ending>(Ending)
const RESULTS = membersOf<WriteResult>(WriteResult)
const KINDS = membersOf<ValueKind>(ValueKind)

/** The bytes end in the middle of an event. */
class CutShort extends Error {}

const NOTHING = Buffer.alloc(0)

/** Decodes events, one after the other, from the payloads of a file. */
export class EventDecoder {
  readonly #file: Buffer
  #at = 0
  #end = 0
  #index = 0
  #lastRead: Buffer = NOTHING

  constructor(file: Buffer) {
    this.#file = file
  }

  /** A payload begins. */
  enter(from: number, to: number): void {
    this.#at = from
    this.#end = to
  }

  /**
   * @param mayBeCut whether the payload may end in the middle of an event
   * @returns `null` at its end
   * @throws CalandriaError `CAL_ERR_RECORDING`
   */
  next(mayBeCut: boolean): RecordedEvent | null {
    if (this.#at === this.#end) return null
    const place = { index: this.#index++, offset: this.#at }
    try {
      return this.#decode(place)
    } catch (error) {
      if (!(error instanceof CutShort)) throw error
      if (mayBeCut) return null
      throw new CalandriaError('CAL_ERR_RECORDING', `an event is cut short (byte ${place.offset})`)
    }
  }

  #decode(place: { index: number; offset: number }): RecordedEvent {
    const first = this.#byte()
    if (first < 0x80) return { ...place, op: Op.Clock, units: first }
    const op = OPS.get(first) ?? this.#fail(`there is no event ${first}`)
    switch (op) {
      case Op.Clock:
        return { ...place, op: Op.Clock, units: this.#uint() }
      case Op.WallTime: {
        const zigzag = this.#uint()
        return { ...place, op, ms: zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2 }
      }
      case Op.Joined:
      case Op.Turn:
        return { ...place, op }
      case Op.Accept:
        return { ...place, op, connection: this.#uint(), address: this.#text() }
      case Op.Bytes: {
        const connection = this.#uint()
        const bytes = this.#bytes()
        if (bytes.length > MOST_READ) this.#fail('a read is too long')
        this.#lastRead = bytes
        return { ...place, op, connection, bytes }
      }
      case Op.SameBytes:
        return { ...place, op, connection: this.#uint(), bytes: this.#lastRead }
      case Op.Drain:
      case Op.End:
      case Op.Pause:
      case Op.Resume:
      case Op.EndOutput:
      case Op.CloseOutput:
      case Op.Abort:
        return { ...place, op, connection: this.#uint() }
      case Op.Close:
        return { ...place, op, connection: this.#uint(), error: this.#error() }
      case Op.ServerClose:
        return { ...place, op, drainMs: this.#milliseconds() }
      case Op.Input:
        return { ...place, op, input: this.#uint(), value: this.#value() }
      case Op.InputAsked:
        return { ...place, op, input: this.#uint() }
      case Op.Observed:
        return { ...place, op, value: this.#value() }
      case Op.IsWritable:
      case Op.BytesQueued:
      case Op.BytesUnsent:
        return { ...place, op, connection: this.#uint(), value: this.#uint() }
      case Op.Write:
        return { ...place, op, ...this.#write(), length: this.#uint(), checksum: this.#u32() }
      case Op.WriteBytes: {
        const write = this.#write()
        const bytes = this.#bytes()
        return { ...place, op, ...write, length: bytes.length, bytes }
      }
      case Op.Finish:
        return { ...place, op, ending: this.#member(ENDINGS, 'ending') }
    }
  }

  #write(): { connection: number; result: WriteResult } {
    return { connection: this.#uint(), result: this.#member(RESULTS, 'result') }
  }

  #error(): RecordedError | null {
    if (this.#byte() === 0) return null
    return { code: this.#text() ?? '', message: this.#text() ?? '' }
  }

  #value(): RecordedValue {
    const kind = this.#member(KINDS, 'kind of value')
    return { kind, parts: Array.from({ length: PARTS[kind] }, () => this.#bytes()) }
  }

  /** A byte that must be a member of an enum. */
  #member<E>(members: ReadonlyMap<number, E>, what: string): E {
    const byte = this.#byte()
    return members.get(byte) ?? this.#fail(`there is no ${what} ${byte}`)
  }

  #byte(): number {
    return this.#file[this.#take(1)] as number
  }

  #uint(): number {
    let value = 0
    for (let unit = 1; unit < Number.MAX_SAFE_INTEGER; unit *= 0x80) {
      const byte = this.#byte()
      value += (byte & 0x7f) * unit
      if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value
    }
    return this.#fail('a number is too large')
  }

  #u32(): number {
    return this.#file.readUInt32LE(this.#take(4))
  }

  #milliseconds(): number {
    const ms = this.#file.readDoubleLE(this.#take(8))
    return ms >= 0 && ms < Infinity ? ms : this.#fail(`there are no ${ms} milliseconds`)
  }

  #bytes(): Buffer {
    const length = this.#uint()
    const from = this.#take(length)
    return this.#file.subarray(from, from + length)
  }

  /** A length of 0 stands for `null`, so the others are one more. */
  #text(): string | null {
    const length = this.#uint()
    if (length === 0) return null
    const from = this.#take(length - 1)
    return this.#file.toString('utf8', from, from + length - 1)
  }

  #take(bytes: number): number {
    const from = this.#at
    if (bytes > this.#end - from) throw new CutShort()
    this.#at += bytes
    return from
  }

  #fail(what: string): never {
    throw new CalandriaError('CAL_ERR_RECORDING', `${what} (byte ${this.#at})`)
  }
}

/** The numbers of an enum, so that a byte can be one. */
function membersOf<E extends number>(members: Readonly<Record<string, string | E>>): ReadonlyMap<number, E> {
  const numbers = Object.values(members).filter((member): member is E => typeof member === 'number')
  return new Map(numbers.map((number) => [number, number]))
}
