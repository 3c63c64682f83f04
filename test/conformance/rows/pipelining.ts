import { chunked, get, head, sized } from '../request-bytes.js'
import { accepts, BEHIND, NEXT_REPLY, outcome, row, seen } from '../row.js'

const many = Array.from({ length: 30 }, (_, i) => `/${i}`)
const FAULT = 'GET /fault HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n'
const REFUSED = { status: 400, body: /^CAL_ERR_HTTP_FIELD_NAME/, has: { connection: /^close$/ } }
/** A server may do without the error reply (RFC 9112 §9.6), but not without the replies before it. */
const orSilent = (replies: readonly number[], handled: readonly ReturnType<typeof seen>[]) => ({
  allowed: [
    outcome([...replies, { status: 'error' }], handled, 'closes'),
    outcome(replies, handled, 'closes'),
  ],
})

export const pipelining = [
  accepts(
    'RFC 9112 §9.3.2',
    'many requests at once: replies in their order',
    many.map((at) => get(at)).join(''),
    many.map((at) => seen(`GET ${at}`)),
  ),
  accepts(
    'RFC 9112 §9.3.2',
    'a slow reply keeps its place',
    get('/slow') + get('/1') + get('/slow') + get('/2'),
    ['/slow', '/1', '/slow', '/2'].map((at) => seen(`GET ${at}`)),
  ),
  accepts(
    'RFC 9112 §9.3.2',
    'bodies of both framings and none',
    get('/1') + sized('hello') + chunked('2\r\nhi\r\n0\r\n\r\n') + get('/2'),
    [seen('GET /1'), seen('POST /', 'hello'), seen('POST /', 'hi'), seen('GET /2')],
  ),
  row(
    'RFC 9112 §9.3.2',
    'a request that is not complete yet holds back no reply',
    [get('/1') + get('/2').slice(0, 9), NEXT_REPLY, get('/2').slice(9)],
    outcome(
      [
        { status: 200, body: '/1' },
        { status: 200, body: '/2' },
      ],
      [seen('GET /1'), seen('GET /2')],
    ),
  ),
  row(
    'RFC 9112 §9.3.2',
    'a body that is not complete yet holds back no reply before it',
    [get('/1') + sized('hello').slice(0, -2), NEXT_REPLY, 'lo'],
    outcome(
      [
        { status: 200, body: '/1' },
        { status: 200, body: '/' },
      ],
      [seen('GET /1'), seen('POST /', 'hello')],
    ),
  ),
  row(
    'RFC 9112 §9.3.2',
    'streamed replies and whole ones in their order',
    get('/stream') + get('/1') + get('/stream') + get('/2'),
    outcome(
      ['a piece and another', '/1', 'a piece and another', '/2'].map((body) => ({ status: 200, body })),
      ['/stream', '/1', '/stream', '/2'].map((at) => seen(`GET ${at}`)),
    ),
  ),
  row(
    'RFC 9112 §9.3.2',
    'a reply to HEAD among others',
    get('/1') + head('HEAD /2 HTTP/1.1', 'Host: x') + get('/3'),
    outcome(
      [
        { status: 200, body: '/1' },
        { status: 200, body: '' },
        { status: 200, body: '/3' },
      ],
      [seen('GET /1'), seen('HEAD /2'), seen('GET /3')],
    ),
    { methods: ['GET', 'HEAD', 'GET'] },
  ),
  row(
    'RFC 9112 §9.6',
    'replies before a malformed request arrive whole',
    get('/1') + get('/2') + FAULT + BEHIND,
    outcome([200, 200, REFUSED], [seen('GET /1'), seen('GET /2')], 'closes'),
    {
      allowed: [
        ...orSilent([200, 200], [seen('GET /1'), seen('GET /2')]).allowed,
        ...orSilent([200], [seen('GET /1'), seen('GET /2')]).allowed.slice(1), // RFC 9112 §9.5
      ],
    },
  ),
  row(
    'RFC 9112 §9.6',
    'a slow reply before a malformed request arrives whole',
    get('/slow') + FAULT + BEHIND,
    outcome([{ status: 200, body: '/slow' }, REFUSED], [seen('GET /slow')], 'closes'),
    orSilent([200], [seen('GET /slow')]),
  ),
  row(
    'RFC 9112 §9.6',
    'what is malformed behind the last request is not looked at',
    get('/', 'Connection: close') + FAULT + BEHIND,
    outcome([{ status: 200, has: { connection: /^close$/ } }], [seen('GET /')], 'closes'),
    { allowed: [outcome([200], [seen('GET /')], 'closes')] },
  ),
  row(
    'RFC 9112 §6.3',
    'replies before a malformed body arrive whole',
    get('/1') + chunked('x\r\nhello\r\n0\r\n\r\n') + BEHIND,
    outcome([200, { status: 400, body: /^CAL_ERR_HTTP_/ }], [seen('GET /1')], 'closes'),
    orSilent([200], [seen('GET /1')]),
  ),
  row(
    'RFC 9112 §9.3.2',
    'an error of the application is an answer like any other',
    get('/1') + get('/fails') + get('/2'),
    outcome([200, 500, 200], [seen('GET /1'), seen('GET /fails'), seen('GET /2')]),
    { allowed: [outcome([200, 500], [seen('GET /1'), seen('GET /fails')], 'closes')] },
  ),
]
