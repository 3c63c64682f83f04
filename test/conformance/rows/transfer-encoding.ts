import { chunked, get, head, post } from '../request-bytes.js'
import { accepts, outcome, refuses, seen, type Tolerance } from '../row.js'

const CODED = '5\r\nhello\r\n0\r\n\r\n'
const HELLO = seen('POST /', 'hello')
const coded = (...values: readonly string[]): string =>
  post(
    values.map((value) => `Transfer-Encoding: ${value}`),
    CODED,
  )
/** RFC 9112 §6.3 rule 4: the length can't be told, so a server MUST respond with 400 (or 501, §6.1) and close. */
const refused = (requirement: string, value: string | readonly string[], tolerance: Tolerance = {}) =>
  refuses('RFC 9112 §6.3', requirement, coded(...(typeof value === 'string' ? [value] : value)), 400, {
    answer: [400, 501],
    ...tolerance,
  })
export const transferEncoding = [
  accepts('RFC 9112 §6.1', 'chunked', coded('chunked'), HELLO),
  accepts('RFC 9112 §7', 'the name of a coding has no case', coded('ChUnKeD'), HELLO),
  accepts(
    'RFC 9110 §5.1',
    'the name of Transfer-Encoding has no case',
    post('tRANSFER-eNCODING: chunked', CODED),
    HELLO,
  ),
  accepts('RFC 9112 §5.1', 'white space around the coding', coded('\t chunked \t'), HELLO),
  accepts(
    'RFC 9112 §6.3',
    'the next request begins right behind the last chunk',
    coded('chunked') + get('/next'),
    [HELLO, seen('GET /next')],
  ),
  accepts(
    'RFC 9110 §9.3.1',
    'a chunked body with GET is framed like any other',
    get('/', 'Transfer-Encoding: chunked') + CODED + get('/next'),
    [seen('GET /', 'hello'), seen('GET /next')],
    {
      allowed: [
        outcome([200, 200], [seen('GET /', null), seen('GET /next')]),
        outcome([{ status: 'error' }], [], 'closes'),
      ],
    },
  ),
  refused('identity, which is no coding any more', 'identity'),
  refused('a coding that nobody knows', 'xchunked'),
  refused('chunked with something behind it', 'chunkedx'),
  refused('gzip alone', 'gzip'),
  refused('chunked, and a coding after it', 'chunked, gzip'),
  refused('chunked, and identity after it', 'chunked, identity'),
  refused('chunked twice', 'chunked, chunked'),
  refused('chunked twice, in two lines', ['chunked', 'chunked']),
  refused('chunked and another, in two lines', ['chunked', 'x']),
  refuses('RFC 9112 §6.1', 'another and chunked, in two lines', coded('x', 'chunked')),
  refuses('RFC 9112 §6.1', 'a coding before chunked that the server does not undo', coded('gzip, chunked')),
  refused('an empty value', ''),
  refused('a quoted coding', '"chunked"'),
  refused('a coding in single quotes', "'chunked'"),
  refused('a coding with a parameter', 'chunked;q=1'),
  refused('two words', 'x chunked'),
  refused('chunked and a word', 'chunked x'),
  refused('an empty member of the list before it', ', chunked', { reading: HELLO }),
  refused('an empty member of the list behind it', 'chunked,', { reading: HELLO }),
  refused('NUL behind the coding', 'chunked\0'),
  refused('a vertical tab before the coding', '\vchunked'),
  refused('a form feed before the coding', '\fchunked'),
  refused('a no-break space before the coding', '\xa0chunked'),
  refused('the Kelvin sign for a k', 'chun\xe2\x84\xaaed'),
  refuses(
    'RFC 9112 §6.1',
    'Content-Length and Transfer-Encoding',
    post([`Content-Length: ${CODED.length}`, 'Transfer-Encoding: chunked'], CODED),
  ),
  refuses(
    'RFC 9112 §6.1',
    'Transfer-Encoding and Content-Length',
    post(['Transfer-Encoding: chunked', `Content-Length: ${CODED.length}`], CODED),
  ),
  refuses(
    'RFC 9112 §6.1',
    'a chunked body in HTTP/1.0',
    head('POST / HTTP/1.0', 'Host: x', 'Transfer-Encoding: chunked') + CODED,
    400,
    { orClosing: HELLO },
  ),
  accepts(
    'RFC 9112 §7.4',
    'TE is answered by a reply that every client understands',
    get('/', 'TE: gzip;q=1, trailers', 'Connection: TE'),
    seen('GET /'),
  ),
  accepts(
    'RFC 9110 §5.6.2',
    'Transfer_Encoding is another field',
    get('/', 'Transfer_Encoding: chunked'),
    seen('GET /'),
  ),
  accepts(
    'RFC 9110 §8.4',
    'Content-Encoding has nothing to do with framing',
    chunked(CODED, 'Content-Encoding: gzip'),
    HELLO,
  ),
]
