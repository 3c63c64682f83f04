import { get, head } from '../request-bytes.js'
import { accepts, outcome, refuses, row, seen } from '../row.js'

const ROOT = seen('GET /')
const line = (version: string): string => `GET / ${version}\r\nHost: x\r\n\r\n`

export const versions = [
  row(
    'RFC 9110 §2.5',
    'the reply names the version of the server, HTTP/1.1, whatever the request says',
    head('GET / HTTP/1.0', 'Host: x'),
    outcome([{ status: 200, body: '/' }], [ROOT], 'closes'),
  ),
  row(
    'RFC 9112 §3.2',
    'HTTP/1.0 needs no Host',
    head('GET / HTTP/1.0'),
    outcome([{ status: 200, body: '/' }], [ROOT], 'closes'),
  ),
  accepts('RFC 9112 §2.3', 'HTTP/1.1', get('/'), ROOT),
  refuses('RFC 9112 §2.3', 'HTTP in small letters', line('http/1.1')),
  refuses('RFC 9112 §2.3', 'Http', line('Http/1.1')),
  refuses('RFC 9112 §2.3', 'a version without a minor digit', line('HTTP/1')),
  refuses('RFC 9112 §2.3', 'a version with a dot and nothing behind it', line('HTTP/1.')),
  refuses('RFC 9112 §2.3', 'two minor digits', line('HTTP/1.10')),
  refuses('RFC 9112 §2.3', 'two major digits', line('HTTP/11.1')),
  refuses('RFC 9112 §2.3', 'a leading zero', line('HTTP/01.1'), 505),
  refuses('RFC 9112 §2.3', 'a letter for a digit', line('HTTP/1.x')),
  refuses('RFC 9112 §2.3', 'a comma for the dot', line('HTTP/1,1')),
  refuses('RFC 9112 §2.3', 'a space behind HTTP', line('HTTP /1.1')),
  refuses('RFC 9112 §2.3', 'another protocol', line('ICY/1.1')),
  refuses('RFC 9112 §2.3', 'HTTPS', line('HTTPS/1.1')),
  refuses('RFC 9112 §3', 'no version, as in HTTP/0.9', 'GET /\r\n\r\n'),
  refuses('RFC 9110 §15.6.6', 'HTTP/0.9 by name', line('HTTP/0.9'), 505, { lives: true }),
  refuses('RFC 9110 §15.6.6', 'HTTP/2.0', line('HTTP/2.0'), 505, { lives: true }),
  refuses('RFC 9110 §15.6.6', 'HTTP/3.0', line('HTTP/3.0'), 505, { lives: true }),
  refuses('RFC 9110 §2.5', 'HTTP/1.2 is taken for HTTP/1.1, or refused', line('HTTP/1.2'), 505, {
    lives: true,
    reading: ROOT,
  }),
  refuses(
    'RFC 9112 §6.1',
    'HTTP/1.0 with a Transfer-Encoding is faulty framing',
    head('POST / HTTP/1.0', 'Host: x', 'Connection: keep-alive', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    400,
    { orClosing: seen('POST /') },
  ),
  row(
    'RFC 9112 §6.1',
    'a reply to HTTP/1.0 has no Transfer-Encoding: the end of the connection ends it',
    head('GET /stream HTTP/1.0', 'Host: x'),
    outcome(
      [{ status: 200, body: 'a piece and another', lacks: ['transfer-encoding'] }],
      [seen('GET /stream')],
      'closes',
    ),
  ),
  row(
    'RFC 9110 §15.2',
    'HTTP/1.0 gets no interim reply',
    head('GET /hints HTTP/1.0', 'Host: x'),
    outcome([{ status: 200, body: '/hints' }], [seen('GET /hints')], 'closes'),
  ),
]
