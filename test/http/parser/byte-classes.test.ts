import { describe, expect, it } from 'vitest'
import {
  BYTE_CLASSES,
  DIGIT,
  HOST,
  PATH,
  TARGET,
  TOKEN,
  VALUE,
} from '../../../src/http/parser/byte-classes.js'

/** The grammar of each class, written once more as a regular expression. */
const GRAMMAR: readonly (readonly [string, number, RegExp])[] = [
  ['tchar (RFC 9110 §5.6.2)', TOKEN, /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
  ['field-vchar, SP and HTAB (RFC 9110 §5.5)', VALUE, /[\t\x20-\x7e\x80-\xff]/],
  ['what stands in a target before the query', PATH, /[!$-;=@-~]/],
  ['what stands in a target', TARGET, /[!$-;=?-~]/],
  ['unreserved, sub-delims and percent (RFC 3986 §3.2.2)', HOST, /[A-Za-z0-9\-._~!$&'()*+,;=%]/],
  ['DIGIT', DIGIT, /[0-9]/],
]

describe('BYTE_CLASSES', () => {
  it.each(GRAMMAR)('has for each of 256 bytes whether it is %s', (_name, bit, grammar) => {
    for (let byte = 0; byte < 256; byte++) {
      expect((BYTE_CLASSES[byte]! & bit) !== 0, `byte ${byte}`).toBe(grammar.test(String.fromCharCode(byte)))
    }
  })

  it('has no class for what ends a loop: NUL, CR and LF', () => {
    expect([BYTE_CLASSES[0], BYTE_CLASSES[0x0d], BYTE_CLASSES[0x0a]]).toEqual([0, 0, 0])
  })
})
