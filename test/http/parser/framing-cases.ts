import { fields, type HeadCase, headCase } from './head-case.js'

const http10 = (...lines: string[]): string =>
  `POST / HTTP/1.0\r\n${lines.map((field) => `${field}\r\n`).join('')}\r\n`

/** RFC 9112 §6.2, §6.3. */
const contentLength: HeadCase[] = [
  headCase('no length and no coding', fields(), { contentLength: -1, chunked: false }),
  headCase('a length of 0', fields('Content-Length: 0'), { contentLength: 0 }),
  headCase('a length', fields('Content-Length: 1234567890'), { contentLength: 1_234_567_890 }),
  headCase('leading zeros are digits', fields('Content-Length: 007'), { contentLength: 7 }),
  headCase('white space around a length', fields('Content-Length:\t 5 \t'), { contentLength: 5 }),
  headCase('a length of 15 digits', fields(`Content-Length: ${'9'.repeat(15)}`), {
    contentLength: 999_999_999_999_999,
  }),
  headCase('names have no case: CONTENT-LENGTH', fields('CONTENT-LENGTH: 5'), { contentLength: 5 }),
  headCase('a length in HTTP/1.0', http10('Content-Length: 5'), { contentLength: 5, minor: 0 }),
  headCase('a name as long as Content-Length', fields('Content-Lengti: x'), { contentLength: -1 }),
  headCase('Content_Length is another field', fields('Content_Length: x'), { contentLength: -1 }),
  ...[
    '',
    '-1',
    '+1',
    '0x10',
    '1.0',
    '1e3',
    '1,1',
    '5, 5',
    '1 1',
    'a',
    '1a',
    '"1"',
    '\xb2',
    '１',
    '1_000',
    "1'000",
    '9'.repeat(16),
    '9'.repeat(400),
    '0'.repeat(16),
    '1;',
    '\t',
    'Infinity',
    'NaN',
  ].map((value) =>
    headCase(
      `Content-Length: ${value.slice(0, 20)} (${value.length} characters)`,
      fields(`Content-Length: ${Buffer.from(value).toString('latin1')}`),
      'CAL_ERR_HTTP_CONTENT_LENGTH',
    ),
  ),
  headCase(
    'two equal lengths',
    fields('Content-Length: 5', 'Content-Length: 5'),
    'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED',
  ),
  headCase(
    'two lengths',
    fields('Content-Length: 5', 'A: b', 'content-length: 6'),
    'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED',
  ),
  headCase(
    'two lengths of 0',
    fields('Content-Length: 0', 'Content-Length: 0'),
    'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED',
  ),
  headCase(
    'a wrong length before another',
    fields('Content-Length: x', 'Content-Length: 6'),
    'CAL_ERR_HTTP_CONTENT_LENGTH',
  ),
]

/** RFC 9112 §6.1. */
const transferEncoding: HeadCase[] = [
  headCase('chunked', fields('Transfer-Encoding: chunked'), { chunked: true, contentLength: -1 }),
  headCase('codings have no case', fields('transfer-encoding: ChunKED'), { chunked: true }),
  headCase('white space around the coding', fields('Transfer-Encoding: \t chunked\t '), { chunked: true }),
  headCase('Transfer_Encoding is another field', fields('Transfer_Encoding: x'), { chunked: false }),
  headCase('TE is another field', fields('TE: chunked'), { chunked: false }),
  ...[
    '',
    'gzip',
    'identity',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'chunked,',
    ',chunked',
    'chunked;a=b',
    'xchunked',
    'chunkedx',
    'chunke',
    '"chunked"',
    'chun ked',
    '\xa0chunked',
    'chunked\xa0',
  ].map((value) =>
    headCase(
      `Transfer-Encoding: ${value}`,
      fields(`Transfer-Encoding: ${value}`),
      'CAL_ERR_HTTP_TRANSFER_ENCODING',
    ),
  ),
  headCase(
    'a vertical tab before chunked',
    fields('Transfer-Encoding: \vchunked'),
    'CAL_ERR_HTTP_FIELD_VALUE',
  ),
  headCase(
    'chunked twice',
    fields('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
    'CAL_ERR_HTTP_TRANSFER_ENCODING',
  ),
  headCase(
    'chunked, then identity',
    fields('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'),
    'CAL_ERR_HTTP_TRANSFER_ENCODING',
  ),
  headCase('chunked in HTTP/1.0', http10('Transfer-Encoding: chunked'), 'CAL_ERR_HTTP_TRANSFER_ENCODING'),
  headCase(
    'a length, then chunked',
    fields('Content-Length: 5', 'Transfer-Encoding: chunked'),
    'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  ),
  headCase(
    'chunked, then a length',
    fields('Transfer-Encoding: chunked', 'Content-Length: 5'),
    'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  ),
  headCase(
    'a length of 0, then chunked',
    fields('Content-Length: 0', 'Transfer-Encoding: chunked'),
    'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  ),
  headCase(
    'a length, then nonsense',
    fields('Content-Length: 5', 'Transfer-Encoding: x'),
    'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  ),
  headCase(
    'both in HTTP/1.0',
    http10('Content-Length: 5', 'Transfer-Encoding: chunked'),
    'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  ),
]

/** RFC 9110 §7.6.1, §10.1.1. */
const connection: HeadCase[] = [
  headCase('no Connection', fields(), { close: false, keepAlive: false }),
  headCase('close', fields('Connection: close'), { close: true, keepAlive: false }),
  headCase('keep-alive', fields('Connection: keep-alive'), { close: false, keepAlive: true }),
  headCase('Close', fields('CONNECTION: Close'), { close: true }),
  headCase('Keep-Alive', fields('connection: Keep-Alive'), { keepAlive: true }),
  headCase('both', fields('Connection: keep-alive, close'), { close: true, keepAlive: true }),
  headCase('close among others', fields('Connection: upgrade ,\tclose\t, x'), { close: true }),
  headCase('close behind empty options', fields('Connection: , ,,close'), { close: true }),
  headCase('close before empty options', fields('Connection: close,,'), { close: true }),
  headCase('in a second line', fields('Connection: x', 'Connection: close'), { close: true }),
  headCase('an option that begins with close', fields('Connection: closed'), { close: false }),
  headCase('an option that ends with close', fields('Connection: xclose, x-keep-alive'), {
    close: false,
    keepAlive: false,
  }),
  headCase('close in another field', fields('X-Connection: close', 'Connectiom: close'), { close: false }),
  headCase('only SP and HTAB are white space', fields('Connection: \xa0close, keep-alive\xa0'), {
    close: false,
    keepAlive: false,
  }),
  headCase('an empty Connection', fields('Connection:'), { close: false, keepAlive: false }),
  headCase('Upgrade alone changes nothing', fields('Upgrade: h2c'), { close: false }),
  headCase('Expect: 100-continue', fields('Expect: 100-continue'), {
    expectsContinue: true,
    expectsOther: false,
  }),
  headCase('Expect has no case', fields('EXPECT: 100-Continue'), {
    expectsContinue: true,
    expectsOther: false,
  }),
  headCase('no Expect', fields(), { expectsContinue: false, expectsOther: false }),
  headCase('another expectation', fields('Expect: 200-ok'), { expectsContinue: false, expectsOther: true }),
  headCase('two expectations in one line', fields('Expect: 100-continue, x'), { expectsOther: true }),
  headCase('two expectations in two lines', fields('Expect: 100-continue', 'Expect: x'), {
    expectsContinue: true,
    expectsOther: true,
  }),
  headCase('an empty expectation', fields('Expect:'), { expectsContinue: false, expectsOther: true }),
]

export const framingCases: readonly HeadCase[] = [...contentLength, ...transferEncoding, ...connection]
