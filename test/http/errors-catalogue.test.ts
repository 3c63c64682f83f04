import { describe, expect, it } from 'vitest'
import { CalandriaError, CalandriaTypeError } from '../../src/errors/calandria-error.js'
import { type ErrorCode, type ErrorEntry, ERRORS } from '../../src/errors/catalogue.js'
import { DEFAULT_TIMEOUTS } from '../../src/http/limits.js'
import { statusLine } from '../../src/http/status-lines.js'
import { chunked, post, request, VirtualServer } from './memory-client.js'

const entries: readonly (readonly [ErrorCode, ErrorEntry])[] = Object.entries(ERRORS) as [
  ErrorCode,
  ErrorEntry,
][]

describe('the catalogue of errors', () => {
  it.each(entries)(
    '%s has a stable name, a status where a client is told, and a message for people',
    (code, entry) => {
      expect(code).toMatch(/^CAL_ERR_[A-Z]+(?:_[A-Z]+)*$/)
      expect(entry.message).toMatch(/^\S.*\S$/)
      if (entry.status === null) expect(entry.connection).toBe('none')
      else expect(entry.connection).toMatch(/^(?:lives|closes)$/)
    },
  )

  it('answers clients with statuses from 400 to 599 that have a reason', () => {
    for (const [code, { status }] of entries) {
      if (status === null) continue
      expect(status >= 400 && status <= 599, code).toBe(true)
      expect(statusLine(status), code).not.toBe(`HTTP/1.1 ${status} \r\n`)
    }
  })

  it('gives a status to every CAL_ERR_HTTP code and to no other', () => {
    for (const [code, { status }] of entries)
      expect(status !== null, code).toBe(code.startsWith('CAL_ERR_HTTP_'))
  })

  it('names the RFC for every error in a message of a client', () => {
    for (const [code, { message }] of entries) {
      if (code.startsWith('CAL_ERR_HTTP_')) expect(message, code).toMatch(/\(RFC \d{4} §[\d.]+\)$/)
    }
  })

  it('has no two errors with one message', () => {
    const messages = entries.map(([, { message }]) => message)
    expect(new Set(messages).size).toBe(messages.length)
  })

  it('keeps every message on one line of ASCII but for the section sign, for it is sent as a body', () => {
    for (const [code, { message }] of entries) expect(message, code).toMatch(/^[\x20-\x7e§]+$/)
  })
})

describe('the errors of request bodies', () => {
  const body = (...lines: string[]): string => request('POST', '/', ...lines)
  const long = 'a'.repeat(10_000)

  /** What a client sends, for everything that it is told. */
  const REACHED: Readonly<Partial<Record<ErrorCode, string>>> = {
    CAL_ERR_HTTP_CONTENT_LENGTH: body('Content-Length: x'),
    CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED: body('Content-Length: 1', 'Content-Length: 1'),
    CAL_ERR_HTTP_LENGTH_AND_ENCODING: body('Content-Length: 1', 'Transfer-Encoding: chunked'),
    CAL_ERR_HTTP_TRANSFER_ENCODING: body('Transfer-Encoding: gzip, chunked'),
    CAL_ERR_HTTP_CHUNK_SIZE: chunked('/', 'x'),
    CAL_ERR_HTTP_CHUNK_END: chunked('/', '1\r\nab'),
    CAL_ERR_HTTP_CHUNK_EXTENSION: chunked('/', '1; a'),
    CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE: chunked('/', `1;${long}`),
    CAL_ERR_HTTP_TRAILER: chunked('/', '0\r\nHost: x\r\n'),
    CAL_ERR_HTTP_TRAILERS_TOO_LARGE: chunked('/', `0\r\nA: ${long}`),
    CAL_ERR_HTTP_BODY_INCOMPLETE: body('Content-Length: 2') + 'x', // and then a half-close
    CAL_ERR_HTTP_BODY_TOO_LARGE: body('Content-Length: 9999999'),
    CAL_ERR_HTTP_TIMEOUT: body('Content-Length: 2') + 'x', // and then nothing
    CAL_ERR_HTTP_EXPECTATION: body('Content-Length: 2', 'Expect: everything'),
    CAL_ERR_HTTP_JSON: post('/', '{'),
  }

  it('are these: from the first that is only theirs to the last', () => {
    const codes = entries.map(([code]) => code)
    const from = codes.indexOf('CAL_ERR_HTTP_CONTENT_LENGTH')
    const to = codes.indexOf('CAL_ERR_HTTP_EXPECTATION')
    expect(Object.keys(REACHED).sort()).toEqual([...codes.slice(from, to + 1), 'CAL_ERR_HTTP_JSON'].sort())
  })

  it.each(Object.entries(REACHED))(
    '%s is reached, and what the table says of it is so',
    async (code, bytes) => {
      const virtual = new VirtualServer(async (asked, response) => {
        response.json(await asked.body.json())
      })
      const client = virtual.connect().send(bytes)
      await virtual.settle()
      if (code === 'CAL_ERR_HTTP_BODY_INCOMPLETE') client.transport.end()
      if (code === 'CAL_ERR_HTTP_TIMEOUT') await virtual.pass(DEFAULT_TIMEOUTS.bodyMs)
      await virtual.settle()
      const { status, connection } = ERRORS[code as ErrorCode]
      const reply = client.replies()[0]
      expect([reply?.status, reply?.body.split(':')[0]]).toEqual([status, code])
      expect([reply?.headers.get('connection'), client.isEnded]).toEqual(
        connection === 'closes' ? ['close', true] : [undefined, false],
      )
    },
  )

  it('are CAL_ERR_BODY_USED and CAL_ERR_CLIENT_GONE where only the handler is told', async () => {
    const reasons: unknown[] = []
    const virtual = new VirtualServer(async (asked) => {
      const whole = asked.body.bytes()
      await asked.body.bytes().catch((reason: unknown) => reasons.push(reason))
      await whole.catch((reason: unknown) => reasons.push(reason))
    })
    const client = virtual.connect().send(post('/', 'abc').slice(0, -1))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(reasons).toMatchObject([
      { code: 'CAL_ERR_BODY_USED', status: null },
      { code: 'CAL_ERR_CLIENT_GONE', status: null },
    ])
  })
})

describe('CalandriaError', () => {
  it('carries its code, the status of the catalogue, the detail and the cause', () => {
    const cause = new Error('why')
    const error = new CalandriaError('CAL_ERR_HTTP_HOST', 'a b', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'CalandriaError', code: 'CAL_ERR_HTTP_HOST', status: 400, cause })
    expect(error.message).toBe(`${ERRORS.CAL_ERR_HTTP_HOST.message}: a b`)
  })

  it('has the message of the catalogue where there is no detail, and no status where no client is involved', () => {
    const error = new CalandriaError('CAL_ERR_CLIENT_GONE')
    expect(error.message).toBe(ERRORS.CAL_ERR_CLIENT_GONE.message)
    expect(error.status).toBeNull()
  })
})

describe('CalandriaTypeError', () => {
  it('is a TypeError with a code', () => {
    const error = new CalandriaTypeError('CAL_ERR_OPTION', 'port')
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
    expect(error.message).toContain('port')
  })
})
