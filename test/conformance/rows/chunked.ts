import { chunked, get } from '../request-bytes.js'
import { accepts, BEHIND, HALF_CLOSE, outcome, refuses, row, seen, type Tolerance } from '../row.js'

const END = '0\r\n\r\n'
const HELLO = seen('POST /', 'hello')
const reads = (requirement: string, coded: string, body = 'hello', section = 'RFC 9112 §7.1') =>
  accepts(section, requirement, chunked(coded), seen('POST /', body))
const refused = (requirement: string, coded: string, tolerance: Tolerance = {}, section = 'RFC 9112 §7.1') =>
  refuses(section, requirement, chunked(coded), 400, tolerance)
/** The size of the chunk `hello`, written in another way. */
const sizeRefused = (requirement: string, size: string, status = 400) =>
  refuses('RFC 9112 §7.1', requirement, chunked(`${size}\r\nhello\r\n${END}`), status, {
    waits: status === 413,
  })
const extension = (requirement: string, text: string) =>
  reads(requirement, `5${text}\r\nhello\r\n${END}`, 'hello', 'RFC 9112 §7.1.1')
const extensionRefused = (requirement: string, text: string, tolerance: Tolerance = {}) =>
  refused(requirement, `5${text}\r\nhello\r\n${END}`, tolerance, 'RFC 9112 §7.1.1')

const sizes = [
  reads('one chunk', `5\r\nhello\r\n${END}`),
  reads('several chunks', `2\r\nhe\r\n3\r\nllo\r\n${END}`),
  reads('no chunk but the last', END, ''),
  reads('a size in capitals', `A\r\n0123456789\r\n${END}`, '0123456789'),
  reads('a size in small letters', `a\r\n0123456789\r\n${END}`, '0123456789'),
  reads('a size of two digits', `10\r\n0123456789abcdef\r\n${END}`, '0123456789abcdef'),
  reads('leading zeros of a size', `0005\r\nhello\r\n${END}`),
  reads('several zeros as the last size', `5\r\nhello\r\n000\r\n\r\n`),
  reads('CR LF in the data', `4\r\n\r\n\r\n\r\n${END}`, '\r\n\r\n'),
  reads('data that looks like the last chunk', `5\r\n${END}\r\n${END}`, END),
  reads('data that looks like a request', `${BEHIND.length.toString(16)}\r\n${BEHIND}\r\n${END}`, BEHIND),
  reads('data of any bytes', `4\r\n\0\n\xff\r\r\n${END}`, '\0\n\xff\r'),
  accepts(
    'RFC 9112 §6.3',
    'the next request begins right behind a body of the last chunk alone',
    chunked(END) + get('/next'),
    [seen('POST /'), seen('GET /next')],
  ),
  sizeRefused('no size', ''),
  sizeRefused('a size with 0x', '0x5'),
  sizeRefused('a size with a plus sign', '+5'),
  sizeRefused('a negative size', '-5'),
  sizeRefused('a space before the size', ' 5'),
  sizeRefused('a tab before the size', '\t5'),
  sizeRefused('an underscore in the size', '0_5'),
  sizeRefused('a fraction', '5.0'),
  sizeRefused('a comma behind the size', '5,'),
  sizeRefused('a letter that is no digit', 'g'),
  sizeRefused('an h behind the size', '5h'),
  sizeRefused('a quoted size', '"5"'),
  sizeRefused('NUL behind the size', '5\0'),
  sizeRefused('a size of 17 digits that 64 bits would take for 5', '10000000000000005'),
  sizeRefused('a size that 32 bits would take for 5, and more than anybody takes', '100000000000005', 413),
  sizeRefused('a size of all bits', 'FFFFFFFFFFFFFFFF', 413),
  refused('a space behind the size', `5 \r\nhello\r\n${END}`, { reading: HELLO }),
  refused('a tab behind the size', `5\t\r\nhello\r\n${END}`, { reading: HELLO }),
  refused('a minus sign before the last size', `5\r\nhello\r\n-0\r\n\r\n`),
  refused('0x before the last size', `5\r\nhello\r\n0x0\r\n\r\n`),
  refused('a second size that is none', `5\r\nhello\r\nx\r\nhello\r\n${END}`),
]

/** RFC 9112 §2.2 lets LF alone end a line of a head; chunks are no head. */
const lineEnds = [
  refused('LF alone behind a size', `5\nhello\r\n${END}`),
  refused('CR alone behind a size', `5\rhello\r\n${END}`),
  refused('CR CR LF behind a size', `5\r\r\nhello\r\n${END}`),
  refused('LF alone behind the data', `5\r\nhello\n${END}`),
  refused('CR alone behind the data', `5\r\nhello\r${END}`),
  refused('nothing behind the data', `5\r\nhello${END}`),
  refused('two other bytes behind the data', `5\r\nhelloXX${END}`),
  refused('more data than the size says', `5\r\nhello!\r\n${END}`),
  refused('less data than the size says', `5\r\nhell\r\n${END}`),
  refused('an empty line between chunks', `5\r\nhello\r\n\r\n${END}`),
  refused('LF alone behind the last size', `5\r\nhello\r\n0\n\r\n`),
  refused('LF alone as the end', `5\r\nhello\r\n0\r\n\n`, { reading: HELLO, afterLast: HELLO }),
  refused('CR and another byte as the end', `5\r\nhello\r\n0\r\n\rX`, { afterLast: HELLO }),
  refused('no empty line behind the last chunk', `5\r\nhello\r\n0\r\n`, { afterLast: HELLO }),
]

const extensions = [
  extension('an extension without a value', ';a'),
  extension('an extension with a value', ';a=b'),
  extension('an extension with a quoted value', ';a="b c;d=e"'),
  extension('an escape in a quoted value', ';a="b\\"c\\\\"'),
  extension('an empty quoted value', ';a=""'),
  extension('several extensions', ';a;b=c;d="e"'),
  reads('an extension of the last chunk', '5\r\nhello\r\n0;a=b\r\n\r\n', 'hello', 'RFC 9112 §7.1.1'),
  extensionRefused('a semicolon and nothing', ';'),
  extensionRefused('two semicolons', ';;a'),
  extensionRefused('an extension without a name', ';=b'),
  extensionRefused('an equals sign and nothing', ';a='),
  extensionRefused('two values', ';a=b=c'),
  extensionRefused('a quote that does not end', ';a="b'),
  extensionRefused('something behind a quoted value', ';a="b"c'),
  extensionRefused('a space in a value', ';a=b c'),
  extensionRefused('a name that is no token', ';a@b'),
  extensionRefused('a byte above ASCII in a name', ';\xe9'),
  extensionRefused('NUL in an extension', ';a\0'),
  extensionRefused('a control character in a quoted value', ';a="\x01"'),
  extensionRefused('CR alone in an extension', ';a\rb'),
  extensionRefused('LF alone in an extension', ';a\nb'),
  extensionRefused('LF alone in a quoted value', ';a="\n"'),
  extensionRefused('bad white space before the semicolon', ' ;a', { reading: HELLO }),
  extensionRefused('bad white space behind the semicolon', '; a', { reading: HELLO }),
  extensionRefused('bad white space around the equals sign', ';a = b', { reading: HELLO }),
].map((one) => withReadingForIgnorers(one))

/** RFC 9112 §7.1.1: unknown extensions are ignored; who doesn't look at them at all can't see what is wrong there. */
function withReadingForIgnorers(one: ReturnType<typeof extension>): ReturnType<typeof extension> {
  const isBlind = !/NUL|CR|LF/.test(one.requirement) && one.expected.then === 'closes'
  const ignored = outcome([200, 200], [HELLO, seen('GET /behind')])
  return isBlind ? { ...one, allowed: [...one.allowed, ignored] } : one
}

const cutOff = [
  ['in a size', '5'],
  ['in the data', '5\r\nhel'],
  ['between chunks', '5\r\nhello\r\n'],
  ['before the last empty line', '5\r\nhello\r\n0\r\n'],
].map(([where, coded]) =>
  row(
    'RFC 9112 §8',
    `a chunked body that ends ${where} is not complete`,
    [chunked(coded!), HALF_CLOSE],
    outcome([{ status: 400, body: /^CAL_ERR_HTTP_/ }], [], 'closes'),
    {
      allowed: [
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([], [], 'closes'),
        // RFC 9112 §8: with the last chunk the body is complete, whatever becomes of the trailers
        ...(coded!.endsWith('0\r\n') ? [outcome([200], [HELLO], 'closes')] : []),
      ],
    },
  ),
)

export const chunkedCoding = [...sizes, ...lineEnds]
export const chunkExtensions = extensions
export const incompleteChunks = cutOff
