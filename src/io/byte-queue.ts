/** Bytes in the order in which they came, cut anew when they are taken. */
export class ByteQueue {
  bytes = 0
  #chunks: Buffer[] = []

  /** The bytes are not copied. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** Takes the first bytes, `most` at most; a view of what was pushed where they come from one chunk. */
  take(most: number): Buffer {
    const wanted = Math.min(most, this.bytes)
    const first = this.#chunks[0]
    if (first !== undefined && first.length >= wanted) return this.#takeFrom(first, wanted)
    const taken = Buffer.allocUnsafeSlow(wanted)
    for (let at = 0; at < wanted;) {
      const piece = this.#takeFrom(this.#chunks[0] as Buffer, wanted - at)
      piece.copy(taken, at)
      at += piece.length
    }
    return taken
  }

  #takeFrom(first: Buffer, most: number): Buffer {
    const piece = first.subarray(0, most)
    if (piece.length === first.length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(piece.length)
    this.bytes -= piece.length
    return piece
  }
}
