import { describe, expect, it } from 'vitest'
import { VirtualServer } from './memory-client.js'

function hostOf(head: string): string | null {
  let host: string | null = 'nothing was asked'
  const virtual = new VirtualServer((request, response) => {
    ;({ host } = request)
    response.send()
  })
  virtual.connect().send(head)
  virtual.run()
  return host
}

describe('request.host', () => {
  it.each([
    ['the Host field', 'GET /a HTTP/1.1\r\nHost: a:81\r\n\r\n', 'a:81'],
    ['the Host field of OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 'a'],
    [
      'the authority of an absolute target (RFC 9112 §3.2.2)',
      'GET http://b:82/p?q HTTP/1.1\r\nHost: a\r\n\r\n',
      'b:82',
    ],
    ['that of one without a path', 'OPTIONS HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n', 'b'],
    ['an empty Host field', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', ''],
    ['nothing where HTTP/1.0 names none', 'GET / HTTP/1.0\r\n\r\n', null],
  ])('is %s', (_what, head, host) => {
    expect(hostOf(head)).toBe(host)
  })
})
