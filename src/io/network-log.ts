/** Characters of a write or a read that are shown. */
const SHOWN = 40

/** What a simulated network tells of itself: one line for everything that happens on it. */
export interface NetworkLog {
  /**
   * @param now reading of the virtual clock
   * @param who the end of a connection that it happens to, or whoever it is
   * @param what in words
   * @param bytes what is written or read
   */
  note(now: number, who: string, what: string, bytes?: Uint8Array): void
}

/**
 * An event log that people can read, and that is the same to the byte whenever a seed is run again:
 *
 * ```
 *       12.000  2 client  writes 35: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
 *       15.000  2 server  reads 35: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
 * ```
 *
 * The last events are the ones that explain a failure: when there are too many, the first are dropped, and counted.
 */
export class EventLog implements NetworkLog {
  readonly #most: number
  #lines: string[] = []
  #dropped = 0

  /** @param most lines that are kept at least; up to twice as many are */
  constructor(most: number) {
    this.#most = most
  }

  note(now: number, who: string, what: string, bytes?: Uint8Array): void {
    const shown = bytes === undefined ? '' : ` ${bytes.length}: ${preview(bytes)}`
    this.#lines.push(`${now.toFixed(3).padStart(12)}  ${who.padEnd(10)} ${what}${shown}`)
    if (this.#lines.length < 2 * this.#most) return
    this.#dropped += this.#most
    this.#lines = this.#lines.slice(this.#most)
  }

  /** All of it, as lines. */
  get text(): string {
    const dropped = this.#dropped === 0 ? '' : `# ${this.#dropped} earlier events were dropped\n`
    return `${dropped}${this.#lines.join('\n')}\n`
  }
}

function preview(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SHOWN)).toString('latin1')
  return JSON.stringify(text) + (bytes.length > SHOWN ? '…' : '')
}
