import { patternOf } from './pattern.js'
import type { Random } from './random.js'

/** A request as bytes, and the reply that is right for it. */
export interface Exchange {
  readonly bytes: Buffer
  readonly isHead: boolean
  readonly status: number
  readonly body: Buffer
  /** The trailer field that must come, with its value. */
  readonly trailer?: string
}

const FIELDS = [
  '',
  'Accept: */*\r\n',
  `Cookie: session=${'c'.repeat(300)}\r\n`,
  'User-Agent: soak\r\nAccept-Language: en\r\nX-Long: ' + 'x'.repeat(900) + '\r\n',
]

/** The numbers that are asked for: few enough for the server to know each path in the end. */
const NUMBERS = 1000

/** A random request; `fields` go into its head. */
export function randomExchange(random: Random, fields = ''): Exchange {
  const i = random.below(NUMBERS)
  const get = (path: string, reply: Omit<Exchange, 'bytes' | 'isHead'>): Exchange => ({
    bytes: head('GET', `${path}?i=${i}`, random.pick(FIELDS) + fields),
    isHead: false,
    ...reply,
  })
  const text = Buffer.from(`number ${i}`)
  switch (random.below(12)) {
    case 0:
      return {
        ...get('/text', { status: 200, body: NOTHING }),
        bytes: head('HEAD', `/text?i=${i}`, fields),
        isHead: true,
      }
    case 1:
      return get('/late', { status: 200, body: text })
    case 2:
      return get('/large', { status: 200, body: patternOf(i) })
    case 3:
      return get('/stream', { status: 200, body: patternOf(i), trailer: `x-length: ${patternOf(i).length}` })
    case 4:
      return get('/hints', { status: 200, body: text })
    case 5:
      return get('/throw', { status: 500, body: HANDLER_FAILED })
    case 6:
      return get('/missing', { status: 404, body: NOT_FOUND })
    case 7:
      return upload(random, '/echo', patternOf(i).subarray(0, random.below(60_000)), fields)
    case 8:
      return upload(random, '/mirror', patternOf(i), fields)
    case 9:
      return {
        ...upload(random, '/unread', patternOf(i).subarray(0, 20_000), fields),
        status: 403,
        body: UNREAD,
      }
    default:
      return get('/text', { status: 200, body: text })
  }
}

/** Something that is no request, and its answer. */
export function malformed(random: Random): Exchange {
  const bytes = random.pick([
    'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
    'GET / HTTP/1.1\nHost: a\n\n',
    'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n',
    'GET / HTTP/1.1\r\n\r\n',
  ])
  return { bytes: Buffer.from(bytes), isHead: false, status: 400, body: ANY }
}

/** Stands for whatever a refusal says. */
export const ANY = Buffer.from('any')

const NOTHING = Buffer.alloc(0)
const UNREAD = Buffer.from('unread')
const HANDLER_FAILED = Buffer.from('CAL_ERR_HTTP_HANDLER: the handler failed (RFC 9110 §15.6.1)\n')
const NOT_FOUND = Buffer.from('CAL_ERR_HTTP_NOT_FOUND: nothing is here (RFC 9110 §15.5.5)\n')

/** With its length, or in chunks. */
function upload(random: Random, path: string, body: Buffer, fields: string): Exchange {
  const reply = { isHead: false, status: 200, body }
  if (random.below(2) === 0) {
    const length = `Content-Length: ${body.length}\r\n`
    return { bytes: Buffer.concat([head('POST', path, length + fields), body]), ...reply }
  }
  const chunks = random.cut(body, 20).filter(({ length }) => length > 0)
  const coded = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}${random.pick(['', ';a', ';a="b c"'])}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ])
  const end = Buffer.from(`0\r\n${random.pick(['', 'X-Trailer: 1\r\n'])}\r\n`)
  return {
    bytes: Buffer.concat([head('POST', path, `Transfer-Encoding: chunked\r\n${fields}`), ...coded, end]),
    ...reply,
  }
}

function head(method: string, target: string, fields: string): Buffer {
  return Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`)
}
