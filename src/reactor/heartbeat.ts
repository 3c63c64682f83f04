/** Bytes of the shared memory: the last beat, the beat of the last stall, the number of stalls. */
export const HEARTBEAT_BYTES = 24

/** Where in the shared memory, counted in `Float64`s, the watching thread and the watched one find what they share. */
export const LAST_BEAT = 0
export const STALLED_BEAT = 1
/** The same, counted in `Int32`s. */
export const STALLS = 4

/** Stalls whose length is remembered until their report comes. */
const MOST_REMEMBERED = 64

/**
 * The watched thread's side of the memory that it shares with the watching one. A beat is one store and one load: the
 * moment itself is the beat, so that nobody has to count. Another thread sees a plain store late at worst, and a torn
 * one never: it is 8 aligned bytes (ECMA-262 §29.1 leaves that open; every 64-bit machine has it).
 */
export class Heartbeat {
  readonly memory = new SharedArrayBuffer(HEARTBEAT_BYTES)
  /** The longest stall so far, in milliseconds. */
  longestMs = 0

  readonly #moments = new Float64Array(this.memory, 0, 2)
  readonly #marks = new Int32Array(this.memory)
  readonly #held = new Map<number, number>()
  #stallsSeen = 0

  /** How many stalls the watching thread has seen until now, the one at hand included. */
  get stalls(): number {
    return this.#marks[STALLS] as number
  }

  beat(now: number): void {
    if (this.#marks[STALLS] !== this.#stallsSeen) this.#stallEnded(now)
    this.#moments[LAST_BEAT] = now
  }

  /** There is nothing to watch any longer: a look that is under way is given up, and none follows. */
  stop(): void {
    this.#moments[LAST_BEAT] = 0
  }

  /** @returns how long this stall held the loop, in milliseconds, and forgets it */
  takeHeldMs(stall: number): number | null {
    const heldMs = this.#held.get(stall) ?? null
    this.#held.delete(stall)
    return heldMs
  }

  #stallEnded(now: number): void {
    const began = this.#moments[STALLED_BEAT] as number
    const lastBeat = this.#moments[LAST_BEAT] as number
    this.#stallsSeen = this.stalls
    // It may have ended just before the other thread had made its mark: then the beat that ended it has been already.
    const heldMs = (lastBeat === began ? now : lastBeat) - began
    if (heldMs > this.longestMs) this.longestMs = heldMs
    if (this.#held.size === MOST_REMEMBERED) this.#held.clear() // of suppressed ones there are no reports
    this.#held.set(this.#stallsSeen, heldMs)
  }
}
