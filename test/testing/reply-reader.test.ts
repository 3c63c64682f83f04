import type { Reply } from 'calandria/testing'
import { describe, expect, it } from 'vitest'
import { ReplyReader } from '../../src/testing/reply-reader.js'
import { seededRandom } from '../reactor/seed.js'

/** Reads `text` as the replies to `methods`, in pieces that end at `cuts`. */
function read(
  text: string,
  {
    methods = ['GET'],
    cuts = [],
    ends = false,
  }: { methods?: string[]; cuts?: number[]; ends?: boolean } = {},
): { replies: Reply[]; interim: number[] } {
  const replies: Reply[] = []
  const interim: number[] = []
  const reader = new ReplyReader({
    interimRead: (status) => interim.push(status),
    replyRead: (reply) => replies.push(reply),
  })
  for (const method of methods) reader.expect(method)
  const bytes = Buffer.from(text, 'latin1')
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    const lent = Buffer.from(bytes.subarray(from, to))
    reader.read(lent)
    lent.fill(0) // it is only lent
    from = to
  }
  if (ends) reader.end()
  return { replies, interim }
}

const ok = (fields: string, rest = ''): string => `HTTP/1.1 200 OK\r\n${fields}\r\n${rest}`

/** All that can be said in one go. */
const MANY = [
  ok('Content-Length: 5\r\n', 'hello'),
  ok('Transfer-Encoding: chunked\r\nX: a\r\nx:  b \r\n', '3\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n'),
  'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n',
  ok('Content-Length: 100\r\n'),
  'HTTP/1.1 204 \r\n\r\n',
  ok('Content-Length: 0\r\n'),
].join('')
const METHODS = ['GET', 'GET', 'HEAD', 'GET', 'GET']

describe('a reader of replies', () => {
  it('reads one after the other, with bodies, trailers, interim responses and those without a body', () => {
    const { replies, interim } = read(MANY, { methods: METHODS })
    expect(replies.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual([
      '200 hello',
      '200 abc0123456789',
      '200 ',
      '204 ',
      '200 ',
    ])
    expect(replies[1]!.headers.get('x')).toBe('a, b')
    expect([...replies[1]!.trailers]).toEqual([['t', 'u']])
    expect([interim, replies[2]!.interim]).toEqual([[103], [103]])
  })

  it('reads the same wherever the bytes are cut', () => {
    const whole = read(MANY, { methods: METHODS })
    for (let at = 1; at < MANY.length; at++)
      expect(read(MANY, { methods: METHODS, cuts: [at] }), `cut at ${at}`).toEqual(whole)
    const single = Array.from(MANY, (_, i) => i)
    expect(read(MANY, { methods: METHODS, cuts: single })).toEqual(whole)
  })

  it('reads heads and bodies of any size', () => {
    const random = seededRandom(1)
    const body = 'x'.repeat(200_000)
    const text = ok(`Big: ${'y'.repeat(20_000)}\r\nContent-Length: ${body.length}\r\n`, body)
    const cuts = Array.from({ length: 50 }, () => Math.floor(random() * text.length)).sort((a, b) => a - b)
    expect(read(text, { cuts }).replies[0]!.body.toString()).toBe(body)
  })

  it('takes the end for the end of a body that has no length', () => {
    const text = ok('Connection: close\r\n', 'to the end')
    expect(read(text, { ends: true }).replies[0]!.body.toString()).toBe('to the end')
  })

  it.each([
    ['another version', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['no reason and no space', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a space before the colon', ok('Content-Length : 0\r\n')],
    ['a folded line', ok('A: b\r\n c\r\nContent-Length: 0\r\n')],
    ['a bare line feed', ok('A: b\nContent-Length: 0\r\n')],
    ['a control character', ok('A: \x01\r\nContent-Length: 0\r\n')],
    ['two lengths', ok('Content-Length: 1\r\nContent-Length: 1\r\n', 'x')],
    ['a length and chunks', ok('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['another coding', ok('Transfer-Encoding: gzip\r\n')],
    ['a length that is no number', ok('Content-Length: -1\r\n')],
    ['no length on a connection that goes on', ok('A: b\r\n', 'x')],
    ['a chunk without a size', ok('Transfer-Encoding: chunked\r\n', '\r\n')],
    ['a chunk extension', ok('Transfer-Encoding: chunked\r\n', '1;a=b\r\nx\r\n0\r\n\r\n')],
    ['a chunk that is too long', ok('Transfer-Encoding: chunked\r\n', '1\r\nxy\r\n0\r\n\r\n')],
    [
      'an interim response with a body',
      `HTTP/1.1 103 X\r\nContent-Length: 0\r\n\r\n${ok('Content-Length: 0\r\n')}`,
    ],
  ])('refuses %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'CAL_ERR_REPLY_MALFORMED' }))
  })

  it('refuses a head that has no end', () => {
    expect(() => read(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(2_000_000)}`)).toThrow('it has no end')
  })

  it('refuses what was not asked for, be it a line end', () => {
    const one = ok('Content-Length: 0\r\n')
    for (const rest of [one, '\r\n', 'x'])
      expect(() => read(one + rest)).toThrow(expect.objectContaining({ code: 'CAL_ERR_REPLY_UNEXPECTED' }))
  })

  it.each([
    ['a head', 'HTTP/1.1 200'],
    ['a body', ok('Content-Length: 5\r\n', 'hell')],
    ['a chunk', ok('Transfer-Encoding: chunked\r\n', '5\r\nhell')],
    ['chunks', ok('Transfer-Encoding: chunked\r\n', '1\r\nx\r\n')],
    ['trailers', ok('Transfer-Encoding: chunked\r\n', '0\r\n')],
  ])('is told of an end in the middle of %s', (_, text) => {
    expect(() => read(text, { ends: true })).toThrow(
      expect.objectContaining({ code: 'CAL_ERR_REPLY_CUT_SHORT' }),
    )
  })

  it('knows what is still to come', () => {
    const reader = new ReplyReader({ interimRead: () => undefined, replyRead: () => undefined })
    reader.expect('GET')
    reader.expect('GET')
    expect([reader.awaited, reader.isMidReply]).toEqual([2, false])
    reader.read(Buffer.from(`${ok('Content-Length: 0\r\n')}HTTP/1`))
    expect([reader.awaited, reader.isMidReply]).toEqual([1, true])
  })
})
