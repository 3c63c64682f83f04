/** The heads of 24 replies, as the batch gets them and the socket flattens them: kept prefix or made anew. */
import { DateLine } from '#calandria/http/date-line.js'
import { type HeaderSet, NO_HEADERS } from '#calandria/http/header-set.js'
import { Framing, makeHead, Persistence, withBody } from '#calandria/http/response-head.js'
import { statusLine } from '#calandria/http/status-lines.js'
import { monotonicClock } from '#calandria/reactor/clock.js'
import { compare, fingerprint, sink, type Case, type Way } from './compare.js'

const REPLIES = 24

const date = new DateLine(monotonicClock)
date.refresh(monotonicClock.now())

type MakeHead = (headers: HeaderSet, length: number) => string

function concatenated(headers: HeaderSet, length: number): string {
  return (
    statusLine(200) +
    (headers.hasDate ? '' : date.line) +
    headers.text +
    (headers.hasContentType ? '' : 'Content-Type: text/plain\r\n') +
    `Content-Length: ${length}\r\n\r\n`
  )
}

/** The prefix is kept, but as the rope of pieces that V8 makes when it concatenates. */
function keptRope(): MakeHead {
  let kept: HeaderSet | null = null
  let dateLine = ''
  let prefix = ''
  return (headers, length) => {
    if (headers !== kept || dateLine !== date.line) {
      kept = headers
      dateLine = date.line
      prefix = statusLine(200) + date.line + headers.text
      if (!headers.hasContentType) prefix += 'Content-Type: text/plain\r\n'
    }
    return prefix + `Content-Length: ${length}\r\n\r\n`
  }
}

function made(headers: HeaderSet, length: number): string {
  const type = 'Content-Type: text/plain\r\n'
  return makeHead(headers, 200, date.line, type, Persistence.Implied, Framing.ContentLength, length)
}

function caseOf(input: string, sets: readonly HeaderSet[], bodies: readonly string[]): Case {
  const way = (name: string, headOf: MakeHead): Way => ({
    name,
    run: () => {
      let text = ''
      for (let i = 0; i < REPLIES; i++) {
        const body = bodies[i % bodies.length]!
        text += headOf(sets[i % sets.length]!, body.length)
        text += body
      }
      return fingerprint(sink.write(text, 0, 'latin1'))
    },
  })
  const joined: Way = {
    name: 'makeHead, withBody',
    run: () => {
      let text = ''
      for (let i = 0; i < REPLIES; i++) {
        const body = bodies[i % bodies.length]!
        const headers = sets[i % sets.length]!
        text += withBody(headers, made(headers, body.length), body)
      }
      return fingerprint(sink.write(text, 0, 'latin1'))
    },
  }
  const ways = [
    way('all parts concatenated', concatenated),
    way('prefix kept, not flat', keptRope()),
    way('makeHead', made),
    joined,
  ]
  return { input, operations: REPLIES, ways }
}

const one = NO_HEADERS.with('content-type', 'text/plain')
const four = one.with('cache-control', 'no-store').with('etag', '"5f2c9a7b"').with('x-id', '7f3b1c9e')

const same = ['Hello, World!']
const growing = Array.from({ length: REPLIES }, (_, i) => 'x'.repeat(i + 10))

compare(`makeHead: ${REPLIES} replies a batch`, 'reply', [
  caseOf('1 header, 1 length', [one], same),
  caseOf('4 headers, 1 length', [four], same),
  caseOf('1 header, 24 lengths', [one], growing),
  caseOf('1 and 4 headers in turn', [one, four], same),
])
