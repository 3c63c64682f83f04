import type { ErrorCode } from '../../../src/errors/catalogue.js'
import type { Limits } from '../../../src/http/limits.js'

/** A body in the chunked coding (RFC 9112 §7.1), and what must be made of it. */
export interface ChunkedCase {
  readonly name: string
  readonly bytes: string
  /** The data of a body that is right; `null`: it isn't complete. */
  readonly data?: string | null
  readonly trailers?: readonly (readonly [string, string])[]
  /** What is wrong with it. */
  readonly error?: ErrorCode
  readonly limits?: Partial<Limits>
}

const END = '0\r\n\r\n'
const extended = (extension: string): string => `3${extension}\r\nabc\r\n${END}`
const withTrailers = (...lines: string[]): string => `3\r\nabc\r\n0\r\n${lines.join('')}\r\n`

const right = (name: string, bytes: string, data: string | null, limits?: Partial<Limits>): ChunkedCase =>
  limits === undefined ? { name, bytes, data } : { name, bytes, data, limits }

const wrong = (name: string, bytes: string, error: ErrorCode, limits?: Partial<Limits>): ChunkedCase =>
  limits === undefined ? { name, bytes, error } : { name, bytes, error, limits }

const RIGHT: readonly ChunkedCase[] = [
  right('no chunk', END, ''),
  right('one chunk', `3\r\nabc\r\n${END}`, 'abc'),
  right('several chunks', `3\r\nabc\r\n1\r\nd\r\n2\r\nef\r\n${END}`, 'abcdef'),
  right('sizes of two digits, in both cases', `1a\r\n${'x'.repeat(26)}\r\n1A\r\n${'y'.repeat(26)}\r\n${END}`, 'x'.repeat(26) + 'y'.repeat(26)), // prettier-ignore
  right('a chunk that is moved as a whole', `64\r\n${'x'.repeat(100)}\r\n64\r\n${'y'.repeat(100)}\r\n${END}`, 'x'.repeat(100) + 'y'.repeat(100)), // prettier-ignore
  right('leading zeros', `0003\r\nabc\r\n000\r\n\r\n`, 'abc'),
  right('sixteen digits', `0000000000000003\r\nabc\r\n0000000000000000\r\n\r\n`, 'abc'),
  right('data that looks like framing', `5\r\n0\r\n\r\n\r\n7\r\nGET / H\r\n${END}`, '0\r\n\r\nGET / H'),
  right('NUL and bytes above 127 in the data', `3\r\n\0\x80\xff\r\n${END}`, '\0\x80\xff'),
  right('exactly the limit', `6\r\n012345\r\n4\r\n6789\r\n${END}`, '0123456789', { bodyBytes: 10 }),
  right('an empty body where none is allowed', END, '', { bodyBytes: 0 }),
  ...['', '3', '3\r', '3\r\n', '3\r\nab', '3\r\nabc', '3\r\nabc\r', '3\r\nabc\r\n', '3;a', '3;a="', '0', '0\r\n', '0\r\nA: b', '0\r\nA: b\r\n', '0\r\n\r'].map((part) => right(`not yet complete: ${JSON.stringify(part)}`, part, null)), // prettier-ignore
]

const EXTENSIONS: readonly ChunkedCase[] = [
  ...[';a', ';a=b', ';a;b', ';a=b;c=d', ";!#$%&'*+-.^_`|~0=~", ';a=""', ';a="b c"', ';a="\t\x80\xff;=,"', ';a="\\"\\\\"', ';a="\\b";c'].map((text) => right(`the extension ${JSON.stringify(text)}`, extended(text), 'abc')), // prettier-ignore
  right('an extension of the last chunk', '0;a=b\r\n\r\n', ''),
  right('extensions of exactly the limit', `1;a=b\r\nx\r\n0;a=b\r\n\r\n`, 'x', { chunkExtensionBytes: 8 }),
  ...[';', ';;a', ';a;', ';=b', ';a=', ';a=;b', ';a==b', '; a', ';a =b', ';a= b', ';a=b c', ';a,b', ';a="b"c', ';a="b""c"', ';a=b"c"', ';a="\0"', ';a="\x7f"', ';a="\\\0"', ';\x80', ';a=\xff', ';a(', ';"a"=b'].map((text) => wrong(`the extension ${JSON.stringify(text)}`, extended(text), 'CAL_ERR_HTTP_CHUNK_EXTENSION')), // prettier-ignore
  wrong('a quote that the line ends', '3;a="b\r\nabc\r\n', 'CAL_ERR_HTTP_CHUNK_EXTENSION'),
  wrong('an escape that the line ends', '3;a="b\\\r\nabc\r\n', 'CAL_ERR_HTTP_CHUNK_EXTENSION'),
  wrong('an extension that ends with LF', '3;a\nabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a LF in a quote', '3;a="\n"\r\nabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a CR alone behind an extension', '3;a\rb\r\nabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('an extension longer than the limit', '3;a=bcd', 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE', { chunkExtensionBytes: 5 }), // prettier-ignore
  wrong('extensions that are longer than the limit together (CVE-2024-22019)', `1;a=b\r\nx\r\n`.repeat(3), 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE', { chunkExtensionBytes: 11 }), // prettier-ignore
  wrong('any extension where none is allowed', '3;', 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE', { chunkExtensionBytes: 0 }), // prettier-ignore
]

const SIZES: readonly ChunkedCase[] = [
  ...['\r\n', ' 3\r\n', '\t3\r\n', '+3\r\n', '-3\r\n', '0x3\r\n', '0X3\r\n', '3 \r\n', '3\t\r\n', '3 ;a\r\n', 'g\r\n', '3g\r\n', '3h\r\n', '3.\r\n', '3,3\r\n', '3_0\r\n', '"3"\r\n', ';a\r\n', '\0', '3\0', '\x80', '\xd9\xa3', '@\r\n', '`\r\n', '/\r\n', ':\r\n', 'G', '0'.repeat(17), 'f'.repeat(17)].map((text) => wrong(`the size ${JSON.stringify(text)}`, `${text}abc\r\n${END}`, 'CAL_ERR_HTTP_CHUNK_SIZE')), // prettier-ignore
  wrong('a size of the second chunk that is none', `1\r\nx\r\n\r\n${END}`, 'CAL_ERR_HTTP_CHUNK_SIZE'),
  wrong('a size that ends with LF', '3\nabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a size that ends with CR alone', '3\rabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a size that ends with CR CR LF', '3\r\r\nabc\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a LF instead of a size', '\n3\r\nabc\r\n', 'CAL_ERR_HTTP_CHUNK_SIZE'),
  wrong('a last chunk that ends with LF', '0\n\r\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a chunk larger than the limit', 'b\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE', { bodyBytes: 10 }),
  wrong('chunks that are larger than the limit together', '6\r\n012345\r\n5\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE', { bodyBytes: 10 }), // prettier-ignore
  wrong('a chunk where none is allowed', '1\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE', { bodyBytes: 0 }),
  wrong('a size of 64 bits', 'ffffffffffffffff\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE'),
  wrong('a size that is 3 in 64 bits and one more', '8000000000000003\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE', { bodyBytes: Number.MAX_SAFE_INTEGER }), // prettier-ignore
  wrong('a size of 2^53 behind a chunk', '1\r\nx\r\n1fffffffffffff\r\n', 'CAL_ERR_HTTP_BODY_TOO_LARGE', { bodyBytes: Number.MAX_SAFE_INTEGER }), // prettier-ignore
]

const CHUNK_ENDS: readonly ChunkedCase[] = ['d\r\n', '\n', '\rd', '\r\r\n', '0\r\n\r\n', ' \r\n', '\0'].map((text) => wrong(`data that ${JSON.stringify(text)} ends`, `3\r\nabc${text}${END}`, 'CAL_ERR_HTTP_CHUNK_END')) // prettier-ignore

const TRAILERS: readonly ChunkedCase[] = [
  {
    name: 'trailers',
    bytes: withTrailers('A: b\r\n', 'X-Sum:c d\r\n', 'a:\t e \r\n', 'Empty:\r\n', 'Q: \x80\xff"\t"\r\n'),
    data: 'abc',
    trailers: [
      ['a', 'b'],
      ['x-sum', 'c d'],
      ['a', 'e'],
      ['empty', ''],
      ['q', '\x80\xff"\t"'],
    ],
  },
  { name: 'a trailer without data', bytes: '0\r\nA: b\r\n\r\n', data: '', trailers: [['a', 'b']] },
  {
    name: 'as many trailers as are allowed',
    bytes: withTrailers('A: b\r\n', 'C: d\r\n'),
    data: 'abc',
    trailers: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    limits: { headerFields: 2 },
  },
  { name: 'as many bytes of trailers as are allowed', bytes: withTrailers('A: b\r\n'), data: 'abc', trailers: [['a', 'b']], limits: { trailerBytes: 6 } }, // prettier-ignore
  right('no trailers where none are allowed', withTrailers(), 'abc', { trailerBytes: 0 }),
  wrong('more trailers than are allowed', withTrailers('A: b\r\n', 'C: d\r\n', 'E: f\r\n'), 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE', { headerFields: 2 }), // prettier-ignore
  wrong('more bytes of trailers than are allowed', withTrailers('A: bc\r\n'), 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE', { trailerBytes: 6 }), // prettier-ignore
  wrong('a trailer without end', `0\r\n${'a'.repeat(9000)}`, 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE'),
  wrong('any trailer where none is allowed', '0\r\nA', 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE', {
    trailerBytes: 0,
  }),
  wrong('a space before the colon', withTrailers('A : b\r\n'), 'CAL_ERR_HTTP_FIELD_NAME'),
  wrong('a trailer without a name', withTrailers(': b\r\n'), 'CAL_ERR_HTTP_FIELD_NAME'),
  wrong('a name that is no token', withTrailers('A(: b\r\n'), 'CAL_ERR_HTTP_FIELD_NAME'),
  wrong('a name with a byte above 127', withTrailers('\xe9: b\r\n'), 'CAL_ERR_HTTP_FIELD_NAME'),
  wrong('a trailer without a colon', withTrailers('A\r\n'), 'CAL_ERR_HTTP_LINE_END'),
  wrong('a folded trailer', withTrailers('A: b\r\n c\r\n'), 'CAL_ERR_HTTP_FOLDED'),
  wrong('a folded first trailer', withTrailers(' A: b\r\n'), 'CAL_ERR_HTTP_FOLDED'),
  wrong('NUL in a trailer', withTrailers('A: \0\r\n'), 'CAL_ERR_HTTP_FIELD_VALUE'),
  wrong('DEL in a trailer', withTrailers('A: \x7f\r\n'), 'CAL_ERR_HTTP_FIELD_VALUE'),
  wrong('a trailer that ends with LF', withTrailers('A: b\n'), 'CAL_ERR_HTTP_LINE_END'),
  wrong('CR alone in a trailer', withTrailers('A: b\rc\r\n'), 'CAL_ERR_HTTP_LINE_END'),
  wrong('an end that is LF alone', '0\r\n\n', 'CAL_ERR_HTTP_LINE_END'),
  wrong('an end that is CR alone', '0\r\n\rx', 'CAL_ERR_HTTP_LINE_END'),
  wrong('a request instead of the end', '0\r\nGET / HTTP/1.1\r\n', 'CAL_ERR_HTTP_FIELD_NAME'),
  ...['Host', 'content-length', 'TRANSFER-ENCODING', 'Connection', 'Trailer', 'TE', 'Upgrade', 'Authorization', 'Cookie', 'Content-Type', 'Content-Encoding', 'Expect', 'Keep-Alive', 'Proxy-Connection'].map((name) => wrong(`the trailer ${name}`, withTrailers('A: b\r\n', `${name}: 1\r\n`), 'CAL_ERR_HTTP_TRAILER')), // prettier-ignore
]

export const chunkedCases: readonly ChunkedCase[] = [
  ...RIGHT,
  ...EXTENSIONS,
  ...SIZES,
  ...CHUNK_ENDS,
  ...TRAILERS,
]
