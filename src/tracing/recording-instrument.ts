import type { Instrument, ObservedRequest } from '../reactor/instrument.js'
import { describeStall, type StallReport } from '../reactor/stall-report.js'
import { EventKind } from './event-kind.js'
import type { EventLog } from './event-log.js'

/** Longer names are cut, so that clients can't fill the memory with their paths. */
const MOST_CHARACTERS = 120
const MOST_STALL_CHARACTERS = 4096

/**
 * Writes into the log what the reactor tells. What an event alone doesn't say (how many requests are in flight, say) is
 * kept count of here, because the log may have lost where it began.
 */
export class RecordingInstrument implements Instrument {
  readonly #log: EventLog
  #requests = 0
  #inFlight = 0
  /** The request whose handler runs, and its number; `null` once it is answered. */
  #current: ObservedRequest | null = null
  #currentNumber = 0
  /** Requests that are answered later. */
  readonly #numbers = new WeakMap<ObservedRequest, number>()
  /** Replies owed by each connection that owes any. */
  readonly #owed = new Map<number, number>()
  /** Bytes queued in each connection that has any, as of its last write or drain. */
  readonly #queued = new Map<number, number>()
  #bytesQueued = 0

  constructor(log: EventLog) {
    this.#log = log
  }

  turnStarted(now: number, tasksReady: number): void {
    this.#log.add(EventKind.TurnStarted, now, 0, '', tasksReady)
  }

  timersDue(now: number, timers: number): void {
    this.#log.add(EventKind.TimersDue, now, 0, '', timers)
  }

  turnEnded(now: number, tasksRun: number, flushed: number): void {
    this.#log.add(EventKind.TurnEnded, now, 0, '', tasksRun, flushed)
  }

  taskStarted(now: number, name: string, group: string): void {
    const what = name === '' ? 'task' : name
    const label = group === 'default' ? what : `${what} (${group})`
    this.#log.add(EventKind.TaskStarted, now, 0, cut(label, MOST_CHARACTERS))
  }

  taskEnded(now: number): void {
    this.#log.add(EventKind.TaskEnded, now, 0)
  }

  connectionOpened(now: number, connection: number, remoteAddress: string | null): void {
    this.#log.add(EventKind.ConnectionOpened, now, connection, remoteAddress ?? '')
  }

  connectionClosed(now: number, connection: number): void {
    this.#owed.delete(connection)
    this.#setQueued(connection, 0)
    this.#log.add(EventKind.ConnectionClosed, now, connection, '', 0, this.#bytesQueued)
  }

  readStarted(now: number, connection: number, bytes: number): void {
    this.#log.add(EventKind.ReadStarted, now, connection, '', bytes)
  }

  readEnded(now: number, connection: number): void {
    this.#log.add(EventKind.ReadEnded, now, connection)
  }

  parseBatchStarted(now: number, connection: number, bytes: number): void {
    this.#log.add(EventKind.ParseBatchStarted, now, connection, '', bytes)
  }

  parseBatchEnded(now: number, connection: number, requests: number, bytes: number): void {
    this.#log.add(EventKind.ParseBatchEnded, now, connection, '', requests, bytes, this.#inFlight)
  }

  dispatchStarted(now: number, connection: number, request: ObservedRequest): void {
    this.#current = request
    this.#currentNumber = ++this.#requests
    this.#inFlight++
    this.#owe(connection)
    const { method, path } = request
    const name = `${method === '' ? '?' : method} ${path}` // no method that we know
    this.#log.add(EventKind.DispatchStarted, now, connection, cut(name, MOST_CHARACTERS), this.#currentNumber)
  }

  dispatchEnded(now: number, connection: number, request: ObservedRequest): void {
    if (this.#current === request) this.#numbers.set(request, this.#currentNumber)
    this.#current = null
    this.#log.add(EventKind.DispatchEnded, now, connection)
  }

  responseEnded(now: number, connection: number, request: ObservedRequest, status: number): void {
    const isCurrent = this.#current === request
    const number = isCurrent ? this.#currentNumber : this.#numbers.get(request)
    if (number === undefined) return // it was dispatched before the recording began
    if (isCurrent) this.#current = null
    this.#inFlight--
    this.#log.add(EventKind.ResponseEnded, now, connection, '', number, status, this.#inFlight)
  }

  requestRefused(now: number, connection: number, code: string): void {
    this.#owe(connection)
    this.#log.add(EventKind.RequestRefused, now, connection, code)
  }

  flushStarted(now: number, connection: number, bytes: number, replies: number): void {
    const owed = this.#owed.get(connection) ?? 0
    if (owed > replies) this.#owed.set(connection, owed - replies)
    else this.#owed.delete(connection)
    this.#log.add(EventKind.FlushStarted, now, connection, '', bytes, replies, owed)
  }

  flushEnded(now: number, connection: number, bytesQueued: number): void {
    this.#setQueued(connection, bytesQueued)
    this.#log.add(EventKind.FlushEnded, now, connection, '', bytesQueued, this.#bytesQueued)
  }

  drained(now: number, connection: number): void {
    this.#setQueued(connection, 0)
    this.#log.add(EventKind.Drained, now, connection, '', 0, this.#bytesQueued)
  }

  stalled(now: number, report: StallReport): void {
    this.#log.add(EventKind.Stalled, now, 0, cut(describeStall(report), MOST_STALL_CHARACTERS), report.heldMs)
  }

  #owe(connection: number): void {
    this.#owed.set(connection, (this.#owed.get(connection) ?? 0) + 1)
  }

  #setQueued(connection: number, bytes: number): void {
    const before = this.#queued.get(connection) ?? 0
    if (bytes === before) return
    if (bytes === 0) this.#queued.delete(connection)
    else this.#queued.set(connection, bytes)
    this.#bytesQueued += bytes - before
  }
}

/** A piece of a string keeps the whole of it in memory, so what is cut off is copied. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return Buffer.from(`${text.slice(0, most - 1)}…`).toString()
}
