import { ERRORS, type ErrorCode } from './catalogue.js'

/**
 * An error of Calandria's own: `code` is stable and meant for programs, `message` is meant for people, `status`
 * is the HTTP status that a client sees for it (`null` where no client is involved).
 */
export class CalandriaError extends Error {
  readonly code: ErrorCode
  readonly status: number | null

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(describe(code, detail), options)
    this.name = 'CalandriaError'
    this.code = code
    this.status = ERRORS[code].status
  }
}

/**
 * A mistake in a call: a wrong argument or option. It is a `TypeError` as users expect, and carries a `code` too.
 */
export class CalandriaTypeError extends TypeError {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(describe(code, detail), options)
    this.name = 'CalandriaTypeError'
    this.code = code
  }
}

function describe(code: ErrorCode, detail: string | undefined): string {
  const { message } = ERRORS[code]
  return detail === undefined ? message : `${message}: ${detail}`
}
