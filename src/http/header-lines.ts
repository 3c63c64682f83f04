import { CalandriaTypeError } from '../errors/calandria-error.js'

/** Fields in which the runtime itself has a say. */
export enum ResponseField {
  Other,
  ContentType,
  ContentLength,
  Connection,
  Date,
  TransferEncoding,
}

/** A checked header line, ready to be sent. */
export interface HeaderLine {
  readonly field: ResponseField
  readonly lowerName: string
  readonly value: string
  /** `Name: value` and the line end; several of them when the value was a list. */
  readonly text: string
}

const FIELDS = new Map<string, ResponseField>([
  ['content-type', ResponseField.ContentType],
  ['content-length', ResponseField.ContentLength],
  ['connection', ResponseField.Connection],
  ['date', ResponseField.Date],
  ['transfer-encoding', ResponseField.TransferEncoding],
])

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 9110 §5.5: visible characters, with spaces and tabs only between them. Nothing that could end a line. */
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** Names that are remembered with the last line made of them: handlers mostly send the same few. */
const MOST_NAMES = 256

const lastLines = new Map<string, HeaderLine>()

/**
 * Checks a response header and makes its line. Header injection ends here.
 * @throws CalandriaTypeError `CAL_ERR_RESPONSE_HEADER`
 */
export function headerLine(name: string, value: string | number): HeaderLine {
  const last = lastLines.get(name)
  if (last?.value === value) return last
  if (last === undefined && !(typeof name === 'string' && TOKEN.test(name))) {
    throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `the name ${show(name)} is not a token`)
  }
  const text = checkedValue(name, value)
  const lowerName = last?.lowerName ?? name.toLowerCase()
  const field = FIELDS.get(lowerName) ?? ResponseField.Other
  const line: HeaderLine = { field, lowerName, value: text, text: `${name}: ${text}\r\n` }
  if (lastLines.size < MOST_NAMES || last !== undefined) lastLines.set(name, line)
  return line
}

/** The same for a list: one line for each value (`Set-Cookie` needs that). */
export function headerLines(name: string, values: readonly (string | number)[]): HeaderLine {
  const lines = Array.isArray(values) ? values.map((value: string | number) => headerLine(name, value)) : []
  const first = lines[0]
  if (first === undefined)
    throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `${show(name)} has no value`)
  return { ...first, text: lines.map((line) => line.text).join('') }
}

function checkedValue(name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && FIELD_VALUE.test(text)) return text
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `the value of ${name} can't be ${show(value)}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : `of type ${typeof value}`
}
