import { describe, expect, it } from 'vitest'
import { CalandriaError, CalandriaTypeError } from '../../src/errors/calandria-error.js'
import { type ErrorCode, type ErrorEntry, ERRORS } from '../../src/errors/catalogue.js'
import { statusLine } from '../../src/http/status-lines.js'

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
