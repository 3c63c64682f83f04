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

/**
 * Makes heads, and keeps the last one up to its Content-Length: most replies of a server begin like the one before.
 * What is kept is one flat string, so the batch that it joins stays quick to flatten (`bench/micro/head.ts`).
 */
export class HeadMaker {
  readonly #date: DateLine
  #prefix = ''
  #status = 0
  #lines: readonly HeaderLine[] | null = null
  #dateLine = ''
  #defaultType = ''
  #persistence = Persistence.Implied

  constructor(date: DateLine) {
    this.#date = date
  }

  /** A head with its empty line. The Date line must be fresh. */
  make(
    status: number,
    lines: readonly HeaderLine[] | null,
    defaultType: string,
    persistence: Persistence,
    framing: Framing,
    length: number,
  ): string {
    const isAsBefore =
      status === this.#status &&
      this.#dateLine === this.#date.line &&
      persistence === this.#persistence &&
      defaultType === this.#defaultType &&
      areSame(lines, this.#lines)
    if (!isAsBefore) this.#remember(status, lines, defaultType, persistence)
    if (framing === Framing.ContentLength) return this.#prefix + lengthEnd(length)
    return this.#prefix + (framing === Framing.Chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : '\r\n')
  }

  #remember(status: number, lines: readonly HeaderLine[] | null, defaultType: string, persistence: Persistence): void {
    this.#status = status
    this.#lines = lines
    this.#dateLine = this.#date.line
    this.#defaultType = defaultType
    this.#persistence = persistence
    let own = ''
    let hasDate = false
    let hasType = false
    for (const line of lines ?? []) {
      if (line.field === ResponseField.ContentType) hasType = true
      else if (line.field === ResponseField.Date) hasDate = true
      own += line.text
    }
    let prefix = statusLine(status) + (hasDate ? '' : this.#date.line) + own
    if (!hasType) prefix += defaultType
    if (persistence === Persistence.Close) prefix += 'Connection: close\r\n'
    else if (persistence === Persistence.KeepAlive) prefix += 'Connection: keep-alive\r\n'
    prefix.charCodeAt(0) // flattens it
    this.#prefix = prefix
  }
}

/** Lines are checked once and then shared, so the same line is mostly the same object. */
function areSame(lines: readonly HeaderLine[] | null, others: readonly HeaderLine[] | null): boolean {
  if (lines === null || others === null) return lines === others
  if (lines.length !== others.length) return false
  for (let i = 0; i < lines.length; i++) if (lines[i] !== others[i]) return false
  return true
}

/** `Content-Length: n` and the empty line; those of small bodies are made once. */
function lengthEnd(length: number): string {
  if (length >= MOST_CACHED_LENGTHS) return `Content-Length: ${length}\r\n\r\n`
  return (lengthEnds[length] ??= `Content-Length: ${length}\r\n\r\n`)
}
