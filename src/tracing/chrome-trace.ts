import { EventKind } from './event-kind.js'
import type { EventSnapshot, RecordedEvent } from './event-log.js'
import { EventText } from './event-text.js'
import { Story } from './story.js'
import { Track } from './track.js'

/** Characters after which a piece is given out: some 100 events, a fraction of a time slice. */
const PIECE = 16 * 1024

const REACTOR_TID = 1

/** A trace as JSON text, in pieces (empty ones among them); others may run between two. */
export function* chromeTrace(events: EventSnapshot): Generator<string> {
  const story = new Story(events)
  yield* story.read()
  const text = new EventText()
  const writer = new TraceWriter(text, story)
  const { size, lost } = events
  yield `{"displayTimeUnit":"ms","otherData":{"recorder":"calandria","events":${size},"eventsLost":${lost}},"traceEvents":[`
  for (let index = 0; index < size; index++) {
    writer.write(index, events.event(index))
    if (text.length >= PIECE) yield text.take()
  }
  writer.end()
  yield `${text.take()}\n]}\n`
}

/** A request that goes on after its handler has returned. */
interface LateRequest {
  readonly tid: number
  readonly name: string
}

/**
 * Tells the recorded events in the words of the format.
 *
 * The reactor's track shows what holds the loop: turns with their tasks, reads, flushes. Each connection has a track of
 * its own: reads, in them the batch that was dispatched, in that the handlers; and the flushes. Flows lead from a read
 * through its handlers to the flush with their replies.
 */
class TraceWriter {
  readonly #text: EventText
  readonly #story: Story
  readonly #reactor: Track
  readonly #connections = new Map<number, Track>()
  readonly #late = new Map<number, LateRequest>()
  readonly #counters = new Map<string, number>()
  #last = 0

  constructor(text: EventText, story: Story) {
    this.#text = text
    this.#story = story
    this.#reactor = new Track(REACTOR_TID, text)
    text.nameProcess('calandria')
    text.nameTrack(REACTOR_TID, 'reactor', 0)
  }

  write(index: number, event: RecordedEvent): void {
    this.#last = event.at
    if (event.connection === 0) this.#writeReactors(event)
    else this.#writeConnections(index, event)
  }

  /** Ends what is still open. */
  end(): void {
    this.#reactor.endAll(this.#last)
    for (const track of this.#connections.values()) track.endAll(this.#last)
    for (const [number, { tid, name }] of this.#late)
      this.#text.async('e', tid, this.#last, number, name, { isAnswered: false })
  }

  #writeReactors({ kind, at, a, b, label }: RecordedEvent): void {
    const track = this.#reactor
    switch (kind) {
      case EventKind.TurnStarted:
        track.begin(kind, at, 'turn', 'turn', { tasksReady: a })
        this.#count('tasks ready', at, a)
        break
      case EventKind.TimersDue:
        this.#text.instant(REACTOR_TID, at, 't', 'timers due', { timers: a })
        break
      case EventKind.TurnEnded:
        track.end(EventKind.TurnStarted, at, { tasksRun: a, flushed: b })
        break
      case EventKind.TaskStarted:
        track.begin(kind, at, 'task', label)
        break
      case EventKind.TaskEnded:
        track.end(EventKind.TaskStarted, at)
        break
      case EventKind.Stalled:
        this.#text.instant(REACTOR_TID, at, 'p', 'stall', { heldMs: a, stack: label })
        break
      default:
    }
  }

  #writeConnections(index: number, event: RecordedEvent): void {
    const { kind, at, connection, a, b, c, label } = event
    const track = this.#track(connection, kind === EventKind.ConnectionOpened ? label : '')
    switch (kind) {
      case EventKind.ConnectionOpened:
        this.#text.instant(track.tid, at, 't', 'opened')
        break
      case EventKind.ConnectionClosed:
        this.#text.instant(track.tid, at, 't', 'closed')
        this.#count('bytes queued', at, b)
        break
      case EventKind.ReadStarted:
        this.#reactor.begin(kind, at, 'read', `read ${connection}`)
        track.begin(kind, at, 'read', 'read', { bytes: a })
        this.#flow(index, track, at)
        break
      case EventKind.ReadEnded:
        track.end(EventKind.ReadStarted, at)
        this.#reactor.end(EventKind.ReadStarted, at)
        break
      case EventKind.ParseBatchStarted:
        track.begin(kind, at, 'parse', 'parse batch', { bytes: a })
        break
      case EventKind.ParseBatchEnded:
        track.end(EventKind.ParseBatchStarted, at, { requests: a, bytesUsed: b })
        this.#count('requests in flight', at, c)
        break
      case EventKind.DispatchStarted:
        track.begin(kind, at, 'dispatch', label, { request: a })
        this.#flow(index, track, at)
        if (this.#story.isLate(index)) this.#beginLate(a, { tid: track.tid, name: label }, at)
        break
      case EventKind.DispatchEnded:
        track.end(EventKind.DispatchStarted, at)
        break
      case EventKind.ResponseEnded:
        this.#endResponse(track, event)
        break
      case EventKind.RequestRefused:
        track.begin(kind, at, 'refusal', label)
        this.#flow(index, track, at)
        track.end(kind, at)
        break
      case EventKind.FlushStarted:
        this.#reactor.begin(kind, at, 'flush', `flush ${connection}`)
        track.begin(kind, at, 'flush', 'flush', { bytes: a, replies: b })
        this.#flow(index, track, at)
        break
      case EventKind.FlushEnded:
        track.end(EventKind.FlushStarted, at, { bytesQueued: a })
        this.#reactor.end(EventKind.FlushStarted, at)
        this.#count('bytes queued', at, b)
        break
      case EventKind.Drained:
        this.#text.instant(track.tid, at, 't', 'drained')
        this.#count('bytes queued', at, b)
        break
      default:
    }
  }

  #track(connection: number, address: string): Track {
    let track = this.#connections.get(connection)
    if (track === undefined) {
      track = new Track(REACTOR_TID + connection, this.#text)
      this.#connections.set(connection, track)
      const name = `connection ${connection}${address === '' ? '' : ` from ${address}`}`
      this.#text.nameTrack(track.tid, name, connection)
    }
    return track
  }

  /** Must follow the slice's beginning at once: that is the slice it is bound to. */
  #flow(index: number, track: Track, ms: number): void {
    for (const flow of this.#story.flowsOf(index)) {
      if (this.#story.isFirstOf(flow, index)) this.#text.flow('s', track.tid, ms, flow)
      else this.#text.flow(index === flow - 1 ? 'f' : 't', track.tid, ms, flow)
    }
  }

  #beginLate(number: number, request: LateRequest, ms: number): void {
    this.#late.set(number, request)
    this.#text.async('b', request.tid, ms, number, request.name)
  }

  #endResponse(track: Track, { at, a: number, b: status, c: inFlight }: RecordedEvent): void {
    const name = status === 0 ? 'client gone' : `response ${status}`
    this.#text.instant(track.tid, at, 't', name, { request: number })
    const late = this.#late.get(number)
    if (late === undefined) return
    this.#late.delete(number)
    this.#text.async('e', late.tid, at, number, late.name, { status })
    this.#count('requests in flight', at, inFlight)
  }

  #count(name: string, ms: number, value: number): void {
    if (this.#counters.get(name) === value) return
    this.#counters.set(name, value)
    this.#text.counter(ms, name, value)
  }
}
