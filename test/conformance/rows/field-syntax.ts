import { get, head, post } from '../request-bytes.js'
import { accepts, outcome, refuses, row, seen } from '../row.js'

const ROOT = seen('GET /')
const withValue = (value: string) => seen('GET /', '', { headers: { a: value } })
const reads = (requirement: string, field: string, value: string, section = 'RFC 9112 §5.1') =>
  accepts(section, requirement, get('/', field), withValue(value))
const refused = (requirement: string, ...fields: readonly string[]) =>
  refuses('RFC 9112 §5.1', requirement, get('/', ...fields))

export const fieldSyntax = [
  reads('white space around a value is not part of it', 'A: \t b c \t', 'b c'),
  reads('no white space before a value', 'A:b', 'b'),
  reads('an empty value', 'A:', ''),
  reads('a value of white space is empty', 'A: \t ', ''),
  reads('a colon in a value', 'A: b:c', 'b:c'),
  reads('a tab in a value', 'A: b\tc', 'b\tc', 'RFC 9110 §5.5'),
  reads('names have no case', 'a: b', 'b', 'RFC 9110 §5.1'),
  accepts(
    'RFC 9110 §5.6.2',
    'a name of every character that a token may have',
    get('/', "!#$%&'*+-.^_`|~09aZ: b"),
    seen('GET /', '', { headers: { "!#$%&'*+-.^_`|~09az": 'b' } }),
  ),
  accepts(
    'RFC 9110 §5.3',
    'lines of one name keep their order',
    get('/', 'A: 1', 'B: 2', 'a: 3'),
    withValue('1, 3'),
  ),
  row(
    'RFC 9110 §5.5',
    'bytes above ASCII in a value are opaque',
    get('/', 'A: \xe9'),
    outcome([200], [ROOT]),
    {
      allowed: [outcome([{ status: 'error' }], [], 'closes'), outcome([{ status: 'error' }], [])],
    },
  ),
  refuses('RFC 9112 §5.1', 'a space before the colon', get('/', 'A : b'), 400, { answer: 400, lives: true }),
  refuses('RFC 9112 §5.1', 'a tab before the colon', get('/', 'A\t: b'), 400, { answer: 400, lives: true }),
  refuses(
    'RFC 9112 §5.1',
    'a space before the colon of Content-Length',
    post('Content-Length : 5', 'hello'),
    400,
    {
      answer: 400,
    },
  ),
  refuses(
    'RFC 9112 §5.1',
    'a space before the colon of Transfer-Encoding',
    post('Transfer-Encoding : chunked', '0\r\n\r\n'),
    400,
    { answer: 400 },
  ),
  refused('a line without a colon', 'A'),
  refused('a line without a name', ': b'),
  refused('a space in a name', 'A B: c'),
  refused('NUL in a name', 'A\0: b'),
  refused('a control character in a name', 'A\x01: b'),
  refused('DEL in a name', 'A\x7f: b'),
  refused('a byte above ASCII in a name', 'A\xe9: b'),
  refused('a parenthesis in a name', 'A(b): c'),
  refused('a quoted name', '"A": b'),
  refused('a brace in a name', '{A}: b'),
  refused('a slash in a name', 'A/B: c'),
  refuses('RFC 9110 §5.5', 'NUL in a value', get('/', 'A: b\0c'), 400, { reading: withValue('b c') }),
  refuses('RFC 9110 §5.5', 'CR alone in a value', get('/', 'A: b\rc'), 400, { reading: withValue('b c') }),
  refuses('RFC 9110 §5.5', 'CR alone before the end of a line', get('/', 'A: b\r'), 400, { reading: ROOT }),
  refuses('RFC 9110 §5.5', 'a bell in a value', get('/', 'A: \x07'), 400, { reading: ROOT }),
  refuses('RFC 9110 §5.5', 'ESC in a value', get('/', 'A: \x1b'), 400, { reading: ROOT }),
  refuses('RFC 9110 §5.5', 'DEL in a value', get('/', 'A: \x7f'), 400, { reading: ROOT }),
  refuses('RFC 9112 §5.2', 'a folded line (space)', get('/', 'A: b', ' c'), 400, {
    reading: withValue('b c'),
  }),
  refuses('RFC 9112 §5.2', 'a folded line (tab)', get('/', 'A: b', '\tc'), 400, {
    reading: withValue('b c'),
  }),
  refuses(
    'RFC 9112 §5.2',
    'a folded line that looks like a field',
    get('/', 'A: b', ' Content-Length: 5'),
    400,
    {
      reading: withValue('b Content-Length: 5'),
    },
  ),
  refuses(
    'RFC 9112 §2.2',
    'a line of white space behind the request line',
    'GET / HTTP/1.1\r\n \r\nHost: x\r\n\r\n',
    400,
    { reading: ROOT },
  ),
  refuses(
    'RFC 9112 §2.2',
    'white space before the first field',
    'GET / HTTP/1.1\r\n Host: y\r\nHost: x\r\n\r\n',
    400,
    { reading: seen('GET /', '', { headers: { host: 'x' } }) },
  ),
  refuses('RFC 9112 §2.2', 'LF alone behind a field', 'GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n', 400, {
    reading: withValue('b'),
  }),
  refuses('RFC 9112 §2.2', 'LF alone as the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\n', 400, {
    reading: ROOT,
  }),
  refuses('RFC 9112 §2.2', 'LF alone everywhere', 'GET / HTTP/1.1\nHost: x\n\n', 400, { reading: ROOT }),
  refuses('RFC 9112 §2.2', 'CR alone behind a field', 'GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n', 400),
  refuses('RFC 9112 §2.2', 'LF CR for CR LF', 'GET / HTTP/1.1\r\nHost: x\n\rA: b\r\n\r\n'),
  refuses('RFC 9112 §2.2', 'CR CR LF behind a field', 'GET / HTTP/1.1\r\nHost: x\r\r\nA: b\r\n\r\n', 400, {
    reading: withValue('b'),
  }),
  accepts(
    'RFC 9110 §5.1',
    'fields that nobody knows are handed on',
    head('GET / HTTP/1.1', 'Host: x', 'X-Unheard-Of: yes'),
    seen('GET /', '', { headers: { 'x-unheard-of': 'yes' } }),
  ),
]
