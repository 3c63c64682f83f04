import { head } from '../request-bytes.js'
import { accepts, refuses, seen } from '../row.js'

const withHost = (...lines: readonly string[]): string => head('GET / HTTP/1.1', ...lines)
const reads = (requirement: string, value: string, section = 'RFC 9110 §7.2') =>
  accepts(section, requirement, withHost(`Host: ${value}`), seen('GET /', '', { headers: { host: value } }))
/** RFC 9112 §3.2: a server MUST respond with 400 to any of these. */
const refused = (requirement: string, ...lines: readonly string[]) =>
  refuses('RFC 9112 §3.2', requirement, withHost(...lines), 400, { answer: 400, lives: true })

export const host = [
  reads('a name', 'www.example.org'),
  reads('a name and a port', 'x:8080'),
  reads('an IPv4 address', '127.0.0.1:80'),
  reads('an IPv6 address', '[::1]:80'),
  reads('an empty port', 'x:', 'RFC 3986 §3.2.3'),
  accepts('RFC 9112 §3.2', 'an empty Host, for a target without authority', withHost('Host:'), seen('GET /')),
  accepts('RFC 9110 §5.1', 'the name of Host has no case', withHost('hOsT: x'), seen('GET /')),
  refused('no Host', 'A: b'),
  refused('two Hosts', 'Host: x', 'Host: y'),
  refused('two Hosts that are the same', 'Host: x', 'Host: x'),
  refused('two Hosts in different case, with a field between', 'Host: x', 'A: b', 'HOST: x'),
  refused('an empty Host and another', 'Host:', 'Host: x'),
  refused('a list of Hosts', 'Host: x, y'),
  refused('a space in the Host', 'Host: x y'),
  refused('a slash in the Host', 'Host: x/y'),
  refused('user information in the Host', 'Host: user@x'),
  refused('a scheme in the Host', 'Host: http://x'),
  refused('a query in the Host', 'Host: x?y'),
  refused('a fragment in the Host', 'Host: x#y'),
  refused('a port that is no number', 'Host: x:a'),
  refused('two ports', 'Host: x:1:2'),
  refused('an IPv6 address without brackets', 'Host: ::1'),
  refused('an open bracket', 'Host: [::1'),
  refused('something behind the bracket', 'Host: [::1]x'),
  refused('a backslash in the Host', 'Host: x\\y'),
  refused('a byte above ASCII in the Host', 'Host: \xe9'),
  refused('a quote in the Host', 'Host: "x"'),
]
