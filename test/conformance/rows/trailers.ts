import { chunked, get } from '../request-bytes.js'
import { accepts, type outcome, refuses, seen, type Tolerance } from '../row.js'

const CHUNK = '5\r\nhello\r\n0\r\n'
const section = (...lines: readonly string[]): string => chunked(`${CHUNK}${lines.join('\r\n')}\r\n\r\n`)
const HELLO = seen('POST /', 'hello')
const reads = (requirement: string, lines: readonly string[], trailers: Record<string, string>) =>
  accepts('RFC 9112 §7.1.2', requirement, section(...lines), { ...HELLO, trailers })
const refused = (requirement: string, bytes: string, tolerance: Tolerance = {}) =>
  refuses('RFC 9112 §7.1.2', requirement, bytes, 400, { afterLast: HELLO, ...tolerance })
/** RFC 9110 §6.5.1: a sender MUST NOT send it, a recipient may ignore it; it must never have an effect. */
const forbidden = (name: string, value: string) =>
  refuses('RFC 9110 §6.5.1', `${name} in the trailers`, section(`${name}: ${value}`), 400, {
    reading: { ...HELLO, trailers: 'any' },
    afterLast: HELLO,
  })

export const trailers = [
  reads('one field', ['A: b'], { a: 'b' }),
  reads('several fields', ['A: b', 'C: d'], { a: 'b', c: 'd' }),
  reads('lines of one name', ['A: b', 'a: c'], { a: 'b, c' }),
  reads('an empty value', ['A:'], { a: '' }),
  reads('white space around a value is not part of it', ['A: \t b \t'], { a: 'b' }),
  accepts(
    'RFC 9112 §7.1.2',
    'the next request begins right behind the trailers',
    section('A: b') + get('/next'),
    [{ ...HELLO, trailers: { a: 'b' } }, seen('GET /next')],
  ),
  accepts('RFC 9110 §6.5.1', 'a trailer is no header', section('X-Role: admin'), {
    ...HELLO,
    trailers: { 'x-role': 'admin' },
    headers: { 'x-role': null },
  }),
  forbidden('Content-Length', '5'),
  forbidden('Transfer-Encoding', 'chunked'),
  forbidden('Host', 'y'),
  refused('a space before the colon', section('A : b')),
  refused('a line without a colon', section('A')),
  refused('a line without a name', section(': b')),
  refused('a space in a name', section('A B: c')),
  refused('a folded line', section('A: b', ' c'), { reading: { ...HELLO, trailers: 'any' } }),
  refused('a fold at once', section(' A: b'), { reading: { ...HELLO, trailers: 'any' } }),
  refused('NUL in a value', section('A: \0'), { reading: { ...HELLO, trailers: 'any' } }),
  refused('NUL in a name', section('A\0: b')),
  refused('CR alone in a value', section('A: b\rc'), { reading: { ...HELLO, trailers: 'any' } }),
  refused('LF alone behind a field', chunked(`${CHUNK}A: b\nC: d\r\n\r\n`), {
    reading: { ...HELLO, trailers: 'any' },
  }),
  refused('LF alone as the empty line', chunked(`${CHUNK}A: b\r\n\n`), {
    reading: { ...HELLO, trailers: 'any' },
  }),
  refused('a request where the trailers should end', chunked(`${CHUNK}GET /smuggled HTTP/1.1\r\n\r\n`)),
  accepts(
    'RFC 9110 §6.6.2',
    'fields that Trailer does not announce are trailers too',
    chunked(`${CHUNK}A: b\r\n\r\n`, 'Trailer: X'),
    { ...HELLO, trailers: { a: 'b' } },
  ),
].map((one) =>
  // A server may drop trailers, RFC 9110 §6.5.1; ours must not.
  one.expected.then === 'lives' ? { ...one, allowed: [...one.allowed, dropping(one)] } : one,
)

function dropping({ expected }: ReturnType<typeof accepts>): ReturnType<typeof outcome> {
  const handled = expected.handled.map((request) => ({ ...request, trailers: 'any' as const }))
  return { ...expected, handled }
}
