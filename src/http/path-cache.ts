/** What is known of a path: its string, and how long its handlers held the loop of late. */
export class PathEntry {
  readonly path: string
  readonly hash: number
  /** `null`: too long to be kept. */
  readonly bytes: Uint8Array | null
  /**
   * Moving average of the synchronous time of this path's handlers, in milliseconds; `Infinity` until the first
   * was measured. Kept by the {@link Pacer}.
   */
  averageMs = Infinity
  /** Handlers measured in a row that were so fast that a group of them fits into the budget. */
  fastRuns = 0
  /** There were a few of them: from now on the path is measured rarely. */
  isTrusted = false

  constructor(path: string, hash: number, bytes: Uint8Array | null) {
    this.path = path
    this.hash = hash
    this.bytes = bytes
  }
}

const SLOTS = 1024 // a power of two
const LONGEST_KEPT = 128

/**
 * Interns paths by their bytes: for a path seen before, no string is made, and the string that is handed out has
 * its hash computed already, so that a router's `Map` finds it at once (`bench/micro/path-cache.ts`).
 *
 * Bounded and direct-mapped: of two paths in one slot the newer stays. An attacker can push paths out of it, and
 * gains nothing but that they cost what they would cost without a cache.
 */
export class PathCache {
  readonly #slots = new Array<PathEntry | null>(SLOTS).fill(null)

  /** @param hash the parser's hash of `bytes[start, end)` */
  lookup(bytes: Uint8Array, start: number, end: number, hash: number): PathEntry {
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1)
    const found = this.#slots[slot] as PathEntry | null
    if (found !== null && found.hash === hash && equals(found.bytes as Uint8Array, bytes, start, end))
      return found
    return this.#remember(bytes, start, end, hash, slot)
  }

  /** Apart from {@link lookup}, which is inlined the better the shorter it is. */
  #remember(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): PathEntry {
    // A copy: `Buffer.slice` would keep a view of the receive buffer, which the next read overwrites.
    const copy = Uint8Array.from(bytes.subarray(start, end))
    const path = Buffer.from(copy.buffer).toString('latin1')
    if (copy.length > LONGEST_KEPT) return new PathEntry(path, hash, null)
    return (this.#slots[slot] = new PathEntry(path, hash, copy))
  }
}

function equals(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false
  for (let i = 0; i < kept.length; i++) if (kept[i] !== bytes[start + i]) return false
  return true
}
