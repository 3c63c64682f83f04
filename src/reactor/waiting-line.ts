import { offAbort, onAbort } from './abort-listeners.js'

/** Somebody who stands in a {@link WaitingLine}. */
export class Place<T, V> {
  /** @internal */ previous: Place<T, V> | null = null
  /** @internal */ next: Place<T, V> | null = null
  /** @internal */ isInLine = false

  /** @param value what was brought along */
  constructor(
    readonly value: V,
    /** Called by {@link WaitingLine.shift}'s caller, with what was waited for. */
    readonly resolve: (result: T) => void,
    readonly reject: (error: Error) => void,
  ) {}
}

/** First come, first served. Whoever's signal is aborted leaves the line, from wherever it stands, in O(1). */
export class WaitingLine<T, V = void> {
  #first: Place<T, V> | null = null
  #last: Place<T, V> | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Stands in line. @throws the signal's reason (rejects) when it is aborted before its turn */
  wait(value: V, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((onResolve, onReject) => {
      const abort = (): void => {
        this.#remove(place)
        onReject(signal?.reason as Error)
      }
      const place = new Place<T, V>(
        value,
        (result) => {
          if (signal !== undefined) offAbort(signal, abort)
          onResolve(result)
        },
        (error) => {
          if (signal !== undefined) offAbort(signal, abort)
          onReject(error)
        },
      )
      signal?.throwIfAborted()
      if (signal !== undefined) onAbort(signal, abort)
      this.#append(place)
    })
  }

  /** Takes the first out of the line; the caller must resolve or reject it. */
  shift(): Place<T, V> | null {
    const first = this.#first
    if (first !== null) this.#remove(first)
    return first
  }

  #append(place: Place<T, V>): void {
    place.isInLine = true
    place.previous = this.#last
    if (this.#last === null) this.#first = place
    else this.#last.next = place
    this.#last = place
    this.#size++
  }

  #remove(place: Place<T, V>): void {
    if (!place.isInLine) return
    place.isInLine = false
    if (place.previous === null) this.#first = place.next
    else place.previous.next = place.next
    if (place.next === null) this.#last = place.previous
    else place.next.previous = place.previous
    place.previous = place.next = null
    this.#size--
  }
}
