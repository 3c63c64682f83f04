import { get, head } from '../request-bytes.js'
import { accepts, BEHIND, outcome, row, seen } from '../row.js'

const ECHO = ['Connection: Upgrade', 'Upgrade: echo']
const SWITCHED = { status: 101, has: { upgrade: /^echo$/i, connection: /upgrade/i } }
const switching = (requirement: string, bytes: string) =>
  row('RFC 9110 §7.8', requirement, bytes, outcome([SWITCHED], [seen('GET /upgrade')], 'tunnel'), {
    // a server may ignore the field
    allowed: [outcome([200], [seen('GET /upgrade')])],
  })
const ignored = (requirement: string, bytes: string, handled: ReturnType<typeof seen>) =>
  accepts('RFC 9110 §7.8', requirement, bytes, handled)

export const upgrade = [
  switching('an upgrade that the application takes: 101, then its protocol', get('/upgrade', ...ECHO)),
  switching(
    'the options of Connection have no case',
    get('/upgrade', 'Connection: uPGRADE', 'Upgrade: echo'),
  ),
  switching(
    'Upgrade among other options',
    get('/upgrade', 'Connection: keep-alive, Upgrade', 'Upgrade: echo'),
  ),
  row(
    'RFC 9110 §7.8',
    'what came behind the head belongs to the new protocol',
    get('/upgrade', ...ECHO) + BEHIND,
    { ...outcome([SWITCHED], [seen('GET /upgrade')], 'tunnel'), tunnelled: BEHIND },
    { allowed: [outcome([200, 200], [seen('GET /upgrade'), seen('GET /behind')])] },
  ),
  row(
    'RFC 9110 §7.8',
    'replies before the switch come first',
    get('/slow') + get('/upgrade', ...ECHO),
    outcome([{ status: 200, body: '/slow' }, SWITCHED], [seen('GET /slow'), seen('GET /upgrade')], 'tunnel'),
    { allowed: [outcome([200, 200], [seen('GET /slow'), seen('GET /upgrade')])] },
  ),
  ignored('an upgrade that the application ignores: an ordinary reply', get('/', ...ECHO), seen('GET /')),
  row(
    'RFC 9110 §7.8',
    'what came behind an upgrade that is ignored is HTTP',
    get('/', ...ECHO) + BEHIND,
    outcome([200, 200], [seen('GET /'), seen('GET /behind')]),
  ),
  ignored(
    'Upgrade without the option in Connection is not taken',
    get('/upgrade', 'Upgrade: echo'),
    seen('GET /upgrade'),
  ),
  ignored(
    'the option in Connection without Upgrade is nothing',
    get('/upgrade', 'Connection: Upgrade'),
    seen('GET /upgrade'),
  ),
  row(
    'RFC 9110 §7.8',
    'Upgrade in HTTP/1.0 is ignored',
    head('GET /upgrade HTTP/1.0', 'Host: x', ...ECHO),
    outcome([{ status: 200, body: '/upgrade' }], [seen('GET /upgrade')], 'closes'),
  ),
  ignored(
    'an upgrade to HTTP/2 is ignored',
    get('/', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    seen('GET /'),
  ),
  row(
    'RFC 9110 §7.8',
    'the body of a request with an upgrade that is ignored is framed like any other',
    head('POST / HTTP/1.1', 'Host: x', ...ECHO, 'Content-Length: 5') + 'hello' + BEHIND,
    outcome([200, 200], [seen('POST /', 'hello'), seen('GET /behind')]),
  ),
]
