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
 * A head that was made, for the next response with the same headers: most heads are like the one before. Its first
 * part (all but the framing field) is kept apart, because the length changes more often than the rest. It is flat, so
 * the batch that it joins stays quick to flatten (`bench/micro/head.ts`).
 */
export class KeptHead {
  status = 0
  dateLine = ''
  defaultType = ''
  persistence = Persistence.Implied
  prefix = ''
  framing = Framing.None
  length = -1
  head = ''
  /** The body of the last response, and a head and that body in one flat string once the two came again. */
  body = ''
  joinedHead = ''
  joined = ''
}

/** Makes a response's head, with its empty line. `dateLine` must be fresh. */
export function makeHead(
  headers: HeaderSet,
  status: number,
  dateLine: string,
  defaultType: string,
  persistence: Persistence,
  framing: Framing,
  length: number,
): string {
  const kept = headers.keptHead
  const isPrefixKept =
    status === kept.status &&
    dateLine === kept.dateLine &&
    persistence === kept.persistence &&
    defaultType === kept.defaultType
  if (isPrefixKept && length === kept.length && framing === kept.framing) return kept.head
  if (!isPrefixKept) {
    kept.status = status
    kept.dateLine = dateLine
    kept.defaultType = defaultType
    kept.persistence = persistence
    kept.prefix = makePrefix(headers, status, dateLine, defaultType, persistence)
  }
  kept.framing = framing
  kept.length = length
  return (kept.head = kept.prefix + framingEnd(framing, length))
}

/** Longer bodies are not kept. */
const MOST_JOINED = 1024

/** A head and its body. A body that comes twice in a row is joined to its head once, and not for every response. */
export function withBody(headers: HeaderSet, head: string, body: string): string {
  if (body.length > MOST_JOINED) return head + body
  const kept = headers.keptHead
  if (body === kept.body) return head === kept.joinedHead ? kept.joined : join(kept, head)
  kept.body = body
  kept.joinedHead = ''
  return head + body
}

function join(kept: KeptHead, head: string): string {
  const joined = head + kept.body
  joined.charCodeAt(0) // flattens it
  kept.joinedHead = head
  return (kept.joined = joined)
}

function makePrefix(
  headers: HeaderSet,
  status: number,
  dateLine: string,
  defaultType: string,
  persistence: Persistence,
): string {
  let prefix = statusLine(status) + (headers.hasDate ? '' : dateLine) + headers.text
  if (!headers.hasContentType) prefix += defaultType
  if (persistence === Persistence.Close) prefix += 'Connection: close\r\n'
  else if (persistence === Persistence.KeepAlive) prefix += 'Connection: keep-alive\r\n'
  prefix.charCodeAt(0) // flattens it
  return prefix
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
