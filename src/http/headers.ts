/**
 * The header fields of a request. Nothing is read before the first question; then the field lines are taken apart
 * once. They are strings of their own, so asking three seconds after the read is as right as asking at once.
 */
export class Headers {
  /** The field lines as they came: checked already, each ending with CR LF, one character a byte. */
  readonly #text: string
  readonly #start: number
  readonly #end: number
  /** Names in lower case and values, alternating, in the order of the lines. */
  #fields: string[] | null = null

  /** @internal */
  constructor(text: string, start: number, end: number) {
    this.#text = text
    this.#start = start
    this.#end = end
  }

  /**
   * The value of a field, without white space around it. Lines of the same name are joined with `", "`
   * (RFC 9110 §5.3), cookies with `"; "` (RFC 6265bis §5.8.3).
   * @param name in any case
   * @returns `null` when there is no such line
   */
  get(name: string): string | null {
    const fields = this.#parse()
    const lowerName = name.toLowerCase()
    let joined: string | null = null
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] !== lowerName) continue
      const value = fields[i + 1] as string
      joined = joined === null ? value : joined + (lowerName === 'cookie' ? '; ' : ', ') + value
    }
    return joined
  }

  /** @param name in any case */
  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** Every field line in its order: the name in lower case, and the value. */
  *entries(): IterableIterator<[name: string, value: string]> {
    const fields = this.#parse()
    for (let i = 0; i < fields.length; i += 2) yield [fields[i] as string, fields[i + 1] as string]
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries()
  }

  #parse(): string[] {
    if (this.#fields !== null) return this.#fields
    const fields: string[] = []
    const text = this.#text
    for (let start = this.#start; start < this.#end;) {
      const lineEnd = text.indexOf('\r\n', start)
      const colon = text.indexOf(':', start)
      fields.push(text.slice(start, colon).toLowerCase(), trimOws(text, colon + 1, lineEnd))
      start = lineEnd + 2
    }
    return (this.#fields = fields)
  }
}

/** `String.prototype.trim` would take obs-text such as U+00A0 too; only SP and HTAB are white space here. */
function trimOws(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isOws(text.charCodeAt(start))) start++
  while (end > start && isOws(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isOws(char: number): boolean {
  return char === 0x20 || char === 0x09
}
