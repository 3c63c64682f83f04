import type { ErrorCode } from '../../../errors/catalogue.js'
import type { Limits } from '../../limits.js'
import type { FieldSection } from '../field-section.js'
import { REFUSED } from '../request-parser.js'
import { Scanner } from '../scanner.js'
import { Errno } from './errno.js'

/**
 * Names the fault of a head that was refused. A client should be told the same whichever engine reads it, so the
 * scanner has a look at the same bytes, up to the fault: a refusal is rare, and closes the connection. Where the
 * scanner sees nothing wrong yet, llhttp's own reason counts.
 */
export class Refusals {
  readonly #scanner: Scanner

  constructor(limits: Limits) {
    this.#scanner = new Scanner(limits)
  }

  /** @param at where llhttp stopped in `bytes`; the head begins at `from` */
  explain(errno: Errno, section: FieldSection, bytes: Uint8Array, from: number, at: number): ErrorCode {
    // The error must not depend on how the bytes were cut, so what llhttp hasn't looked at has no say.
    const end = judgesBefore(errno) ? at : at + 1
    const behind = bytes[end] as number // the scanner writes there
    const answer = this.#scanner.parse(bytes, from, end)
    bytes[end] = behind
    if (answer === REFUSED) return this.#scanner.error
    this.#scanner.reset()
    return reasonOf(errno, section)
  }
}

/** Framing fields are judged as soon as llhttp knows enough, whatever comes next. */
function judgesBefore(errno: Errno): boolean {
  return (
    errno === Errno.InvalidContentLength ||
    errno === Errno.UnexpectedContentLength ||
    errno === Errno.InvalidTransferEncoding
  )
}

function reasonOf(errno: Errno, section: FieldSection): ErrorCode {
  switch (errno) {
    case Errno.InvalidMethod:
      return 'CAL_ERR_HTTP_METHOD'
    case Errno.InvalidUrl:
      return 'CAL_ERR_HTTP_TARGET'
    case Errno.InvalidConstant:
    case Errno.InvalidVersion:
      return 'CAL_ERR_HTTP_VERSION'
    case Errno.InvalidContentLength:
      return section.isChunked ? 'CAL_ERR_HTTP_LENGTH_AND_ENCODING' : 'CAL_ERR_HTTP_CONTENT_LENGTH'
    case Errno.UnexpectedContentLength:
      return 'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED'
    case Errno.InvalidTransferEncoding:
      return section.contentLength === -1
        ? 'CAL_ERR_HTTP_TRANSFER_ENCODING'
        : 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
    case Errno.InvalidHeaderToken:
      return 'CAL_ERR_HTTP_FIELD_NAME'
    default:
      return 'CAL_ERR_HTTP_FIELD_VALUE'
  }
}
