/** Field lines of which a parser tells in pieces, as `name: value`. */
export class Lines {
  #lines: string[] = []
  #name = ''
  #value: string | null = null

  addName(piece: string): void {
    if (this.#value !== null) this.#endLine()
    this.#name += piece
  }

  addValue(piece: string): void {
    this.#value = (this.#value ?? '') + piece
  }

  /** All lines so far; it begins anew. */
  take(): string[] {
    if (this.#name !== '') this.#endLine()
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  /** llhttp leaves the white space behind a value in it; RFC 9112 §5.1 takes it off. */
  #endLine(): void {
    const value = (this.#value ?? '').replace(/[ \t]+$/, '')
    this.#lines.push(`${this.#name.toLowerCase()}: ${value}`)
    this.#name = ''
    this.#value = null
  }
}
