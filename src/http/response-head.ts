import type { DateLine } from './date-line.js'
import { type HeaderLine, ResponseField } from './header-lines.js'
import { statusLine } from './status-lines.js'

/** How the end of a response's body is marked (RFC 9112 §6.3). */
export enum Framing {
  /** No body, whatever the headers say: 204 and 304. */
  None,
  ContentLength,
  Chunked,
  /** The end of the connection: the only way to stream to HTTP/1.0. */
  Close,
}

/** What a connection says about itself in a head. */
export enum Persistence {
  /** HTTP/1.1 goes on unless told otherwise: nothing is said. */
  Implied,
  KeepAlive,
  Close,
}

const MOST_CACHED_LENGTHS = 2048
const lengthEnds = new Array<string | undefined>(MOST_CACHED_LENGTHS).fill(undefined)

/** Builds a response's head, with its empty line. */
export function responseHead(
  status: number,
  lines: readonly HeaderLine[] | null,
  date: DateLine,
  defaultType: string,
  persistence: Persistence,
  framing: Framing,
  length: number,
): string {
  let own = ''
  let hasDate = false
  let hasType = false
  if (lines !== null) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as HeaderLine
      if (line.field === ResponseField.ContentType) hasType = true
      else if (line.field === ResponseField.Date) hasDate = true
      own += line.text
    }
  }
  let head = hasDate ? statusLine(status) : status === 200 ? date.okAndDate : statusLine(status) + date.line
  head += own
  if (!hasType) head += defaultType
  if (persistence === Persistence.Close) head += 'Connection: close\r\n'
  else if (persistence === Persistence.KeepAlive) head += 'Connection: keep-alive\r\n'
  if (framing === Framing.ContentLength) return head + lengthEnd(length)
  return head + (framing === Framing.Chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : '\r\n')
}

/** `Content-Length: n` and the empty line; those of small bodies are made once. */
function lengthEnd(length: number): string {
  if (length >= MOST_CACHED_LENGTHS) return `Content-Length: ${length}\r\n\r\n`
  return (lengthEnds[length] ??= `Content-Length: ${length}\r\n\r\n`)
}
