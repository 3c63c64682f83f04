import type { ErrorCode } from '../../../src/errors/catalogue.js'
import type { Limits } from '../../../src/http/limits.js'
import { mayBeTrailer } from '../../../src/http/parser/trailer-fields.js'
import type { DecodedBody } from './decoded-body.js'

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const CHUNK_LINE = new RegExp(`^([0-9A-Fa-f]{1,16})((?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*)\\r\\n`)
const TRAILER_LINE = new RegExp(`^(${TOKEN}):([\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n`)

/** Where the grammar ends: there are more bytes than it took, and they don't fit; or there are too few. */
type Misfit = 'misfit'

/**
 * The grammar of RFC 9112 §7.1 by regular expressions, over the whole text at once.
 * @returns `misfit` where the body is malformed or incomplete: the two look alike to a regular expression
 */
export function decodeByReference(text: string, limits: Limits): DecodedBody | ErrorCode | Misfit {
  let data = ''
  let extensionBytes = 0
  for (let at = 0; ;) {
    const line = CHUNK_LINE.exec(text.slice(at))
    if (line === null) return 'misfit'
    extensionBytes += line[2]!.length
    if (extensionBytes > limits.chunkExtensionBytes) return 'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE'
    at += line[0].length
    const size = BigInt(`0x${line[1]!}`)
    if (size === 0n) return readTrailers(text, at, data, limits)
    if (size + BigInt(data.length) > BigInt(limits.bodyBytes)) return 'CAL_ERR_HTTP_BODY_TOO_LARGE'
    const end = at + Number(size)
    if (text.slice(end, end + 2) !== '\r\n') return 'misfit'
    data += text.slice(at, end)
    at = end + 2
  }
}

function readTrailers(
  text: string,
  start: number,
  data: string,
  limits: Limits,
): DecodedBody | ErrorCode | Misfit {
  const trailers: [string, string][] = []
  for (let at = start; ;) {
    if (text.startsWith('\r\n', at))
      return { data, length: at + 2, trailers: trailers.length === 0 ? null : trailers }
    const line = TRAILER_LINE.exec(text.slice(at))
    if (line === null) return 'misfit'
    at += line[0].length
    if (at - start > limits.trailerBytes) return 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE'
    const name = line[1]!.toLowerCase()
    if (!mayBeTrailer(name)) return 'CAL_ERR_HTTP_TRAILER'
    trailers.push([name, line[2]!.replace(/^[ \t]+|[ \t]+$/g, '')])
    if (trailers.length > limits.headerFields) return 'CAL_ERR_HTTP_TRAILERS_TOO_LARGE'
  }
}
