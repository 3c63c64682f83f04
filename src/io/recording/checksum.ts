import * as zlib from 'node:zlib'
import type { Segment } from '../transport.js'

type Checksum = (bytes: Uint8Array, value?: number) => number

/** Node has it from 20.15 on, and there it costs next to nothing. */
const native = (zlib as { crc32?: Checksum }).crc32

/** CRC-32 as in zlib (ISO 3309). @param value of the bytes before, to go on with */
export const checksum: Checksum = native ?? plainChecksum

let table: Uint32Array | null = null

/** @internal For a Node without it. */
export function plainChecksum(bytes: Uint8Array, value = 0): number {
  table ??= makeTable()
  let crc = ~value
  for (let i = 0; i < bytes.length; i++)
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number)
  return ~crc >>> 0
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb8_8320 ^ (crc >>> 1) : crc >>> 1
    return crc
  })
}

const SCRATCH_BYTES = 64 * 1024
let scratch: Buffer | null = null

/** The checksum of pieces of output, one behind the other. Strings have one character a byte. */
export function checksumOf(pieces: readonly Segment[]): number {
  let crc = 0
  for (const piece of pieces) crc = typeof piece === 'string' ? ofText(piece, crc) : checksum(piece, crc)
  return crc
}

function ofText(text: string, crc: number): number {
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  for (let from = 0; from < text.length; from += SCRATCH_BYTES) {
    const part = text.length <= SCRATCH_BYTES ? text : text.slice(from, from + SCRATCH_BYTES)
    const length = scratch.write(part, 'latin1')
    crc = checksum(scratch.subarray(0, length), crc)
  }
  return crc
}
