/**
 * The recording's format; `docs/replay.md` explains it.
 *
 * ```
 *   file:   MAGIC, version (one byte), blocks
 *   block:  length of the payload (u32, little-endian), CRC-32 of the payload (u32), payload
 *   first payload:   the header, JSON
 *   other payloads:  whole events
 *   event:  0x00–0x7f: a reading of the clock, so many units after the last; else an Op and what belongs to it
 * ```
 *
 * A version once released is never changed: what it can't say needs a new one.
 */
export const VERSION = 1

/** As PNG has it: the first byte is no text, and the end shows whether line ends were converted on the way. */
export const MAGIC = Buffer.from([0x8b, 0x43, 0x41, 0x4c, 0x52, 0x45, 0x43, 0x0d, 0x0a])
export const FILE_HEAD = MAGIC.length + 1
export const BLOCK_HEAD = 8

/** Units of the recorded clock in a millisecond: a power of two, so that readings are exact. */
export const UNITS = 1024

/** Bytes that a varint takes at most: 53 bits, seven in a byte. */
export const VARINT = 8

/** The most that one read lends; see `ReceiveBuffer`. */
export const MOST_READ = 64 * 1024

export enum Op {
  /** A reading of the clock that doesn't fit into one byte: units since the last. */
  Clock = 0x80,
  /** A reading of the wall clock: milliseconds since the last (zigzag), the first since 1970. */
  WallTime = 0x81,
  /** The input that follows came before the microtasks of the one before had run. */
  Joined = 0x82,

  // Inputs: what calls the core from outside.
  Turn = 0x90,
  /** The connection's number, the address (text; see {@link Op.Close} for how `null` is told). */
  Accept = 0x91,
  /** connection, length, bytes */
  Bytes = 0x92,
  /** connection: the same bytes as those of the read before, of whatever connection */
  SameBytes = 0x93,
  Drain = 0x94,
  End = 0x95,
  /** connection, 0 or 1; if 1: code and message of the error (texts) */
  Close = 0x96,
  /** `server.close()`: drainMs (f64) */
  ServerClose = 0x97,
  /** What `external()` waited for: its number, a value */
  Input = 0x98,

  // Answers that the core got when it asked.
  /** of `observed()`: a value */
  Observed = 0xa0,
  /** connection, 0 or 1 */
  IsWritable = 0xa1,
  /** connection, bytes */
  BytesQueued = 0xa2,
  BytesUnsent = 0xa3,
  /** `external()` was called: its number */
  InputAsked = 0xa4,

  // Outputs: what the core did.
  /** connection, {@link WriteResult}, length, CRC-32 of the bytes (u32) */
  Write = 0xb0,
  /** connection, {@link WriteResult}, length, bytes */
  WriteBytes = 0xb1,
  Pause = 0xb2,
  Resume = 0xb3,
  EndOutput = 0xb4,
  CloseOutput = 0xb5,
  Abort = 0xb6,

  /** The recording ends here on purpose: {@link Ending}. */
  Finish = 0xff,
}

/** What a write has returned or thrown. */
export enum WriteResult {
  Full,
  Writable,
  /** `CAL_ERR_TRANSPORT_ENDED` */
  Ended,
}

/** Why a recording ended. */
export enum Ending {
  /** The server has closed. */
  Closed,
  /** `maxBytes` are written. */
  Full,
  /** The disk didn't keep up. */
  Overflow,
  /** A transport was called from inside of the loop. */
  Nested,
}

/** How a value of {@link Op.Input} and {@link Op.Observed} is kept. */
export enum ValueKind {
  Undefined,
  /** text */
  Json,
  /** length, bytes */
  Bytes,
  /** name, message, code (texts; no code: empty) */
  Error,
  /** It could not be kept: text, why. */
  Lost,
  /** What JSON would make something else of, as `v8.serialize` writes it: length, bytes */
  Structured,
}

/** The first payload. Numbers that JSON lacks are kept as text: `Infinity`. */
export interface RecordingHeader {
  /** Of Calandria. */
  readonly calandria: string
  readonly node: string
  /** Milliseconds since 1970 when the recording began. */
  readonly startedAt: number
  /** The clock's first reading, in {@link UNITS}. */
  readonly startUnits: number
  readonly timeSliceMs: number
  /** Settings of the recorded server that a replay takes over. */
  readonly settings: Readonly<Record<string, unknown>>
}
