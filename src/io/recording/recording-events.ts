import type { Ending, Op, WriteResult } from './format.js'
import type { RecordedValue } from './recorded-value.js'

/** An event, decoded. */
export type RecordedEvent = EventPlace & EventKind

interface EventPlace {
  /** Counts from 0. */
  readonly index: number
  /** Where in the file it begins. */
  readonly offset: number
}

type EventKind =
  | { readonly op: Op.Clock; readonly units: number }
  | { readonly op: Op.WallTime; readonly ms: number }
  | { readonly op: Op.Turn | Op.Joined }
  | { readonly op: Op.Accept; readonly connection: number; readonly address: string | null }
  | { readonly op: Op.Bytes; readonly connection: number; readonly bytes: Buffer }
  | { readonly op: Op.SameBytes; readonly connection: number; readonly bytes: Buffer }
  | { readonly op: SimpleOp; readonly connection: number }
  | { readonly op: Op.Close; readonly connection: number; readonly error: RecordedError | null }
  | { readonly op: Op.ServerClose; readonly drainMs: number }
  | { readonly op: Op.Input; readonly input: number; readonly value: RecordedValue }
  | { readonly op: Op.InputAsked; readonly input: number }
  | { readonly op: Op.Observed; readonly value: RecordedValue }
  | { readonly op: AnswerOp; readonly connection: number; readonly value: number }
  | ({ readonly op: Op.Write; readonly checksum: number } & WriteEvent)
  | ({ readonly op: Op.WriteBytes; readonly bytes: Buffer } & WriteEvent)
  | { readonly op: Op.Finish; readonly ending: Ending }

/** Those that are told by their connection alone. */
export type SimpleOp = Op.Drain | Op.End | Op.Pause | Op.Resume | Op.EndOutput | Op.CloseOutput | Op.Abort

/** Those by which a transport answers a question. */
export type AnswerOp = Op.IsWritable | Op.BytesQueued | Op.BytesUnsent

interface WriteEvent {
  readonly connection: number
  readonly result: WriteResult
  readonly length: number
}

export interface RecordedError {
  readonly code: string
  readonly message: string
}
