import { BLOCK_HEAD, FILE_HEAD, MAGIC, type RecordingHeader, VERSION } from './format.js'
import { checksum } from './checksum.js'
import { PACKAGE_VERSION } from './package-version.js'

/** The beginning of a file: magic, version, and the block of the header. */
export function headOf(header: Omit<RecordingHeader, 'calandria' | 'node'>): Buffer {
  const complete: RecordingHeader = { calandria: PACKAGE_VERSION, node: process.versions.node, ...header }
  const payload = Buffer.from(jsonOf(complete))
  const head = Buffer.alloc(FILE_HEAD + BLOCK_HEAD)
  MAGIC.copy(head)
  head[MAGIC.length] = VERSION
  head.writeUInt32LE(payload.length, FILE_HEAD)
  head.writeUInt32LE(checksum(payload), FILE_HEAD + 4)
  return Buffer.concat([head, payload])
}

/** JSON in which numbers that it lacks are texts. */
export function jsonOf(value: object): string {
  return JSON.stringify(value, (_key, member: unknown) => (member === Infinity ? 'Infinity' : member))
}
