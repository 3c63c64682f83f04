import { describe, expect, it } from 'vitest'
import { type ErrorCode, ERRORS } from '../../../src/errors/catalogue.js'
import { Scanner } from '../../../src/http/parser/scanner.js'
import { describeRequestParser, headCases } from './request-parser-contract.js'

describeRequestParser('Scanner', (limits) => new Scanner(limits))

describe('the table of heads', () => {
  /** Given by the connection, for heads that are well-formed. */
  const notOfTheParser: readonly ErrorCode[] = [
    'CAL_ERR_HTTP_CHUNK_SIZE',
    'CAL_ERR_HTTP_CHUNK_END',
    'CAL_ERR_HTTP_CHUNK_EXTENSION',
    'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE',
    'CAL_ERR_HTTP_TRAILER',
    'CAL_ERR_HTTP_TRAILERS_TOO_LARGE',
    'CAL_ERR_HTTP_BODY_INCOMPLETE',
    'CAL_ERR_HTTP_BODY_TOO_LARGE',
    'CAL_ERR_HTTP_TIMEOUT',
    'CAL_ERR_HTTP_EXPECTATION',
    'CAL_ERR_HTTP_CONNECT',
    'CAL_ERR_HTTP_CONNECT_CONTENT',
  ]

  it('has a row for every error that a parser can give', () => {
    const refusals = (Object.keys(ERRORS) as ErrorCode[]).filter(
      (code) =>
        code.startsWith('CAL_ERR_HTTP_') &&
        ERRORS[code].connection === 'closes' &&
        !notOfTheParser.includes(code),
    )
    const inTable = new Set(headCases.map((row) => row.answer).filter((answer) => typeof answer === 'string'))
    inTable.delete('need more')
    expect([...inTable].sort()).toEqual(refusals.sort())
  })

  it('names every row differently', () => {
    const names = headCases.map((row) => row.name)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})
