import { get, head, sized } from '../request-bytes.js'
import { accepts, BEHIND, HALF_CLOSE, outcome, row, seen } from '../row.js'

const ROOT = seen('GET /')
const SAYS_CLOSE = { connection: /^close$/i }
const closing = (requirement: string, bytes: string, section = 'RFC 9112 §9.6') =>
  row(section, requirement, bytes + BEHIND, outcome([{ status: 200, has: SAYS_CLOSE }], [ROOT], 'closes'), {
    allowed: [outcome([200], [ROOT], 'closes')],
  })
const persisting = (requirement: string, bytes: string, section = 'RFC 9112 §9.3') =>
  row(
    section,
    requirement,
    bytes + BEHIND,
    outcome([{ status: 200, lacks: ['connection'] }, 200], [ROOT, seen('GET /behind')]),
    {
      allowed: [
        outcome([200, 200], [ROOT, seen('GET /behind')]),
        outcome([{ status: 200, has: SAYS_CLOSE }], [ROOT], 'closes'),
      ],
    },
  )
const http10 = (...fields: readonly string[]): string => head('GET / HTTP/1.0', 'Host: x', ...fields)

export const persistence = [
  persisting('a connection of HTTP/1.1 persists', get('/')),
  persisting('keep-alive changes nothing for HTTP/1.1', get('/', 'Connection: keep-alive')),
  persisting('an option that nobody knows changes nothing', get('/', 'Connection: x')),
  persisting('an option that begins with close is not close', get('/', 'Connection: closed')),
  persisting('an option that ends with close is not close', get('/', 'Connection: x-close')),
  persisting('an empty list of options', get('/', 'Connection:'), 'RFC 9110 §7.6.1'),
  persisting('Proxy-Connection is not Connection', get('/', 'Proxy-Connection: close'), 'RFC 9112 §9.3'),
  persisting('Keep-Alive is not Connection', get('/', 'Keep-Alive: timeout=1, max=1')),
  closing('close closes, and what is behind it is not processed', get('/', 'Connection: close')),
  closing('close has no case', get('/', 'Connection: CLOSE'), 'RFC 9110 §7.6.1'),
  closing('close in a list', get('/', 'Connection: x, close'), 'RFC 9110 §7.6.1'),
  closing('close at the head of a list', get('/', 'Connection: close, x'), 'RFC 9110 §7.6.1'),
  closing('close among empty members', get('/', 'Connection: ,\tclose ,'), 'RFC 9110 §5.6.1.2'),
  closing(
    'close in the second of two lines',
    get('/', 'Connection: x', 'Connection: close'),
    'RFC 9110 §5.3',
  ),
  closing('close and keep-alive: close', get('/', 'Connection: keep-alive, close'), 'RFC 9112 §9.3'),
  closing('a connection of HTTP/1.0 does not persist', http10(), 'RFC 9112 §9.3'),
  closing('close in HTTP/1.0', http10('Connection: close'), 'RFC 9112 §9.3'),
  closing('keep-alive and close in HTTP/1.0', http10('Connection: keep-alive, close'), 'RFC 9112 §9.3'),
  row(
    'RFC 9112 §9.3',
    'keep-alive in HTTP/1.0 persists if the reply says so, too',
    http10('Connection: keep-alive') + BEHIND,
    outcome([{ status: 200, has: { connection: /^keep-alive$/i } }, 200], [ROOT, seen('GET /behind')]),
    { allowed: [outcome([200], [ROOT], 'closes')] },
  ),
  row(
    'RFC 9112 §9.3',
    'a reply to HTTP/1.0 whose length is not known closes in spite of keep-alive',
    head('GET /stream HTTP/1.0', 'Host: x', 'Connection: keep-alive') + BEHIND,
    outcome(
      [{ status: 200, body: 'a piece and another', lacks: ['transfer-encoding'] }],
      [seen('GET /stream')],
      'closes',
    ),
    {
      allowed: [
        outcome(
          [{ status: 200, has: { 'content-length': /^19$/ } }, 200],
          [seen('GET /stream'), seen('GET /behind')],
        ),
      ],
    },
  ),
  row(
    'RFC 9112 §9.6',
    'a reply that says close is the last one',
    get('/close') + BEHIND,
    outcome([{ status: 200, body: '/close', has: SAYS_CLOSE }], [seen('GET /close')], 'closes'),
    {
      // where an application can't say so, the connection lives
      allowed: [
        outcome([{ status: 200, lacks: ['connection'] }, 200], [seen('GET /close'), seen('GET /behind')]),
      ],
    },
  ),
  row(
    'RFC 9112 §9.6',
    'the body of the last request is read before the connection closes',
    sized('hello', 'Connection: close') + BEHIND,
    outcome([{ status: 200, has: SAYS_CLOSE }], [seen('POST /', 'hello')], 'closes'),
    { allowed: [outcome([200], [seen('POST /', 'hello')], 'closes')] },
  ),
  row(
    'RFC 9112 §9.6',
    'all replies before the last one arrive',
    get('/1') + get('/2') + get('/', 'Connection: close') + BEHIND,
    outcome([200, 200, { status: 200, has: SAYS_CLOSE }], [seen('GET /1'), seen('GET /2'), ROOT], 'closes'),
    { allowed: [outcome([200, 200, 200], [seen('GET /1'), seen('GET /2'), ROOT], 'closes')] },
  ),
  row(
    'RFC 9112 §9.6',
    'a client that has half-closed gets every reply',
    [get('/1') + get('/slow') + get('/2'), HALF_CLOSE],
    outcome(
      [
        { status: 200, body: '/1' },
        { status: 200, body: '/slow' },
        { status: 200, body: '/2' },
      ],
      [seen('GET /1'), seen('GET /slow'), seen('GET /2')],
      'closes',
    ),
    {
      // RFC 9112 §9.5: a server may close at any time
      allowed: [1, 2, 3].flatMap((handled) =>
        [0, 1, 2, 3].map((replies) =>
          outcome(
            Array.from({ length: replies }, () => 200),
            ['/1', '/slow', '/2'].slice(0, handled).map((at) => seen(`GET ${at}`)),
            'closes',
          ),
        ),
      ),
    },
  ),
  row(
    'RFC 9112 §8',
    'a head that ends half way is no request',
    [get('/').slice(0, -2), HALF_CLOSE],
    outcome([], [], 'closes'),
    { allowed: [outcome([{ status: 'error' }], [], 'closes')] },
  ),
  row(
    'RFC 9112 §8',
    'a request line that ends half way is no request',
    ['GET /smuggled', HALF_CLOSE],
    outcome([], [], 'closes'),
    { allowed: [outcome([{ status: 'error' }], [], 'closes')] },
  ),
  row(
    'RFC 9112 §8',
    'a body that is shorter than its length is not complete',
    [sized('hello').slice(0, -1), HALF_CLOSE],
    outcome([{ status: 400, body: /^CAL_ERR_HTTP_/ }], [], 'closes'),
    { allowed: [outcome([{ status: 'error' }], [], 'closes'), outcome([], [], 'closes')] },
  ),
  row(
    'RFC 9112 §9.5',
    'a client that ends without a request gets nothing',
    [HALF_CLOSE],
    outcome([], [], 'closes'),
  ),
  accepts('RFC 9112 §9.3', 'requests one by one', get('/1') + get('/2') + get('/3'), [
    seen('GET /1'),
    seen('GET /2'),
    seen('GET /3'),
  ]),
]
