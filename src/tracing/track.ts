import type { Arguments, EventText } from './event-text.js'

interface OpenSlice {
  readonly kind: number
  /** With the name: by which some readers match an end to its beginning. */
  readonly category: string
  readonly name: string
  /** Told at the end, with what is known then: some readers take slices with other arguments for others. */
  readonly args: Arguments | undefined
}

/**
 * A row of nested slices. Every slice that is begun is ended, and an end without a beginning (which the ring has lost, or
 * which came before the recording) is left out.
 */
export class Track {
  readonly tid: number
  readonly #text: EventText
  /** The slices that are open, outermost first. */
  readonly #open: OpenSlice[] = []

  constructor(tid: number, text: EventText) {
    this.tid = tid
    this.#text = text
  }

  begin(kind: number, ms: number, category: string, name: string, args?: Arguments): void {
    this.#open.push({ kind, category, name, args })
    this.#text.begin(this.tid, ms, category, name)
  }

  /** Ends the innermost slice of this kind; what is open inside of it has lost its own end. */
  end(kind: number, ms: number, args?: Arguments): void {
    if (!this.#open.some((slice) => slice.kind === kind)) return
    while (this.#open.at(-1)?.kind !== kind) this.#endInnermost(ms)
    this.#endInnermost(ms, args)
  }

  endAll(ms: number): void {
    while (this.#open.length > 0) this.#endInnermost(ms)
  }

  #endInnermost(ms: number, more?: Arguments): void {
    const { category, name, args } = this.#open.pop() as OpenSlice
    const all = args === undefined ? more : { ...args, ...more }
    this.#text.end(this.tid, ms, category, name, all)
  }
}
