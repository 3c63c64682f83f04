import type { Arguments, EventText } from './event-text.js'

/**
 * A row of nested slices. Every slice that is begun is ended, and an end without a beginning (which the ring has lost, or
 * which came before the recording) is left out.
 */
export class Track {
  readonly tid: number
  readonly #text: EventText
  /** The kinds of the slices that are open, outermost first. */
  readonly #open: number[] = []

  constructor(tid: number, text: EventText) {
    this.tid = tid
    this.#text = text
  }

  begin(kind: number, ms: number, category: string, name: string, args?: Arguments): void {
    this.#open.push(kind)
    this.#text.begin(this.tid, ms, category, name, args)
  }

  /** Ends the innermost slice of this kind; what is open inside of it has lost its own end. */
  end(kind: number, ms: number, args?: Arguments): void {
    const at = this.#open.lastIndexOf(kind)
    if (at === -1) return
    while (this.#open.length > at + 1) this.#endInnermost(ms)
    this.#endInnermost(ms, args)
  }

  endAll(ms: number): void {
    while (this.#open.length > 0) this.#endInnermost(ms)
  }

  #endInnermost(ms: number, args?: Arguments): void {
    this.#open.pop()
    this.#text.end(this.tid, ms, args)
  }
}
