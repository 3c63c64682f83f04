import { chunked, get, head, post } from '../request-bytes.js'
import { accepts, outcome, refuses, row, seen, type Tolerance } from '../row.js'

/*
 * What the literature has against parsers that disagree: Linhart et al. 2005; Kettle, "HTTP Desync Attacks" (2019),
 * "Browser-Powered Desync Attacks" (2022) and "HTTP/1.1 must die" (2025); Weikop, "Funky chunks" (2025). In each of
 * them a request for /smuggled stands where one parser sees a body and another one the next request.
 */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
const HIDDEN = `0\r\n\r\n${SMUGGLED}`
const refused = (requirement: string, bytes: string, tolerance: Tolerance = {}) =>
  refuses('RFC 9112 §11.2', requirement, bytes, 400, tolerance)
/** The length covers the smuggled request; a parser that goes by the coding sees it as the next one. */
const clTe = (requirement: string, ...codings: readonly string[]) =>
  refused(`CL.TE: ${requirement}`, post([`Content-Length: ${HIDDEN.length}`, ...codings], HIDDEN))
/** The coding covers the smuggled request; a parser that goes by the length sees it as the next one. */
const CODED = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`
const teCl = (requirement: string, ...codings: readonly string[]) =>
  refused(`TE.CL: ${requirement}`, post([...codings, 'Content-Length: 4'], CODED))
const teTe = (requirement: string, ...codings: readonly string[]) =>
  refused(`TE.TE: ${requirement}`, post(codings, CODED))

export const smuggling = [
  clTe('plain', 'Transfer-Encoding: chunked'),
  clTe('a tab before the coding', 'Transfer-Encoding:\tchunked'),
  clTe('a space before the colon', 'Transfer-Encoding : chunked'),
  clTe('LF before the colon', 'Transfer-Encoding\n: chunked'),
  clTe('a folded coding', 'Transfer-Encoding:', ' chunked'),
  clTe('behind LF alone in another field', 'X: y\nTransfer-Encoding: chunked'),
  clTe('behind CR alone in another field', 'X: y\rTransfer-Encoding: chunked'),
  clTe('NUL behind the coding', 'Transfer-Encoding: chunked\0'),
  clTe('a coding that nobody knows', 'Transfer-Encoding: xchunked'),
  clTe('identity', 'Transfer-Encoding: identity'),
  clTe('an empty coding', 'Transfer-Encoding:'),
  teCl('plain', 'Transfer-Encoding: chunked'),
  teCl('in capitals', 'TRANSFER-ENCODING: CHUNKED'),
  teCl('two codings', 'Transfer-Encoding: chunked', 'Transfer-Encoding: x'),
  teCl('a quoted coding', 'Transfer-Encoding: "chunked"'),
  teTe('the second is not known', 'Transfer-Encoding: chunked', 'Transfer-Encoding: cow'),
  teTe('the first is not known', 'Transfer-Encoding: cow', 'Transfer-Encoding: chunked'),
  teTe('the second has a space before the colon', 'Transfer-Encoding: chunked', 'Transfer-Encoding : x'),
  teTe('a folded second coding', 'Transfer-Encoding: chunked', ' , identity'),
  teTe('a vertical tab before the coding', 'Transfer-Encoding: \vchunked'),
  refused(
    'CL.CL: the second is longer',
    post(['Content-Length: 0', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
  ),
  refused(
    'CL.CL: the first is longer',
    post([`Content-Length: ${SMUGGLED.length}`, 'Content-Length: 0'], SMUGGLED),
  ),
  refused(
    'CL.CL: a space before the second colon',
    post(['Content-Length: 0', `Content-Length : ${SMUGGLED.length}`], SMUGGLED),
  ),
  refused('CL.CL: a folded length', post(['Content-Length: 0', ` ${SMUGGLED.length}`], SMUGGLED)),
  refused('a length behind LF alone', post([`X: y\nContent-Length: ${SMUGGLED.length}`], SMUGGLED), {
    reading: seen('POST /', SMUGGLED),
  }),
  refused('a plus sign before the length', post([`Content-Length: +${SMUGGLED.length}`], SMUGGLED)),
  accepts(
    'RFC 9110 §7.6.1',
    'Connection names Content-Length: it frames the message all the same',
    post(['Connection: Content-Length', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
    seen('POST /', SMUGGLED),
    { allowed: [outcome([{ status: 'error' }], [], 'closes')] },
  ),
  accepts(
    'RFC 9110 §7.6.1',
    'Connection names Transfer-Encoding: it frames the message all the same',
    post(['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'], CODED),
    seen('POST /', SMUGGLED),
    { allowed: [outcome([{ status: 'error' }], [], 'closes')] },
  ),
  accepts(
    'RFC 9112 §6.3',
    'CL.0: the body of a request that needs none',
    get('/', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED,
    seen('GET /', SMUGGLED),
    { allowed: [outcome([200], [seen('GET /', null)]), outcome([{ status: 'error' }], [], 'closes')] },
  ),
  row(
    'RFC 9112 §6.3',
    'CL.0: the body of a HEAD',
    head('HEAD / HTTP/1.1', 'Host: x', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED,
    outcome([{ status: 200, body: '' }], [seen('HEAD /', null)]),
    { methods: ['HEAD'], allowed: [outcome([{ status: 'error' }], [], 'closes')] },
  ),
  row(
    'RFC 9112 §6.3',
    'a chunked body that the application does not read',
    head('POST /unread HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked') + CODED + get('/next'),
    outcome([200, 200], [seen('POST /unread', null), seen('GET /next')]),
    { allowed: [outcome([200], [seen('POST /unread', null)], 'closes')] },
  ),
  row(
    'RFC 9112 §6.3',
    'a malformed chunked body that the application does not read',
    head('POST /unread HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked') + `x\r\n\r\n${SMUGGLED}`,
    outcome([{ status: 400, body: /^CAL_ERR_HTTP_CHUNK_SIZE/ }], [], 'closes'),
    {
      bytewise: outcome([200], [seen('POST /unread', null)], 'closes'),
      allowed: [
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([200, { status: 'error' }], [seen('POST /unread', null)], 'closes'),
        outcome([200], [seen('POST /unread', null)], 'closes'),
      ],
    },
  ),
  refused('TERM.EXT: LF ends a size, or belongs to its extension', chunked(`0;\n\r\n${SMUGGLED}`)),
  refused(
    'EXT.TERM: LF in an extension hides a size',
    chunked(`2;\nxx\r\n${SMUGGLED.length.toString(16)}\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  refused('EXT.TERM: CR in an extension', chunked(`2;a\rxx\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('TERM.SPILL: LF alone behind the data', chunked(`5\r\nhello\n0\r\n\r\n${SMUGGLED}`)),
  refused(
    'SPILL.TERM: two bytes behind the data that nobody looks at',
    chunked(`5\r\nhelloXX0\r\n\r\n${SMUGGLED}`),
  ),
  refused('ONE.TWO: one byte behind the data', chunked(`5\r\nhelloX5\r\n0\r\n\r\n${SMUGGLED}`)),
  refused(
    'a size with an underscore',
    chunked(`0_${(SMUGGLED.length + 5).toString(16)}\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  refused('a size with 0x', chunked(`0x${(SMUGGLED.length + 5).toString(16)}\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a size that overflows to 0', chunked(`10000000000000000\r\n\r\n${SMUGGLED}`)),
  refused('a size that overflows 32 bits to 0', chunked(`f00000000000000100000000\r\n\r\n${SMUGGLED}`)),
  refused(
    'an unknown expectation before a body',
    post(['Expect: y 100-continue', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
    {
      lives: true,
      reading: seen('POST /', SMUGGLED),
    },
  ),
  refused('a header that a newline in the target makes', 'GET /a\r\nX: y HTTP/1.1\r\nHost: x\r\n\r\n'),
  refused(
    'a request line with two requests in it',
    'GET / HTTP/1.1 GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
  ),
].map((one) => (one.requirement.includes('unknown expectation') ? refusedWith417(one) : one))

function refusedWith417(one: ReturnType<typeof accepts>): ReturnType<typeof accepts> {
  const asked = outcome(
    [{ status: 100, isOptional: true }, 200, 200],
    [seen('POST /', SMUGGLED), seen('GET /behind')],
  )
  return { ...one, expected: outcome([417], [], 'closes'), allowed: [...one.allowed, asked] }
}
