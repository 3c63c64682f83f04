import { deflateSync } from 'node:zlib'
import { type Histogram, LONGEST_US } from './histogram.js'

/** HdrHistogram's V2 formats, with its mark for "word size 1". */
const V2_COOKIE = 0x1c84_9303 | 0x10
const V2_COMPRESSED_COOKIE = 0x1c84_9304 | 0x10
const HEADER_BYTES = 40
const SIGNIFICANT_DIGITS = 3

/** @returns the histogram in HdrHistogram's V2 format, deflated, in base64: what its log files hold */
export function encodeHdr(histogram: Histogram): string {
  const counts = encodeCounts(histogram.counts)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32BE(V2_COOKIE, 0)
  header.writeInt32BE(counts.length, 4)
  header.writeInt32BE(0, 8) // normalizing index offset
  header.writeInt32BE(SIGNIFICANT_DIGITS, 12)
  header.writeBigInt64BE(1n, 16) // lowest discernible value
  header.writeBigInt64BE(BigInt(LONGEST_US), 24)
  header.writeDoubleBE(1, 32) // integer to double conversion ratio
  const body = deflateSync(Buffer.concat([header, Buffer.from(counts)]))
  const envelope = Buffer.alloc(8)
  envelope.writeInt32BE(V2_COMPRESSED_COOKIE, 0)
  envelope.writeInt32BE(body.length, 4)
  return Buffer.concat([envelope, body]).toString('base64')
}

/** Counts as ZigZag LEB128; a negative number stands for so many empty buckets. Empty buckets at the end are left out. */
function encodeCounts(counts: Float64Array): number[] {
  const bytes: number[] = []
  let empty = 0
  for (const count of counts) {
    if (count === 0) {
      empty++
      continue
    }
    if (empty > 0) pushZigZag(bytes, -empty)
    empty = 0
    pushZigZag(bytes, count)
  }
  return bytes
}

function pushZigZag(bytes: number[], value: number): void {
  let rest = BigInt(value) * 2n
  if (value < 0) rest = -rest - 1n
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
}
