/** A bit for each kind of byte that the grammar of RFC 9110 and RFC 9112 tells apart. */
export const TOKEN = 1
/** In a field value: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5). */
export const VALUE = 2
/** In a request target before the `?`. */
export const PATH = 4
/** In a request target, all of it. */
export const TARGET = 8
/** In a registered name or IPv4 address (RFC 3986 §3.2.2). */
export const HOST = 16
export const DIGIT = 32

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** What each byte may be, as a sum of the bits above. NUL is nothing: it ends every loop of a scanner. */
export const BYTE_CLASSES: Uint8Array = classify()

function classify(): Uint8Array {
  const classes = new Uint8Array(256)
  const add = (bytes: string, bits: number): void => {
    for (const char of bytes) classes[char.charCodeAt(0)] = (classes[char.charCodeAt(0)] ?? 0) | bits
  }
  const addRange = (first: number, last: number, bits: number): void => {
    for (let byte = first; byte <= last; byte++) add(String.fromCharCode(byte), bits)
  }

  add(ALPHANUMERIC, TOKEN | HOST)
  add("!#$%&'*+-.^_`|~", TOKEN)

  add('\t', VALUE)
  addRange(0x20, 0x7e, VALUE)
  addRange(0x80, 0xff, VALUE)

  // RFC 3986 allows fewer. Browsers leave [ ] { } | \ ^ ` as they are (WHATWG URL, query state), and these can't
  // be mistaken for the end of anything; so they are let through, and " < > # and all that is not ASCII are not.
  addRange(0x21, 0x7e, PATH | TARGET)
  for (const char of '"<>#')
    classes[char.charCodeAt(0)] = (classes[char.charCodeAt(0)] ?? 0) & ~(PATH | TARGET)
  classes[0x3f] = (classes[0x3f] ?? 0) & ~PATH

  add("-._~!$&'()*+,;=%", HOST)
  addRange(0x30, 0x39, DIGIT)
  return classes
}
