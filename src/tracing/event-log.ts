import { EventKind } from './event-kind.js'

/** Events that lie together: so many are made, lost and handed to a reader at once. */
const CHUNK = 4096

/** One event, as it is kept: a few numbers and a text. */
export interface RecordedEvent {
  readonly kind: EventKind
  /** Reading of the reactor's clock, in milliseconds. */
  readonly at: number
  /** 0: it is the reactor's. */
  readonly connection: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly label: string
}

class Chunk {
  readonly kinds: EventKind[]
  readonly connections: Uint32Array
  readonly numbers: Float64Array
  readonly labels: string[]
  /** A snapshot reads it, so it can't be written over. */
  isShared = false

  constructor(readonly size: number) {
    this.kinds = new Array<EventKind>(size).fill(EventKind.TurnStarted)
    this.connections = new Uint32Array(size)
    this.numbers = new Float64Array(size * 4)
    this.labels = new Array<string>(size).fill('')
  }

  read(at: number): RecordedEvent {
    const { numbers } = this
    return {
      kind: this.kinds[at] as EventKind,
      connection: this.connections[at] as number,
      at: numbers[at * 4] as number,
      a: numbers[at * 4 + 1] as number,
      b: numbers[at * 4 + 2] as number,
      c: numbers[at * 4 + 3] as number,
      label: this.labels[at] as string,
    }
  }
}

/** The last events, as they were at one moment, oldest first; recording may go on meanwhile. */
export class EventSnapshot {
  readonly #chunks: readonly Chunk[]
  readonly #from: number
  readonly size: number
  /** Events before these, which are lost. */
  readonly lost: number

  /** @param from where, in the first chunk, the first event is */
  constructor(chunks: readonly Chunk[], from: number, size: number, lost: number) {
    this.#chunks = chunks
    this.#from = from
    this.size = size
    this.lost = lost
  }

  event(index: number): RecordedEvent {
    const at = this.#from + index
    const size = this.#chunks[0]?.size ?? 1
    return (this.#chunks[Math.floor(at / size)] as Chunk).read(at % size)
  }
}

/**
 * Keeps the last `capacity` events, and counts those that it has lost.
 *
 * The ring's links are chunks, of which it has one more than would do: the oldest one is written over when a new one is
 * needed. A reader takes the chunks as they are, without a copy; then the log makes new ones.
 */
export class EventLog {
  readonly capacity: number
  readonly #chunkSize: number
  readonly #mostChunks: number
  #chunks: Chunk[] = []
  /** In the last chunk. */
  #next: number
  #recorded = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#chunkSize = Math.min(capacity, CHUNK)
    this.#mostChunks = Math.ceil(capacity / this.#chunkSize) + 1
    this.#next = this.#chunkSize
  }

  /** Events until now, lost ones too. */
  get recorded(): number {
    return this.#recorded
  }

  get lost(): number {
    return Math.max(this.#recorded - this.capacity, 0)
  }

  /** Not as an object, which would be garbage at once. */
  add(kind: EventKind, now: number, connection: number, label = '', a = 0, b = 0, c = 0): void {
    if (this.#next === this.#chunkSize) this.#addChunk()
    const at = this.#next++
    const { kinds, connections, numbers, labels } = this.#chunks[this.#chunks.length - 1] as Chunk
    kinds[at] = kind
    connections[at] = connection
    numbers[at * 4] = now
    numbers[at * 4 + 1] = a
    numbers[at * 4 + 2] = b
    numbers[at * 4 + 3] = c
    labels[at] = label
    this.#recorded++
  }

  snapshot(): EventSnapshot {
    for (const chunk of this.#chunks) chunk.isShared = true
    const size = this.#recorded - this.lost
    const held = this.#chunks.length * this.#chunkSize - (this.#chunkSize - this.#next)
    return new EventSnapshot([...this.#chunks], this.#chunks.length === 0 ? 0 : held - size, size, this.lost)
  }

  #addChunk(): void {
    const oldest = this.#chunks.length === this.#mostChunks ? this.#chunks.shift() : undefined
    const isFree = oldest !== undefined && !oldest.isShared
    this.#chunks.push(isFree ? oldest : new Chunk(this.#chunkSize))
    this.#next = 0
  }
}
