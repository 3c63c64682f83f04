import { Headers } from '../../headers.js'

/** Gathers the field lines that llhttp tells in pieces. */
export class FieldLines {
  /** Bytes of names and values. */
  bytes = 0
  count = 0
  #text = ''
  #name = ''
  #value: string | null = null

  addName(piece: string): void {
    if (this.#value !== null) this.#endLine()
    this.#name += piece
    this.bytes += piece.length
  }

  addValue(piece: string): void {
    this.#value = (this.#value ?? '') + piece
    this.bytes += piece.length
  }

  /** All that was gathered; it begins anew. */
  take(): Headers | null {
    if (this.#name !== '') this.#endLine()
    const text = this.#text
    this.#text = ''
    this.bytes = this.count = 0
    return text === '' ? null : new Headers(text, 0, text.length)
  }

  #endLine(): void {
    this.#text += `${this.#name}: ${this.#value ?? ''}\r\n`
    this.#name = ''
    this.#value = null
    this.count++
  }
}
