/** The part of a slice from which on an entry is dear. Counting those that aren't would cost more than it is worth. */
const DEAR = 1 / 4
/** The part of a slice that an entry may still take when those before it have used the slice up. */
const HURRIED = 1 / 16

/**
 * One time slice for all who are readable in one poll of libuv's, once one of them was dear. Each entry of the reactor
 * begins a slice of its own, so without this a hundred sockets would have a hundred of them before the loop comes round.
 */
export class PollSlice {
  /** An entry that has taken so long is dear, in milliseconds. */
  readonly dearMs: number
  /** What an entry may take once the slice {@link isOver}, in milliseconds. */
  readonly hurriedMs: number
  readonly #timeSliceMs: number
  /** When the poll at hand has had its slice; `Infinity` as long as nothing in it was dear. */
  #end = Infinity

  constructor(timeSliceMs: number) {
    this.dearMs = timeSliceMs * DEAR
    this.hurriedMs = timeSliceMs * HURRIED
    this.#timeSliceMs = timeSliceMs
  }

  /** Whether something in the poll at hand was dear. */
  get isUnderWay(): boolean {
    return this.#end !== Infinity
  }

  /** Whether those before `now` have used the slice up, so that who is readable only now can wait for a turn. */
  isOver(now: number): boolean {
    return now >= this.#end
  }

  /** An entry that began at `startedAt` was dear. @returns whether it is the first one of the poll */
  begin(startedAt: number): boolean {
    if (this.isUnderWay) return false
    this.#end = startedAt + this.#timeSliceMs
    return true
  }

  /** The loop has come round. */
  end(): void {
    this.#end = Infinity
  }
}
