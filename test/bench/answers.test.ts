import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { replies } from '../../bench/suite/act.js'
import { readAnswer } from '../../bench/suite/answer.js'
import { checkAnswers } from '../../bench/suite/answer-check.js'
import { type Ask, get, type Place, post, wireForm } from '../../bench/suite/ask.js'
import { apiFields, browserFields, variedFields } from '../../bench/suite/heads.js'

const place: Place = { host: '127.0.0.1', port: 8080 }
const plain = get(replies.hello)

describe('a request on the wire', () => {
  test('is byte for byte what wrk sends, and as long as the scenarios say', () => {
    expect(wireForm(plain, place)).toBe('GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n')
    const lengths = [[], apiFields, browserFields].map(
      (fields) => wireForm(get(replies.hello, fields), place).length,
    )
    expect(lengths).toEqual([40, 161, 703])
  })

  test('with a body has its length', () => {
    expect(wireForm(post('abc', replies.hello), place)).toMatch(/\r\nContent-Length: 3\r\n\r\nabc$/)
  })

  test('that varies is as long as the others, and like none of them', () => {
    const heads = Array.from({ length: 24 }, (_, i) => wireForm(get(replies.hello, variedFields(i)), place))
    expect(new Set(heads).size).toBe(24)
    expect(new Set(heads.map(({ length }) => length)).size).toBe(1)
  })
})

const counted = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!'
const chunked =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nHello,\r\n7\r\n World!\r\n0\r\n\r\n'

describe.each([
  ['counted', counted],
  ['chunked', chunked],
])('an answer with a %s body', (_kind, answer) => {
  test('is read when all of it is there, and not before', () => {
    for (let end = 0; end < answer.length; end++) {
      expect(readAnswer(answer.slice(0, end), 0)).toBeUndefined()
    }
    const found = readAnswer(`before${answer}behind`, 6)
    expect(found).toMatchObject({ status: 200, body: 'Hello, World!', end: 6 + answer.length })
  })
})

/** A server that sends this for whatever comes first. */
async function saying(text: string): Promise<Place> {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(text, 'latin1'))
    socket.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

describe('the check of answers', () => {
  const twice: readonly Ask[] = [plain, plain]

  test('takes right answers, and tells what they hold', async () => {
    const checked = await checkAnswers(await saying(counted + chunked), twice)
    expect(checked).toEqual({
      bodies: ['Hello, World!', 'Hello, World!'],
      answerBytes: counted.length,
      areOfOneLength: false,
    })
  })

  test('takes JSON that is spaced in another way, and keeps it as it came', async () => {
    const body = '{ "message": "Hello, World!" }'
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n`
    const { bodies } = await checkAnswers(await saying(head + body), [get(replies.json)])
    expect(bodies).toEqual([body])
  })

  test.each([
    ['another status', counted.replace('200 OK', '404 No'), 'a status other than 200'],
    ['another body', counted.replace('Hello', 'Hullo'), 'a wrong body'],
    ['another type', counted.replace('text/plain', 'text/html'), 'no text/plain'],
    ['fewer answers', '', 'nothing whole'],
    ['more than was asked for', counted, 'more bytes'],
    ['half an answer', counted.slice(0, -1), 'nothing whole'],
  ])('refuses %s', async (what, second, complaint) => {
    const more = what === 'more than was asked for' ? counted : ''
    await expect(checkAnswers(await saying(counted + second + more), twice)).rejects.toThrow(complaint)
  })

  test('refuses answers in another order than the requests', async () => {
    const asks = [plain, get(replies.json)]
    const json = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n${replies.json.body}`
    await expect(checkAnswers(await saying(json + counted), asks)).rejects.toThrow('answer 1')
    await expect(checkAnswers(await saying(counted + json), asks)).resolves.toBeDefined()
  })
})
