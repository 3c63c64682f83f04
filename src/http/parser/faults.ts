import type { ErrorCode } from '../../errors/catalogue.js'

const HTAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SP = 0x20

/** What a version line begins with. */
export const VERSION_PREFIX: Uint8Array = Buffer.from('HTTP/1.', 'latin1')
/** Behind the prefix come the minor digit, CR and LF. */
export const VERSION_LINE = VERSION_PREFIX.length + 3

/** Which fault it is when `byte` stands at `index` of a version line and must not. */
export function faultyVersion(byte: number, index: number): ErrorCode {
  const isLineEnd = index > VERSION_PREFIX.length && (byte === LF || index === VERSION_LINE - 1)
  return isLineEnd ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_VERSION'
}

/** Which fault it is when a field name ends with `byte`, or begins with it. */
export function faultyName(byte: number, isFirst: boolean): ErrorCode {
  if (byte === LF || (byte === CR && !isFirst)) return 'CAL_ERR_HTTP_LINE_END'
  if (isFirst && (byte === SP || byte === HTAB)) return 'CAL_ERR_HTTP_FOLDED'
  return 'CAL_ERR_HTTP_FIELD_NAME'
}
