import type { DateLine } from './date-line.js'
import type { HeaderSet } from './header-set.js'
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

const WITH_LENGTH = Framing.ContentLength
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
  #headers: HeaderSet | null = null
  #dateLine = ''
  #defaultType = ''
  #persistence = Persistence.Implied

  constructor(date: DateLine) {
    this.#date = date
  }

  /** A head with its empty line. The Date line must be fresh. */
  make(
    status: number,
    headers: HeaderSet,
    defaultType: string,
    persistence: Persistence,
    framing: Framing,
    length: number,
  ): string {
    const isAsBefore =
      headers === this.#headers &&
      status === this.#status &&
      this.#dateLine === this.#date.line &&
      persistence === this.#persistence &&
      defaultType === this.#defaultType
    if (!isAsBefore) this.#remember(status, headers, defaultType, persistence)
    if (framing === WITH_LENGTH) return this.#prefix + lengthEnd(length)
    return this.#prefix + (framing === Framing.Chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : '\r\n')
  }

  #remember(status: number, headers: HeaderSet, defaultType: string, persistence: Persistence): void {
    this.#status = status
    this.#headers = headers
    this.#dateLine = this.#date.line
    this.#defaultType = defaultType
    this.#persistence = persistence
    let prefix = statusLine(status) + (headers.hasDate ? '' : this.#date.line) + headers.text
    if (!headers.hasContentType) prefix += defaultType
    if (persistence === Persistence.Close) prefix += 'Connection: close\r\n'
    else if (persistence === Persistence.KeepAlive) prefix += 'Connection: keep-alive\r\n'
    prefix.charCodeAt(0) // flattens it
    this.#prefix = prefix
  }
}

/** `Content-Length: n` and the empty line; those of small bodies are made once. */
function lengthEnd(length: number): string {
  if (length >= MOST_CACHED_LENGTHS) return `Content-Length: ${length}\r\n\r\n`
  return (lengthEnds[length] ??= `Content-Length: ${length}\r\n\r\n`)
}
