import { RECEIVE_SLACK } from '#calandria/io/transport.js'
import { replies } from '../suite/act.js'
import { get, wireForm } from '../suite/ask.js'
import { browserFields } from '../suite/heads.js'

/** How many requests a read brings. */
export const PIPELINED = 24

/** Request heads of three sizes: what wrk sends, what an API client sends, what a browser sends. */
export const heads: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n',
  [
    'GET /api/v1/users/1042 HTTP/1.1',
    'Host: api.example.com',
    'User-Agent: curl/8.7.1',
    'Accept: application/json',
    'Connection: keep-alive',
    'X-Request-Id: 7f3b1c9e-5200',
    '\r\n',
  ].join('\r\n'),
  wireForm(get(replies.hello, browserFields), { host: '127.0.0.1', port: 8080 }).replace('dark', 'dark00'),
]

export const sizeOf = (head: string): string => `${head.length} B head`

/**
 * What one read brings, and behind it the slack that the scanner may write into.
 * @param differing the last field of each head ends with another number
 */
export function oneRead(head: string, differing = false): { bytes: Buffer; limit: number } {
  const numbered = (_: unknown, i: number): string => head.replace(/..(?=\r\n\r\n$)/, String(i + 10))
  const text = differing ? Array.from({ length: PIPELINED }, numbered).join('') : head.repeat(PIPELINED)
  return { bytes: Buffer.from(text + '\0'.repeat(RECEIVE_SLACK), 'latin1'), limit: text.length }
}
