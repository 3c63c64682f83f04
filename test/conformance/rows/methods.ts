import { get, head, sized } from '../request-bytes.js'
import { accepts, BEHIND, outcome, row, seen } from '../row.js'

const to = (line: string, ...fields: readonly string[]): string =>
  head(`${line} HTTP/1.1`, 'Host: x', ...fields)
const simple = (method: string) =>
  accepts('RFC 9110 §9.1', `${method} reaches the application`, to(`${method} /`), seen(`${method} /`))
const BEHIND_SEEN = seen('GET /behind')
const error = { status: 'error' } as const

export const methods = [
  simple('PUT'),
  simple('DELETE'),
  simple('PATCH'),
  simple('OPTIONS'),
  row(
    'RFC 9110 §9.3.2',
    'a reply to HEAD has no body, and the length that GET would get',
    to('HEAD /a') + BEHIND,
    outcome(
      [{ status: 200, body: '', has: { 'content-length': /^2$/ } }, 200],
      [seen('HEAD /a'), BEHIND_SEEN],
    ),
    {
      methods: ['HEAD'],
      allowed: [outcome([{ status: 200, body: '' }, 200], [seen('HEAD /a'), BEHIND_SEEN])],
    },
  ),
  row(
    'RFC 9110 §9.3.2',
    'a streamed reply to HEAD has no body',
    to('HEAD /stream') + BEHIND,
    outcome([{ status: 200, body: '' }, 200], [seen('HEAD /stream'), BEHIND_SEEN]),
    { methods: ['HEAD'] },
  ),
  row(
    'RFC 9110 §9.3.2',
    'an error reply to HEAD has no body',
    to('HEAD /get-only/none') + BEHIND,
    outcome([{ status: 404, body: '' }, 200], [seen('HEAD /get-only/none'), BEHIND_SEEN]),
    { methods: ['HEAD'] },
  ),
  row(
    'RFC 9110 §15.5.6',
    'a method that a resource does not have: 405, with Allow',
    to('DELETE /get-only') + BEHIND,
    outcome([{ status: 405, has: { allow: /\bGET\b/ } }, 200], [seen('DELETE /get-only'), BEHIND_SEEN]),
  ),
  row(
    'RFC 9110 §9.3.8',
    'TRACE is for the application to answer',
    to('TRACE /') + BEHIND,
    outcome([200, 200], [seen('TRACE /'), BEHIND_SEEN]),
    { allowed: [outcome([error, 200], [BEHIND_SEEN]), outcome([error], [], 'closes')] },
  ),
  row(
    'RFC 9110 §9.3.6',
    'CONNECT where it is not offered is refused, and what is behind it is not read as a request',
    head('CONNECT x:443 HTTP/1.1', 'Host: x:443') + BEHIND,
    outcome([{ status: 501, body: /^CAL_ERR_HTTP_CONNECT/ }], [], 'closes'),
    {
      methods: ['CONNECT'],
      allowed: [
        outcome([error], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([error, 200], [BEHIND_SEEN]),
      ],
    },
  ),
  row(
    'RFC 9110 §9.3.6',
    'CONNECT to an IPv6 address where it is not offered',
    head('CONNECT [::1]:443 HTTP/1.1', 'Host: [::1]:443') + BEHIND,
    outcome([{ status: 501, body: /^CAL_ERR_HTTP_CONNECT/ }], [], 'closes'),
    {
      methods: ['CONNECT'],
      allowed: [
        outcome([error], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([error, 200], [BEHIND_SEEN]),
      ],
    },
  ),
  row(
    'RFC 9110 §9.3.6',
    'CONNECT with a Content-Length: the body is not read as a request',
    head('CONNECT x:443 HTTP/1.1', 'Host: x:443', 'Content-Length: 35') +
      'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    outcome([{ status: 400, body: /^CAL_ERR_HTTP_/ }], [], 'closes'),
    {
      methods: ['CONNECT'],
      allowed: [outcome([error], [], 'closes'), outcome([], [], 'closes'), outcome([error], [])],
    },
  ),
  accepts('RFC 9110 §9.1', 'a POST without a body', to('POST /'), seen('POST /')),
  accepts('RFC 9110 §9.1', 'a method of WebDAV', to('PROPFIND /'), seen('PROPFIND /'), {
    allowed: [outcome([error], []), outcome([error], [], 'closes')],
  }),
  accepts(
    'RFC 9110 §9.3.7',
    'OPTIONS with a body',
    to('OPTIONS /', 'Content-Length: 5') + 'hello',
    seen('OPTIONS /', 'hello'),
  ),
]

const bodiless = (section: string, status: number, target: string) =>
  row(
    section,
    `a reply of ${status} has no body`,
    get(target) + BEHIND,
    outcome([{ status, body: '', lacks: ['transfer-encoding'] }, 200], [seen(`GET ${target}`), BEHIND_SEEN]),
  )

const IMF_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

export const replies = [
  bodiless('RFC 9110 §15.3.5', 204, '/no-content'),
  bodiless('RFC 9110 §15.4.5', 304, '/not-modified'),
  row(
    'RFC 9110 §15.3.6',
    'a reply of 205 has no content',
    get('/reset-content') + BEHIND,
    outcome([{ status: 205, body: '' }, 200], [seen('GET /reset-content'), BEHIND_SEEN]),
  ),
  row(
    'RFC 9110 §8.6',
    'a reply of 204 has no Content-Length',
    get('/no-content'),
    outcome([{ status: 204, lacks: ['content-length', 'transfer-encoding'] }], [seen('GET /no-content')]),
  ),
  row(
    'RFC 9110 §6.6.1',
    'a reply has a Date',
    get('/'),
    outcome([{ status: 200, has: { date: IMF_DATE } }], [seen('GET /')]),
  ),
  row(
    'RFC 9110 §6.6.1',
    'an error reply has a Date',
    get('/fails'),
    outcome([{ status: 500, has: { date: IMF_DATE } }], [seen('GET /fails')]),
  ),
  row(
    'RFC 9112 §6.2',
    'a reply of known length says its length, and no Transfer-Encoding',
    get('/a'),
    outcome(
      [{ status: 200, body: '/a', has: { 'content-length': /^2$/ }, lacks: ['transfer-encoding'] }],
      [seen('GET /a')],
    ),
    { allowed: [outcome([{ status: 200, body: '/a' }], [seen('GET /a')])] },
  ),
  row(
    'RFC 9112 §7.1',
    'a streamed reply to HTTP/1.1 is chunked, without a length',
    get('/stream'),
    outcome(
      [
        {
          status: 200,
          body: 'a piece and another',
          has: { 'transfer-encoding': /^chunked$/ },
          lacks: ['content-length'],
        },
      ],
      [seen('GET /stream')],
    ),
    {
      allowed: [
        outcome(
          [{ status: 200, body: 'a piece and another', has: { 'content-length': /^19$/ } }],
          [seen('GET /stream')],
        ),
      ],
    },
  ),
  row(
    'RFC 8297 §2',
    'an interim reply comes before the final one',
    get('/hints'),
    outcome(
      [
        { status: 103, body: '', has: { link: /^<\/style.css>/ } },
        { status: 200, body: '/hints' },
      ],
      [seen('GET /hints')],
    ),
    { allowed: [outcome([200], [seen('GET /hints')])] },
  ),
  row(
    'RFC 9110 §9.3.2',
    'an interim reply to HEAD',
    to('HEAD /hints') + BEHIND,
    outcome(
      [{ status: 103, isOptional: true }, { status: 200, body: '' }, 200],
      [seen('HEAD /hints'), BEHIND_SEEN],
    ),
    { methods: ['HEAD'] },
  ),
  row(
    'RFC 9112 §9.3',
    'a body that was read late does not hold the connection',
    sized('hello') + BEHIND,
    outcome([200, 200], [seen('POST /', 'hello'), BEHIND_SEEN]),
  ),
]
