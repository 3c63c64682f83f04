import type { Reactor } from '../reactor/reactor.js'

/** Up to so many bytes are moved in one go: a tenth of a millisecond. */
const AT_ONCE = 256 * 1024

/** Puts a body together, a time slice at a time: to move 100 MB would hold the loop for tens of milliseconds. */
export async function joinPieces(
  reactor: Reactor,
  pieces: readonly Buffer[],
  length: number,
): Promise<Buffer> {
  if (length <= AT_ONCE) return Buffer.concat(pieces, length)
  const whole = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const piece of pieces) {
    if (reactor.shouldYield()) await reactor.yield()
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
