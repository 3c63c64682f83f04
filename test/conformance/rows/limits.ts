import { chunked, get, head, post } from '../request-bytes.js'
import { accepts, NEXT_REPLY, outcome, refuses, row, seen } from '../row.js'

/** Beyond what the server under test takes: 4,096 bytes of a body and of extensions, 8,192 of trailers. */
const BIG_BODY = 'b'.repeat(5000)
/** Beyond what any part of a head may have. */
const BIG = 'b'.repeat(17_000)
const fields = Array.from({ length: 150 }, (_, i) => `X-${i}: y`)
const CHUNK = '5\r\nhello\r\n'

/** No limit is a MUST: a server may take more than ours. */
export const limits = [
  accepts(
    'RFC 9112 §3',
    'a request line of 8,000 bytes',
    get(`/${'a'.repeat(7985)}`),
    seen(`GET /${'a'.repeat(7985)}`),
  ),
  refuses('RFC 9110 §15.5.15', 'a path that is too long', get(`/${BIG}`), 414, {
    lives: true,
    reading: seen(`GET /${BIG}`),
  }),
  refuses('RFC 9110 §15.5.15', 'a query that is too long', get(`/?${BIG}`), 414, {
    lives: true,
    reading: seen(`GET /?${BIG}`),
  }),
  refuses('RFC 6585 §5', 'a field that is too large', get('/', `A: ${BIG}`), 431, {
    lives: true,
    reading: seen('GET /'),
  }),
  refuses('RFC 6585 §5', 'a field name that is too large', get('/', `${BIG}: a`), 431, {
    lives: true,
    reading: seen('GET /'),
  }),
  refuses('RFC 6585 §5', 'more fields than anybody needs', get('/', ...fields), 431, {
    lives: true,
    reading: seen('GET /'),
  }),
  refuses(
    'RFC 9110 §15.5.14',
    'a length that is too large',
    post(`Content-Length: ${BIG_BODY.length}`, BIG_BODY),
    413,
    {
      lives: true,
      reading: seen('POST /', BIG_BODY),
    },
  ),
  refuses(
    'RFC 9110 §15.5.14',
    'a chunk that is too large',
    chunked(`1388\r\n${BIG_BODY}\r\n0\r\n\r\n`),
    413,
    {
      lives: true,
      reading: seen('POST /', BIG_BODY),
    },
  ),
  refuses(
    'RFC 9110 §15.5.14',
    'chunks that are too large together',
    chunked(`${`3e8\r\n${'b'.repeat(1000)}\r\n`.repeat(5)}0\r\n\r\n`),
    413,
    {
      lives: true,
      reading: seen('POST /', BIG_BODY),
    },
  ),
  row(
    'RFC 9110 §10.1.1',
    'a length that is too large is refused before the body is sent',
    [
      head('POST / HTTP/1.1', 'Host: x', 'Expect: 100-continue', `Content-Length: ${BIG_BODY.length}`),
      NEXT_REPLY,
      BIG_BODY,
    ],
    outcome([413], [], 'closes'),
    {
      allowed: [
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([100, 200], [seen('POST /', BIG_BODY)]),
      ],
    },
  ),
  refuses(
    'RFC 9112 §7.1.1',
    'chunk extensions that are too large',
    chunked(`5;a=${BIG_BODY}\r\nhello\r\n0\r\n\r\n`),
    413,
    {
      lives: true,
      reading: seen('POST /', 'hello'),
    },
  ),
  refuses(
    'RFC 9112 §7.1.1',
    'many small chunk extensions that are too large together',
    chunked(`${'1;abcdefgh=ijklmnop\r\nx\r\n'.repeat(300)}0\r\n\r\n`),
    413,
    {
      lives: true,
      reading: seen('POST /', 'x'.repeat(300)),
    },
  ),
  refuses(
    'RFC 9110 §6.5',
    'trailers that are too large',
    chunked(`${CHUNK}0\r\nA: ${BIG_BODY}${BIG_BODY}\r\n\r\n`),
    431,
    {
      lives: true,
      reading: { ...seen('POST /', 'hello'), trailers: 'any' },
      afterLast: seen('POST /', 'hello'),
    },
  ),
  refuses(
    'RFC 9110 §6.5',
    'more trailers than anybody needs',
    chunked(`${CHUNK}0\r\n${fields.join('\r\n')}\r\n\r\n`),
    431,
    {
      lives: true,
      reading: { ...seen('POST /', 'hello'), trailers: 'any' },
      afterLast: seen('POST /', 'hello'),
    },
  ),
  refuses(
    'RFC 9112 §7.1',
    'leading zeros of a size without end',
    chunked(`${'0'.repeat(5000)}5\r\nhello\r\n0\r\n\r\n`),
    400,
    {
      lives: true,
      reading: seen('POST /', 'hello'),
    },
  ),
]
