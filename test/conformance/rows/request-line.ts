import { get, head } from '../request-bytes.js'
import { accepts, BEHIND, outcome, refuses, row, seen } from '../row.js'

const ROOT = seen('GET /')
const line = (text: string): string => `${text}\r\nHost: x\r\n\r\n`

export const requestLine = [
  accepts('RFC 9112 §3', 'a method, a target and a version with one space between', get('/'), ROOT),
  accepts('RFC 9112 §2.2', 'an empty line before a request line is ignored', `\r\n${get('/')}`, ROOT),
  accepts('RFC 9112 §2.2', 'an empty line between two requests is ignored', `${get('/a')}\r\n${get('/b')}`, [
    seen('GET /a'),
    seen('GET /b'),
  ]),
  refuses('RFC 9112 §2.2', 'two empty lines before a request line', `\r\n\r\n${get('/')}`, 400, {
    reading: ROOT,
  }),
  refuses('RFC 9112 §2.2', 'LF alone as the empty line before a request line', `\n${get('/')}`, 400, {
    reading: ROOT,
  }),
  refuses('RFC 9112 §2.2', 'CR alone before a request line', `\r${get('/')}`, 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a space before the method', ` ${get('/')}`, 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a tab before the method', `\t${get('/')}`, 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'no method', line(' / HTTP/1.1')),
  refuses('RFC 9112 §3', 'no target', line('GET HTTP/1.1')),
  refuses('RFC 9112 §3', 'two spaces before the target', line('GET  / HTTP/1.1'), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'two spaces before the version', line('GET /  HTTP/1.1'), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a space behind the version', line('GET / HTTP/1.1 '), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a tab behind the version', line('GET / HTTP/1.1\t'), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a tab between method and target', line('GET\t/ HTTP/1.1'), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a tab between target and version', line('GET /\tHTTP/1.1'), 400, { reading: ROOT }),
  refuses('RFC 9112 §3', 'a vertical tab between method and target', line('GET\v/ HTTP/1.1'), 400, {
    reading: ROOT,
  }),
  refuses('RFC 9112 §3.2', 'a space in the target', line('GET /a b HTTP/1.1')),
  refuses(
    'RFC 9112 §2.2',
    'LF alone at the end of the request line',
    'GET / HTTP/1.1\nHost: x\r\n\r\n',
    400,
    {
      reading: ROOT,
    },
  ),
  refuses('RFC 9112 §2.2', 'CR alone at the end of the request line', 'GET / HTTP/1.1\rHost: x\r\n\r\n'),
  refuses(
    'RFC 9112 §2.2',
    'two CR at the end of the request line',
    'GET / HTTP/1.1\r\r\nHost: x\r\n\r\n',
    400,
    {
      reading: ROOT,
    },
  ),
  refuses('RFC 9112 §2.2', 'CR alone in the target', line('GET /a\rb HTTP/1.1')),
  refuses('RFC 9112 §3', 'a newline in the target', line('GET /a\nb HTTP/1.1')),
  refuses('RFC 9112 §3', 'NUL in the method', line('GE\0T / HTTP/1.1')),
  refuses('RFC 9112 §3', 'NUL in the target', line('GET /a\0b HTTP/1.1')),
  refuses('RFC 9112 §3', 'NUL in the version', line('GET / HTTP/1.1\0')),
  refuses('RFC 9110 §9.1', 'a brace in the method', line('G{T / HTTP/1.1')),
  refuses('RFC 9110 §9.1', 'a parenthesis in the method', line('GET() / HTTP/1.1')),
  refuses('RFC 9110 §9.1', 'a quoted method', line('"GET" / HTTP/1.1')),
  refuses('RFC 9110 §9.1', 'a colon in the method', line('GET: / HTTP/1.1')),
  refuses('RFC 9110 §9.1', 'a byte above ASCII in the method', line('G\xc9T / HTTP/1.1')),
  row(
    'RFC 9110 §9.1',
    'methods are case-sensitive: get is not GET',
    head('get / HTTP/1.1', 'Host: x'),
    outcome([501], []),
    {
      allowed: [
        outcome([{ status: 'error' }], []),
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([200], [seen('get /')]),
      ],
    },
  ),
  row(
    'RFC 9112 §3.1',
    'a method that is not known gets 501, and the connection lives',
    head('BREW / HTTP/1.1', 'Host: x') + BEHIND,
    outcome([501, 200], [seen('GET /behind')]),
    {
      allowed: [
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([{ status: 'error' }, 200], [seen('GET /behind')]),
        outcome([200, 200], [seen('BREW /'), seen('GET /behind')]),
      ],
    },
  ),
  row(
    'RFC 9112 §3.1',
    'the body of a request with an unknown method is not read as the next request',
    head('BREW / HTTP/1.1', 'Host: x', 'Content-Length: 35') + 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    outcome([501], []),
    {
      allowed: [
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([], [], 'closes'),
        outcome([200], [seen('BREW /', null)]),
      ],
    },
  ),
  refuses(
    'RFC 9112 §3',
    'a method longer than any that is known',
    line(`${'M'.repeat(64)} / HTTP/1.1`),
    501,
    {
      lives: true,
      reading: seen(`${'M'.repeat(64)} /`),
    },
  ),
  refuses('RFC 9112 §2.2', 'the beginning of a TLS handshake', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'),
  refuses('RFC 9112 §2.2', 'a response instead of a request', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  refuses('RFC 9112 §2.2', 'the first line of the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\n', 400, {
    lives: true,
  }),
]
