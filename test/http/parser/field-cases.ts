import { bare, fields, type HeadCase, headCase } from './head-case.js'

const CONTROLS = ['\0', '\x01', '\b', '\v', '\f', '\x1b', '\x1f', '\x7f']
const hex = (char: string): string => `0x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
const withHost = (host: string): string => bare(`Host:${host}`)

/** RFC 9112 §5. */
const syntax: HeadCase[] = [
  headCase('an empty value', fields('A:'), { fields: 'Host: x\r\nA:\r\n' }),
  headCase('a value of white space', fields('A: \t '), { fields: 'Host: x\r\nA: \t \r\n' }),
  headCase('no white space before the value', fields('A:b'), { fields: 'Host: x\r\nA:b\r\n' }),
  headCase('white space around and in a value', fields('A:\t b\tc d \t'), {}),
  headCase('obs-text in a value', fields('A: \x80\xe9\xff'), { fields: 'Host: x\r\nA: \x80\xe9\xff\r\n' }),
  headCase('every visible character in a value', fields(`A: ${visible()}`), {}),
  headCase('a colon in a value', fields('A: b:c: d'), {}),
  headCase('a name of every token character', fields("!#$%&'*+-.^_`|~09azAZ: b"), {}),
  headCase('a value that looks like a request line', fields('A: GET / HTTP/1.1'), {}),
  headCase(
    'values of every length up to a few words',
    fields(...lengths(12).map((value) => `A: ${value}`)),
    {},
  ),
  headCase(
    'tabs at every place of a word',
    fields('A: \tbcd', 'A: b\tcd', 'A: bc\td', 'A: bcd\t', 'A:\t\t\t\t\t'),
    {},
  ),
  headCase('an empty name', fields(': b'), 'CAL_ERR_HTTP_FIELD_NAME'),
  headCase('a name without a colon', fields('A'), 'CAL_ERR_HTTP_LINE_END'),
  headCase('a name, a space and no colon', fields('A b'), 'CAL_ERR_HTTP_FIELD_NAME'),
  headCase('a space before the colon', fields('A : b'), 'CAL_ERR_HTTP_FIELD_NAME'),
  headCase('a tab before the colon', fields('A\t: b'), 'CAL_ERR_HTTP_FIELD_NAME'),
  headCase(
    'a space before the colon of Content-Length',
    fields('Content-Length : 1'),
    'CAL_ERR_HTTP_FIELD_NAME',
  ),
  ...[
    '(',
    ')',
    ',',
    '/',
    ';',
    '<',
    '=',
    '>',
    '?',
    '@',
    '[',
    '\\',
    ']',
    '{',
    '}',
    '"',
    '\xe9',
    '\xff',
    ...CONTROLS,
  ].map((char) => headCase(`${hex(char)} in a name`, fields(`A${char}B: c`), 'CAL_ERR_HTTP_FIELD_NAME')),
  ...CONTROLS.flatMap((char) => [
    headCase(`${hex(char)} in a value`, fields(`A: b${char}c`), 'CAL_ERR_HTTP_FIELD_VALUE'),
    headCase(`${hex(char)} at the start of a value`, fields(`A:${char}`), 'CAL_ERR_HTTP_FIELD_VALUE'),
    headCase(
      `${hex(char)} deep in a value`,
      fields(`A: 0123456789${char}123456`),
      'CAL_ERR_HTTP_FIELD_VALUE',
    ),
  ]),
  headCase('a folded line, with a space', fields('A: b', ' c'), 'CAL_ERR_HTTP_FOLDED'),
  headCase('a folded line, with a tab', fields('A: b', '\tc'), 'CAL_ERR_HTTP_FOLDED'),
  headCase('white space before the first field', bare(' Host: x'), 'CAL_ERR_HTTP_FOLDED'),
  headCase('a line of white space', fields('A: b', ' '), 'CAL_ERR_HTTP_FOLDED'),
  headCase('a bare LF behind a value', 'GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n', 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare CR behind a value', 'GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n', 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare CR in a value', fields('A: b\rc'), 'CAL_ERR_HTTP_LINE_END'),
  headCase('two CR behind a value', fields('A: b\r'), 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare CR in a name', fields('A\rB: c'), 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare LF in a name', fields('A\nB: c'), 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare LF for the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\n', 'CAL_ERR_HTTP_LINE_END'),
  headCase('a bare CR for the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\rA', 'CAL_ERR_HTTP_LINE_END'),
  headCase('two CR for the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\r\r\n', 'CAL_ERR_HTTP_LINE_END'),
  headCase('LF alone everywhere', 'GET / HTTP/1.1\nHost: x\n\n', 'CAL_ERR_HTTP_LINE_END'),
  headCase('no empty line yet', 'GET / HTTP/1.1\r\nHost: x\r\n', 'need more'),
  headCase('half of the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\r', 'need more'),
  headCase('a body behind the head stays', `${fields('Content-Length: 3')}abc`, {
    contentLength: 3,
    length: 46,
  }),
]

/** RFC 9112 §3.2, RFC 3986 §3.2.2. */
const hosts: HeadCase[] = [
  ...[
    ' x',
    'x',
    ' \t x \t',
    ' x.example',
    ' x:80',
    ' x:',
    ' 127.0.0.1:8080',
    ' [::1]',
    ' [::1]:80',
    ' [2001:db8::1]:',
    ' [v1.a:b]',
    ' xn--bcher-kva.example',
    ' a_b',
    ' %41',
    " a-._~!$&'()*+,;=",
    '',
    ' ',
    ' :80',
  ].map((host) => headCase(`Host:${host}`, withHost(host), {})),
  ...[
    ' a b',
    ' a/b',
    ' a?b',
    ' a#b',
    ' u@h',
    ' [::1',
    ' ::1',
    ' [::1]x',
    ' [::1]:a',
    ' []',
    ' [',
    ' ]',
    ' x:80:81',
    ' x:8a',
    ' x:-1',
    ' x: 80',
    ' x,y z',
    ' \xe9',
    ' "x"',
    ' http://x',
    ' [::1]]',
    ' [[::1]]',
    ' a\tb',
    ' x\\y',
    ' x|y',
  ].map((host) => headCase(`malformed Host:${host}`, withHost(host), 'CAL_ERR_HTTP_HOST')),
  headCase('names have no case: HOST', bare('HOST: x'), {}),
  headCase('names have no case: hOsT', bare('hOsT: x'), {}),
  headCase('no Host in HTTP/1.1', bare('A: b'), 'CAL_ERR_HTTP_HOST_MISSING'),
  headCase('no field at all in HTTP/1.1', bare(), 'CAL_ERR_HTTP_HOST_MISSING'),
  headCase('no Host but a name that begins with it', bare('Hosts: x'), 'CAL_ERR_HTTP_HOST_MISSING'),
  headCase('no Host but a name that ends with it', bare('X-Host: x'), 'CAL_ERR_HTTP_HOST_MISSING'),
  headCase('absolute form needs a Host too', 'GET http://h/ HTTP/1.1\r\n\r\n', 'CAL_ERR_HTTP_HOST_MISSING'),
  headCase('HTTP/1.0 needs no Host', 'GET / HTTP/1.0\r\n\r\n', { minor: 0, fields: '' }),
  headCase('a malformed Host in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a b\r\n\r\n', 'CAL_ERR_HTTP_HOST'),
  headCase('two Hosts', bare('Host: x', 'Host: y'), 'CAL_ERR_HTTP_HOST_REPEATED'),
  headCase('two equal Hosts', bare('Host: x', 'A: b', 'HOST: x'), 'CAL_ERR_HTTP_HOST_REPEATED'),
  headCase(
    'two Hosts in HTTP/1.0',
    'GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n',
    'CAL_ERR_HTTP_HOST_REPEATED',
  ),
  headCase('two empty Hosts', bare('Host:', 'Host:'), 'CAL_ERR_HTTP_HOST_REPEATED'),
]

/** Limits: exactly at them, and one above. */
const limits: HeadCase[] = [
  headCase(
    'a target at its limit',
    'GET /23456789 HTTP/1.1\r\nHost: x\r\n\r\n',
    { path: '/23456789' },
    { targetBytes: 9 },
  ),
  headCase('a target above its limit', 'GET /23456789a HTTP/1.1\r\n', 'CAL_ERR_HTTP_TARGET_TOO_LONG', {
    targetBytes: 9,
  }),
  headCase(
    'a query counts too',
    'GET /234?6789 HTTP/1.1\r\nHost: x\r\n\r\n',
    { path: '/234' },
    { targetBytes: 9 },
  ),
  headCase('a query above the limit', 'GET /234?6789a HTTP/1.1\r\n', 'CAL_ERR_HTTP_TARGET_TOO_LONG', {
    targetBytes: 9,
  }),
  headCase('a target that has not ended, above the limit', 'GET /23456789a', 'CAL_ERR_HTTP_TARGET_TOO_LONG', {
    targetBytes: 9,
  }),
  headCase('a target that has not ended, at the limit', 'GET /23456789', 'need more', { targetBytes: 9 }),
  headCase('absolute form above the limit', 'GET http://h/ HTTP/1.1\r\n', 'CAL_ERR_HTTP_TARGET_TOO_LONG', {
    targetBytes: 8,
  }),
  headCase(
    'a header section at its limit',
    fields('A: 2345678'),
    { fields: 'Host: x\r\nA: 2345678\r\n' },
    { headerBytes: 21 },
  ),
  headCase('a header section above its limit', fields('A: 23456789'), 'CAL_ERR_HTTP_HEAD_TOO_LARGE', {
    headerBytes: 21,
  }),
  headCase('its last line end counts', fields('A: 2345678'), 'CAL_ERR_HTTP_HEAD_TOO_LARGE', {
    headerBytes: 20,
  }),
  headCase(
    'a name that makes it too large',
    bare(`Host: x\r\n${'N'.repeat(13)}`),
    'CAL_ERR_HTTP_HEAD_TOO_LARGE',
    { headerBytes: 21 },
  ),
  headCase('a value that has not ended', 'GET / HTTP/1.1\r\nA: 345678901', 'CAL_ERR_HTTP_HEAD_TOO_LARGE', {
    headerBytes: 11,
  }),
  headCase('a value that has not ended, at the limit', 'GET / HTTP/1.1\r\nA: 34567890', 'need more', {
    headerBytes: 11,
  }),
  headCase('a fault behind the limit comes too late', bare('A: 345678\0'), 'CAL_ERR_HTTP_HEAD_TOO_LARGE', {
    headerBytes: 8,
  }),
  headCase('a fault at the limit comes in time', bare('A: 34567\0'), 'CAL_ERR_HTTP_FIELD_VALUE', {
    headerBytes: 8,
  }),
  headCase('as many fields as allowed', fields('A: b', 'C: d'), {}, { headerFields: 3 }),
  headCase('one field more', fields('A: b', 'C: d', 'E: f'), 'CAL_ERR_HTTP_TOO_MANY_FIELDS', {
    headerFields: 3,
  }),
  headCase(
    'fields of one name are counted each',
    fields('A: b', 'A: b', 'A: b'),
    'CAL_ERR_HTTP_TOO_MANY_FIELDS',
    { headerFields: 3 },
  ),
  headCase('one field, one allowed', bare('Host: x'), {}, { headerFields: 1 }),
]

function visible(): string {
  return String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i))
}

function lengths(most: number): string[] {
  return Array.from({ length: most + 1 }, (_, length) => 'v'.repeat(length))
}

export const fieldCases: readonly HeadCase[] = [...syntax, ...hosts, ...limits]
