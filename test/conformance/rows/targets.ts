import { get, head } from '../request-bytes.js'
import { accepts, outcome, refuses, row, seen } from '../row.js'

const at = (target: string, method = 'GET'): string => head(`${method} ${target} HTTP/1.1`, 'Host: x')
const refused = (what: string, target: string, section = 'RFC 9112 §3.2') =>
  refuses(section, what, at(target))
/** Nothing behind it can be mistaken, so a server may answer and go on. */
const faulty = (what: string, target: string, section = 'RFC 9112 §3.2') =>
  refuses(section, what, at(target), 400, { lives: true })

export const targets = [
  accepts('RFC 9112 §3.2.1', 'origin-form: a path', get('/a/b.c'), seen('GET /a/b.c')),
  accepts('RFC 9112 §3.2.1', 'origin-form: a path and a query', get('/a?b=c&d'), seen('GET /a?b=c&d')),
  accepts('RFC 9112 §3.2.1', 'an empty query stays', get('/a?'), seen('GET /a?'), {
    allowed: [outcome([200], [seen('GET /a')])],
  }),
  accepts('RFC 9112 §3.2.1', 'a question mark in the query', get('/a?b?c'), seen('GET /a?b?c')),
  accepts(
    'RFC 9112 §3.2.1',
    'an empty first segment is a path, not an authority',
    get('//b/c'),
    seen('GET //b/c'),
  ),
  accepts(
    'RFC 9112 §3.2.1',
    'a path that looks like an absolute URI',
    get('/http://h/'),
    seen('GET /http://h/'),
  ),
  accepts('RFC 9110 §4.2.3', 'percent-encoding arrives as it is', get('/%41%2f%20'), seen('GET /%41%2f%20')),
  accepts(
    'RFC 3986 §3.3',
    'sub-delims, colon and at-sign in a path',
    get("/a!$&'()*+,;=:@b"),
    seen("GET /a!$&'()*+,;=:@b"),
  ),
  row(
    'RFC 9112 §3.2',
    'what browsers leave unencoded against RFC 3986 is let through, or refused',
    get('/[a]{b}|^`?[{|}^`'),
    outcome([200], [seen('GET /[a]{b}|^`?[{|}^`')]),
    {
      allowed: [
        outcome([{ status: 'error' }], []),
        outcome([{ status: 'error' }], [], 'closes'),
        outcome([200], [seen('GET /[a]%7Bb%7D|^%60?[{|}^`')]),
        outcome([200], [seen('GET /[a]%7Bb%7D|%5E%60?[{|}^`')]),
        outcome([200], [seen('GET /[a]%7Bb%7D%7C%5E%60?[%7B%7C%7D%5E%60')]),
      ],
    },
  ),
  accepts('RFC 9112 §3.2.2', 'absolute-form', at('http://x/a?b'), seen('GET /a?b')),
  accepts('RFC 9112 §3.2.2', 'absolute-form without a path: the path is /', at('http://x'), seen('GET /')),
  accepts('RFC 9112 §3.2.2', 'absolute-form with a port', at('http://x:8080/a'), seen('GET /a')),
  accepts('RFC 9110 §4.2.3', 'the scheme has no case', at('HTTP://x/a'), seen('GET /a')),
  accepts('RFC 9112 §3.2.2', 'absolute-form with an IPv6 address', at('http://[::1]:80/a'), seen('GET /a')),
  row(
    'RFC 9112 §3.2.2',
    'absolute-form with a Host of another name is still served',
    head('GET http://y.example/a HTTP/1.1', 'Host: x.example'),
    outcome([{ status: 200, body: '/a' }], [seen('GET /a')]),
    { allowed: [outcome([{ status: 'error' }], []), outcome([{ status: 'error' }], [], 'closes')] },
  ),
  refuses('RFC 9112 §3.2', 'absolute-form without a Host field', 'GET http://x/ HTTP/1.1\r\n\r\n', 400, {
    answer: 400,
    lives: true,
  }),
  faulty('absolute-form without a host', 'http:///a', 'RFC 9110 §4.2.1'),
  faulty('absolute-form with user information', 'http://user@x/', 'RFC 9110 §4.2.4'),
  faulty('absolute-form with a port that is no number', 'http://x:a/', 'RFC 3986 §3.2.3'),
  faulty('absolute-form with an open bracket', 'http://[::1/', 'RFC 3986 §3.2.2'),
  faulty('absolute-form of another scheme', 'ftp://x/', 'RFC 9110 §7.4'),
  accepts('RFC 9112 §3.2.4', 'asterisk-form with OPTIONS', at('*', 'OPTIONS'), seen('OPTIONS *'), {
    allowed: [outcome([{ status: 'error' }], []), outcome([{ status: 'error' }], [], 'closes')],
  }),
  accepts('RFC 9112 §3.2.4', 'OPTIONS with a path', at('/a', 'OPTIONS'), seen('OPTIONS /a')),
  faulty('asterisk-form with GET', '*', 'RFC 9112 §3.2.4'),
  refuses('RFC 9112 §3.2.4', 'an asterisk and more', at('*a', 'OPTIONS'), 400, { lives: true }),
  faulty('authority-form with GET', 'x:80', 'RFC 9112 §3.2.3'),
  faulty('a target that does not begin with a slash', 'a'),
  faulty('a target that begins with a question mark', '?a'),
  faulty('a fragment', '/a#b', 'RFC 9110 §7.1'),
  refused('a quote in the target', '/"'),
  refused('angle brackets in the target', '/<a>'),
  refused('a byte above ASCII in the path', '/\xe9'),
  refused('UTF-8 in the query', '/?\xc3\xa9'),
  refused('DEL in the target', '/\x7f'),
  refused('ESC in the target', '/\x1b[2J'),
  refuses('RFC 9112 §3.2.3', 'CONNECT with a path', at('/', 'CONNECT'), 400, { lives: true }),
  refuses('RFC 9112 §3.2.3', 'CONNECT without a port', at('x', 'CONNECT'), 400, { lives: true }),
  refuses('RFC 9112 §3.2.3', 'CONNECT with absolute-form', at('http://x:1/', 'CONNECT'), 400, {
    lives: true,
  }),
  refuses('RFC 9110 §9.3.6', 'CONNECT with an empty port', at('x:', 'CONNECT'), 400, { lives: true }),
]
