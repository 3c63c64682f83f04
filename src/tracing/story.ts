import { EventKind } from './event-kind.js'
import type { EventSnapshot, RecordedEvent } from './event-log.js'

/** How many events are looked at between two chances for others to run. */
const STRIDE = 256

/** A dispatch whose reply has not left yet. */
interface Owed {
  readonly dispatch: number
  /** The read that brought it; -1 when that isn't recorded. */
  readonly read: number
  /** A flush carries only what is: another reply was for a request from before the recording. */
  isAnswered: boolean
}

/** What is known of a connection at one point of the recording. */
interface ConnectionStory {
  lastRead: number
  readonly owed: Owed[]
  /** Flushes since the last reply was complete: they carried pieces of the next one. */
  pieces: number[]
}

/**
 * Finds out what belongs together, before anything of it is written: which flush carried the reply to which request, and
 * which requests were answered after their handlers had returned. Events are named by their index.
 *
 * Replies leave in the order of their requests, so a flush of n replies carries those of the n oldest requests.
 */
export class Story {
  /** The flush whose flow an event belongs to, plus 1; 0: it belongs to none. */
  readonly #flowOf: Uint32Array
  /** A read may have brought requests whose replies left in several flushes. */
  readonly #flowsOfRead = new Map<number, number[]>()
  /** The first and last event of every flow, by the flow. */
  readonly #firstOf = new Map<number, number>()
  /** Dispatches whose response was not complete when the handler returned. */
  readonly #lateDispatches = new Set<number>()
  readonly #connections = new Map<number, ConnectionStory>()
  /** What is dispatched and not answered, by its number. */
  readonly #unanswered = new Map<number, Owed>()
  readonly #events: EventSnapshot
  /** The dispatch whose handler runs, and whether it is answered. */
  #dispatch = -1
  #dispatchNumber = 0

  constructor(events: EventSnapshot) {
    this.#events = events
    this.#flowOf = new Uint32Array(events.size)
  }

  /** Reads all of it; yields nothing now and then, so that others may have their turn. */
  *read(): Generator<''> {
    for (let index = 0; index < this.#events.size; index++) {
      if (index % STRIDE === STRIDE - 1) yield ''
      this.#take(index, this.#events.event(index))
    }
    this.#connections.clear()
    this.#unanswered.clear()
  }

  /** @returns the flows that pass through an event; a flow has the number of its flush plus 1 */
  flowsOf(index: number): readonly number[] {
    const ofRead = this.#flowsOfRead.get(index)
    if (ofRead !== undefined) return ofRead
    const flow = this.#flowOf[index] as number
    return flow === 0 ? [] : [flow]
  }

  isFirstOf(flow: number, index: number): boolean {
    return this.#firstOf.get(flow) === index
  }

  /** Whether the request was answered after its handler had returned, or not at all. */
  isLate(dispatch: number): boolean {
    return this.#lateDispatches.has(dispatch)
  }

  #take(index: number, { kind, connection, a, b, c }: RecordedEvent): void {
    switch (kind) {
      case EventKind.ReadStarted:
        this.#of(connection).lastRead = index
        break
      case EventKind.DispatchStarted:
        this.#unanswered.set(a, this.#owe(index, this.#of(connection)))
        this.#dispatch = index
        this.#dispatchNumber = a
        break
      case EventKind.ResponseEnded:
        if (a === this.#dispatchNumber) this.#dispatch = -1
        this.#answered(a)
        break
      case EventKind.DispatchEnded:
        if (this.#dispatch !== -1) this.#lateDispatches.add(this.#dispatch)
        this.#dispatch = -1
        break
      case EventKind.RequestRefused:
        this.#owe(index, this.#of(connection)).isAnswered = true
        break
      case EventKind.FlushStarted:
        this.#takeFlush(index, this.#of(connection), b, c)
        break
      case EventKind.ConnectionClosed:
        this.#connections.delete(connection)
        break
      default:
    }
  }

  #owe(dispatch: number, { lastRead, owed }: ConnectionStory): Owed {
    const one = { dispatch, read: lastRead, isAnswered: false }
    owed.push(one)
    return one
  }

  #answered(number: number): void {
    const one = this.#unanswered.get(number)
    if (one !== undefined) one.isAnswered = true
    this.#unanswered.delete(number)
  }

  #takeFlush(index: number, story: ConnectionStory, replies: number, owedBefore: number): void {
    const { owed } = story
    if (replies === 0) {
      if (owed.length > 0 && owed.length === owedBefore) story.pieces.push(index)
      return
    }
    const unknown = Math.max(owedBefore - owed.length, 0) // dispatched before the oldest event
    const unanswered = owed.findIndex(({ isAnswered }) => !isAnswered)
    const most = Math.max(replies - unknown, 0)
    const carried = owed.splice(0, unanswered === -1 ? most : Math.min(most, unanswered))
    if (carried.length === 0) return
    const flow = index + 1
    this.#flowOf[index] = flow
    for (const { dispatch, read } of carried) {
      this.#flowOf[dispatch] = flow
      if (read !== -1) this.#flowFromRead(read, flow)
    }
    for (const piece of story.pieces) this.#flowOf[piece] = flow
    story.pieces = []
    const [first] = carried as [Owed]
    this.#firstOf.set(flow, first.read === -1 ? first.dispatch : first.read)
  }

  #flowFromRead(read: number, flow: number): void {
    const flows = this.#flowsOfRead.get(read)
    if (flows === undefined) this.#flowsOfRead.set(read, [flow])
    else if (flows[flows.length - 1] !== flow) flows.push(flow)
  }

  #of(connection: number): ConnectionStory {
    let story = this.#connections.get(connection)
    if (story === undefined) {
      story = { lastRead: -1, owed: [], pieces: [] }
      this.#connections.set(connection, story)
    }
    return story
  }
}
