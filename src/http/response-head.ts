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

const MOST_CACHED_LENGTHS = 2048
const lengthEnds = new Array<string | undefined>(MOST_CACHED_LENGTHS).fill(undefined)

/**
 * Makes heads, and keeps the last one: most replies of a server begin like the one before. Its two parts (up to the
 * framing field, and all of it) are kept apart, because the length changes more often than the rest. The
 * prefix is flat, so the batch that it joins stays quick to flatten (`bench/micro/head.ts`).
 */
export class HeadMaker {
  readonly #date: DateLine
  #prefix = ''
  #status = 0
  #headers: HeaderSet | null = null
  #dateLine = ''
  #defaultType = ''
  #persistence = Persistence.Implied
  #head = ''
  #framing = Framing.None
  #length = -1

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
    const isPrefixKept =
      headers === this.#headers &&
      status === this.#status &&
      this.#dateLine === this.#date.line &&
      persistence === this.#persistence &&
      defaultType === this.#defaultType
    if (isPrefixKept && length === this.#length && framing === this.#framing) return this.#head
    if (!isPrefixKept) this.#makePrefix(status, headers, defaultType, persistence)
    this.#framing = framing
    this.#length = length
    return (this.#head = this.#prefix + framingEnd(framing, length))
  }

  #makePrefix(status: number, headers: HeaderSet, defaultType: string, persistence: Persistence): void {
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

/** The field that frames the body, if any, and the empty line. */
function framingEnd(framing: Framing, length: number): string {
  if (framing === Framing.ContentLength) return lengthEnd(length)
  return framing === Framing.Chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : '\r\n'
}

/** `Content-Length: n` and the empty line; those of small bodies are made once. */
function lengthEnd(length: number): string {
  if (length >= MOST_CACHED_LENGTHS) return `Content-Length: ${length}\r\n\r\n`
  return (lengthEnds[length] ??= `Content-Length: ${length}\r\n\r\n`)
}
