import { head, post } from '../request-bytes.js'
import { accepts, BEHIND, NEXT_REPLY, outcome, refuses, type Row, row, seen } from '../row.js'

const CONTINUE = { status: 100, body: '' }
/** Whether it comes depends on how much of the body has come with the head. */
const PERHAPS_CONTINUE = { ...CONTINUE, isOptional: true }
const HELLO = seen('POST /', 'hello')
const expecting = (value: string, ...fields: readonly string[]): string =>
  post([`Expect: ${value}`, ...fields], '')
const LENGTH = 'Content-Length: 5'
const CODED = 'Transfer-Encoding: chunked'

export const expectation = [
  row(
    'RFC 9110 §10.1.1',
    '100-continue: the body is asked for before it is sent',
    [expecting('100-continue', LENGTH), NEXT_REPLY, 'hello'],
    outcome([CONTINUE, 200], [HELLO]),
  ),
  row(
    'RFC 9110 §10.1.1',
    'the expectation has no case',
    [expecting('100-CONTINUE', LENGTH), NEXT_REPLY, 'hello'],
    outcome([CONTINUE, 200], [HELLO]),
  ),
  row(
    'RFC 9110 §10.1.1',
    'a chunked body is asked for, too',
    [expecting('100-continue', CODED), NEXT_REPLY, '5\r\nhello\r\n0\r\n\r\n'],
    outcome([CONTINUE, 200], [HELLO]),
  ),
  row(
    'RFC 9110 §10.1.1',
    'a body that came with the head need not be asked for',
    expecting('100-continue', LENGTH) + 'hello',
    outcome([PERHAPS_CONTINUE, 200], [HELLO]),
  ),
  row(
    'RFC 9110 §10.1.1',
    'where there is no body, nothing is asked for',
    expecting('100-continue', 'Content-Length: 0'),
    outcome([200], [seen('POST /')]),
    { allowed: [outcome([PERHAPS_CONTINUE, 200], [seen('POST /')])] },
  ),
  row(
    'RFC 9110 §10.1.1',
    'HTTP/1.0 is not asked for its body: the expectation is ignored',
    head('POST / HTTP/1.0', 'Host: x', 'Expect: 100-continue', LENGTH) + 'hello',
    outcome([200], [HELLO], 'closes'),
  ),
  row(
    'RFC 9110 §10.1.1',
    'a final reply without the body having been read: the connection closes',
    [head('POST /unread HTTP/1.1', 'Host: x', 'Expect: 100-continue', LENGTH), NEXT_REPLY],
    outcome([{ status: 200, has: { connection: /^close$/ } }], [seen('POST /unread', null)], 'closes'),
    {
      allowed: [
        outcome([PERHAPS_CONTINUE, 200], [seen('POST /unread', null)], 'closes'),
        // who has asked for the body takes the next request for it
        outcome([CONTINUE, 200, { status: 'error' }], [seen('POST /unread', null)], 'closes'),
      ],
    },
  ),
  row(
    'RFC 9110 §15.2',
    'an interim reply has its place behind the replies before it',
    [
      head('GET /slow HTTP/1.1', 'Host: x') + expecting('100-continue', LENGTH),
      NEXT_REPLY,
      NEXT_REPLY,
      'hello',
    ],
    outcome(
      [{ status: 200, body: '/slow' }, CONTINUE, { status: 200, body: '/' }],
      [seen('GET /slow'), HELLO],
    ),
  ),
  row(
    'RFC 9110 §10.1.1',
    'each of two requests is asked for its body',
    [
      expecting('100-continue', LENGTH),
      NEXT_REPLY,
      'hello',
      NEXT_REPLY,
      expecting('100-continue', LENGTH),
      NEXT_REPLY,
      'world',
    ],
    outcome([CONTINUE, 200, CONTINUE, 200], [HELLO, seen('POST /', 'world')]),
  ),
  refuses('RFC 9110 §10.1.1', 'another expectation', expecting('the-unexpected', LENGTH) + 'hello', 417, {
    lives: true,
    reading: HELLO,
  }),
  refuses(
    'RFC 9110 §10.1.1',
    '100-continue and another',
    expecting('100-continue, x', LENGTH) + 'hello',
    417,
    {
      lives: true,
      reading: HELLO,
    },
  ),
  refuses(
    'RFC 9110 §10.1.1',
    'another word before 100-continue',
    expecting('y 100-continue', LENGTH) + 'hello',
    417,
    {
      lives: true,
      reading: HELLO,
    },
  ),
  refuses('RFC 9110 §10.1.1', 'another expectation without a body', expecting('202-accepted'), 417, {
    lives: true,
    reading: seen('POST /'),
  }),
  accepts(
    'RFC 9110 §10.1.1',
    'another expectation of HTTP/1.1 without Expect is none',
    post(['Prefer: 100-continue', LENGTH], 'hello') + BEHIND,
    [HELLO, seen('GET /behind')],
  ),
].map(withContinue)

/** RFC 9110 §10.1.1: who passes over an expectation that it doesn't know may see the other one. */
function withContinue(one: Row): Row {
  const allowed = one.allowed.filter(({ then }) => then === 'lives')
  const asking = allowed.map((other) => ({ ...other, replies: [PERHAPS_CONTINUE, ...other.replies] }))
  return { ...one, allowed: [...one.allowed, ...asking] }
}
