import { BYTE_CLASSES, DIGIT, HOST } from './byte-classes.js'
import { PAIR_CLASSES } from './words.js'

/** See the scanner for why this is not used under its imported name. */
const CLASSES = BYTE_CLASSES
const PAIRS = PAIR_CLASSES

/** The fields that frame or route a message: the parser must know their values. */
export enum FramingField {
  None,
  Host,
  Expect,
  Connection,
  ContentLength,
  TransferEncoding,
}

const lowerBytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const HOST_NAME = lowerBytes('host')
const EXPECT_NAME = lowerBytes('expect')
const CONNECTION_NAME = lowerBytes('connection')
const CONTENT_LENGTH_NAME = lowerBytes('content-length')
const TRANSFER_ENCODING_NAME = lowerBytes('transfer-encoding')

/** Which framing field the name in `bytes[start, end)` is. Length and first letter rule nearly all others out. */
export function framingField(bytes: Uint8Array, start: number, end: number): FramingField {
  switch (end - start) {
    case 4:
      return equalsFolded(bytes, start, end, HOST_NAME) ? FramingField.Host : FramingField.None
    case 6:
      return equalsFolded(bytes, start, end, EXPECT_NAME) ? FramingField.Expect : FramingField.None
    case 10:
      return equalsFolded(bytes, start, end, CONNECTION_NAME) ? FramingField.Connection : FramingField.None
    case 14:
      return equalsFolded(bytes, start, end, CONTENT_LENGTH_NAME)
        ? FramingField.ContentLength
        : FramingField.None
    case 17:
      return equalsFolded(bytes, start, end, TRANSFER_ENCODING_NAME)
        ? FramingField.TransferEncoding
        : FramingField.None
    default:
      return FramingField.None
  }
}

/**
 * Whether `bytes[start, end)` is `lower`, whatever its case. `| 0x20` folds the case of letters; of all bytes that a
 * token or a field value may hold it maps no other onto a letter or a hyphen.
 */
export function equalsFolded(bytes: Uint8Array, start: number, end: number, lower: Uint8Array): boolean {
  if (end - start !== lower.length) return false
  for (let i = 0; i < lower.length; i++) {
    if (((bytes[start + i] as number) | 0x20) !== lower[i]) return false
  }
  return true
}

/** Longest value of a Content-Length that a double holds exactly, whatever its digits. */
const MOST_DIGITS = 15

/** @returns the number in `bytes[start, end)`, or -1 when it is not `1*DIGIT` or has more than 15 of them */
export function parseContentLength(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > MOST_DIGITS) return -1
  let length = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (((CLASSES[byte] as number) & DIGIT) === 0) return -1
    length = length * 10 + (byte - 0x30)
  }
  return length
}

/**
 * Whether the bytes from `start` to `end` are `uri-host [ ":" port ]` (RFC 9112 §3.2). An empty value is right for a
 * target that has no authority, so it passes. The byte at `end` must be one that no host has: the loops stop there.
 */
export function isHost(words: DataView, start: number, end: number): boolean {
  let i = start
  if (words.getUint8(i) === 0x5b /* [ */) {
    i++
    while (isIpLiteralByte(words.getUint8(i))) i++
    if (words.getUint8(i) !== 0x5d /* ] */ || i === start + 1) return false
    i++
  } else {
    while (((PAIRS[words.getUint16(i, true)] as number) & HOST) !== 0) i += 2
    if (((CLASSES[words.getUint8(i)] as number) & HOST) !== 0) i++
  }
  if (i === end) return true
  if (words.getUint8(i) !== 0x3a /* : */) return false
  i++
  while (((CLASSES[words.getUint8(i)] as number) & DIGIT) !== 0) i++
  return i === end
}

/** `IPv6address / IPvFuture`: what stands between the brackets is a HOST byte or a colon. */
function isIpLiteralByte(byte: number): boolean {
  return byte === 0x3a || ((CLASSES[byte] as number) & HOST) !== 0
}
