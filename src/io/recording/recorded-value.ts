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
}

/** What `external()` or `observed()` gave. What JSON can't keep is lost; then the replay says so. */
export function keepValue(value: unknown): RecordedValue {
  if (value === undefined) return recorded(ValueKind.Undefined)
  if (value instanceof Uint8Array) return { kind: ValueKind.Bytes, parts: [Buffer.from(value)] }
  try {
    const text = JSON.stringify(value) as string | undefined
    if (text !== undefined) return recorded(ValueKind.Json, text)
    return recorded(ValueKind.Lost, `JSON has no form for a ${typeof value}`)
  } catch (error) {
    return recorded(ValueKind.Lost, String(error))
  }
}

/** What was thrown. */
export function keepError(error: unknown): RecordedValue {
  if (!(error instanceof Error)) return recorded(ValueKind.Error, 'Error', String(error), '')
  const { code = '' } = error as { code?: unknown }
  return recorded(ValueKind.Error, error.name, error.message, String(code))
}

/** What a replay gives for it: `error` where it is to be thrown. */
export function restoreValue({ kind, parts }: RecordedValue): { value?: unknown; error?: Error } {
  const [first = '', second = '', third = ''] = kind === ValueKind.Bytes ? [] : parts.map(String)
  switch (kind) {
    case ValueKind.Undefined:
      return { value: undefined }
    case ValueKind.Json:
      return { value: JSON.parse(first) as unknown }
    case ValueKind.Bytes:
      return { value: Buffer.from(parts[0] as Buffer) }
    case ValueKind.Error: {
      const error = new Error(second)
      error.name = first
      if (third !== '') Object.assign(error, { code: third })
      return { error }
    }
    case ValueKind.Lost:
      return { error: new Error(`the recording could not keep this value: ${first}`) }
  }
}

function recorded(kind: ValueKind, ...texts: string[]): RecordedValue {
  return { kind, parts: texts.map((text) => Buffer.from(text)) }
}
