import { deserialize, serialize } from 'node:v8'
import { isDeepStrictEqual } from 'node:util'
import { CalandriaError } from '../../errors/calandria-error.js'
import { ValueKind } from './format.js'

/** A value as a recording keeps it: its kind, and texts or bytes. */
export interface RecordedValue {
  readonly kind: ValueKind
  readonly parts: readonly Buffer[]
}

/** How many parts each kind has. */
export const PARTS: Readonly<Record<ValueKind, number>> = {
  [ValueKind.Undefined]: 0,
  [ValueKind.Json]: 1,
  [ValueKind.Bytes]: 1,
  [ValueKind.Error]: 3,
  [ValueKind.Lost]: 1,
  [ValueKind.Structured]: 1,
}

/**
 * What `external()` or `observed()` gave. What the replay could not give back as it was (a function, an object of a class)
 * is lost; then the replay says so.
 */
export function keepValue(value: unknown): RecordedValue {
  if (value === undefined) return recorded(ValueKind.Undefined)
  if (Buffer.isBuffer(value)) return { kind: ValueKind.Bytes, parts: [Buffer.from(value)] }
  const text = asJson(value)
  if (text !== undefined && isDeepStrictEqual(JSON.parse(text), value)) return recorded(ValueKind.Json, text)
  try {
    const bytes = serialize(value)
    if (isDeepStrictEqual(deserialize(bytes), value)) return { kind: ValueKind.Structured, parts: [bytes] }
    return recorded(ValueKind.Lost, 'it is, or holds, an object of a class')
  } catch (error) {
    return recorded(ValueKind.Lost, String(error))
  }
}

/** @returns `undefined` when there is none */
function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** What was thrown. */
export function keepError(error: unknown): RecordedValue {
  if (!(error instanceof Error)) return recorded(ValueKind.Error, 'Error', String(error), '')
  const { code = '' } = error as { code?: unknown }
  return recorded(ValueKind.Error, error.name, error.message, String(code))
}

/** What a replay gives for it: `error` where it is to be thrown. @throws CalandriaError `CAL_ERR_RECORDING` */
export function restoreValue({ kind, parts }: RecordedValue): { value?: unknown; error?: Error } {
  const text = (i: number): string => String(parts[i])
  switch (kind) {
    case ValueKind.Undefined:
      return { value: undefined }
    case ValueKind.Json:
      return { value: parsed(() => JSON.parse(text(0)) as unknown) }
    case ValueKind.Structured:
      return { value: parsed(() => deserialize(parts[0] as Buffer) as unknown) }
    case ValueKind.Bytes:
      return { value: Buffer.from(parts[0] as Buffer) }
    case ValueKind.Error: {
      const error = new Error(text(1))
      error.name = text(0)
      const code = text(2)
      if (code !== '') Object.assign(error, { code })
      return { error }
    }
    case ValueKind.Lost:
      return { error: new Error(`the recording could not keep this value: ${text(0)}`) }
  }
}

function recorded(kind: ValueKind, ...texts: string[]): RecordedValue {
  return { kind, parts: texts.map((text) => Buffer.from(text)) }
}

function parsed(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_RECORDING', 'a value makes no sense', { cause })
  }
}
