import { get, head, post, sized } from '../request-bytes.js'
import { accepts, outcome, refuses, row, seen } from '../row.js'

const HELLO = seen('POST /', 'hello')
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
/** RFC 9112 §6.3 rule 5: an unrecoverable error, MUST respond with 400 and close. */
const refused = (requirement: string, ...values: readonly string[]) =>
  refuses(
    'RFC 9112 §6.3',
    requirement,
    post(
      values.map((value) => `Content-Length: ${value}`),
      'hello',
    ),
    400,
    { answer: 400 },
  )

export const contentLength = [
  accepts('RFC 9112 §6.2', 'a body of its length', sized('hello'), HELLO),
  accepts('RFC 9112 §6.2', 'a length of 0', sized(''), seen('POST /')),
  accepts('RFC 9112 §6.3', 'no length and no coding: no body', post([], ''), seen('POST /')),
  accepts('RFC 9112 §6.3', 'the next request begins right behind the body', sized('hello') + get('/next'), [
    HELLO,
    seen('GET /next'),
  ]),
  accepts(
    'RFC 9112 §6.3',
    'a body that looks like a request is a body',
    sized(SMUGGLED),
    seen('POST /', SMUGGLED),
  ),
  accepts('RFC 9110 §6.4', 'a body is any bytes', sized('\0\r\n\xff\x80'), seen('POST /', '\0\r\n\xff\x80')),
  accepts('RFC 9110 §8.6', 'leading zeros are digits', post('Content-Length: 005', 'hello'), HELLO),
  accepts('RFC 9112 §5.1', 'white space around a length', post('Content-Length: \t5  ', 'hello'), HELLO),
  accepts('RFC 9112 §5.1', 'a tab behind a length', post('Content-Length: 5\t', 'hello'), HELLO, {
    llhttp: outcome([{ status: 400, body: /^CAL_ERR_HTTP_/ }], [], 'closes'),
  }),
  accepts(
    'RFC 9110 §5.1',
    'the name of Content-Length has no case',
    post('CONTENT-LENGTH: 5', 'hello'),
    HELLO,
  ),
  accepts(
    'RFC 9110 §8.6',
    'a body with PUT',
    head('PUT / HTTP/1.1', 'Host: x', 'Content-Length: 5') + 'hello',
    seen('PUT /', 'hello'),
  ),
  accepts(
    'RFC 9110 §9.3.1',
    'a body with GET is framed like any other',
    get('/', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED,
    seen('GET /', SMUGGLED),
    { allowed: [outcome([200], [seen('GET /', null)]), outcome([{ status: 'error' }], [], 'closes')] },
  ),
  accepts(
    'RFC 9110 §9.3.5',
    'a body with DELETE is framed like any other',
    head('DELETE / HTTP/1.1', 'Host: x', 'Content-Length: 5') + 'hello',
    seen('DELETE /', 'hello'),
    { allowed: [outcome([200], [seen('DELETE /', null)]), outcome([{ status: 'error' }], [], 'closes')] },
  ),
  accepts(
    'RFC 9110 §5.6.2',
    'Content_Length is another field',
    get('/', 'Content_Length: 5') + get('/next'),
    [seen('GET /'), seen('GET /next')],
  ),
  row(
    'RFC 9112 §6.3',
    'a body that the application does not read is not read as a request',
    head('POST /unread HTTP/1.1', 'Host: x', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED + get('/next'),
    outcome([200, 200], [seen('POST /unread', null), seen('GET /next')]),
    { allowed: [outcome([200], [seen('POST /unread', null)], 'closes')] },
  ),
  refused('a negative length', '-5'),
  refused('a plus sign', '+5'),
  refused('a hexadecimal length', '0x5'),
  refused('a fraction', '5.0'),
  refused('an exponent', '5e0'),
  refused('letters behind the digits', '5a'),
  refused('digits with a space between', '5 5'),
  refused('an underscore between the digits', '5_5'),
  refused('a quoted length', '"5"'),
  refused('an empty length', ''),
  refused('a length beyond 64 bits', '18446744073709551621'),
  refused('a length beyond all numbers', '9'.repeat(400)),
  refused('a length and a semicolon', '5;'),
  refused('different lengths', '5', '6'),
  refused('different lengths in a list', '5, 6'),
  refused('a length and an empty one', '5', ''),
  refused('a list with an empty member', '5,'),
  refused('a length and one that is no number', '5', 'x'),
  refuses(
    'RFC 9112 §6.3',
    'the same length twice',
    post(['Content-Length: 5', 'Content-Length: 5'], 'hello'),
    400,
    {
      answer: 400,
      reading: HELLO,
    },
  ),
  refuses('RFC 9112 §6.3', 'the same length twice in a list', post('Content-Length: 5, 5', 'hello'), 400, {
    answer: 400,
    reading: HELLO,
  }),
  refuses(
    'RFC 9112 §6.3',
    'the same number in two spellings',
    post(['Content-Length: 5', 'Content-Length: 05'], 'hello'),
    400,
    {
      answer: 400,
      reading: HELLO,
    },
  ),
]
