import type { StallReport } from './stall-report.js'

/** What an instrument may know of a request: the server's own `Request`, which has more, seen from down here. */
export interface ObservedRequest {
  readonly method: string
  readonly path: string
}

/**
 * Hooks into the reactor, for tracers and metrics. Implement those that you need; they are looked up when the
 * instrument is installed. Without an instrument a hook costs one comparison with `null`. An instrument that throws is
 * removed, and a warning says so: measuring must never break what it measures.
 *
 * `now` is a reading of the reactor's clock, in milliseconds, taken for this event. `connection` is a small number from 1
 * that a transport keeps for life, given when an instrument first hears of it. What has a `…Started` has an `…Ended` in
 * the same stack, and what happens in between is inside of it; see `docs/tracing.md`.
 */
export interface Instrument {
  /** A turn begins, with so many tasks ready. */
  turnStarted?(now: number, tasksReady: number): void
  /** So many timers of this turn were due and have joined the tasks; never 0. */
  timersDue?(now: number, timers: number): void
  /** A turn is over: how many tasks ran and how many transports were flushed in it. */
  turnEnded?(now: number, tasksRun: number, flushed: number): void
  /**
   * A task is about to run.
   * @param name of its function or class; empty where it has none
   * @param group of its scheduling group
   */
  taskStarted?(now: number, name: string, group: string): void
  taskEnded?(now: number): void

  /** A transport has come into being. */
  connectionOpened?(now: number, connection: number, remoteAddress: string | null): void
  /** A transport is gone, and whoever used it was told. */
  connectionClosed?(now: number, connection: number): void
  /** A transport has read so many bytes and is about to hand them on. */
  readStarted?(now: number, connection: number, bytes: number): void
  readEnded?(now: number, connection: number): void
  /** So many bytes, of a read or of what an earlier one has left, are about to be parsed and dispatched. */
  parseBatchStarted?(now: number, connection: number, bytes: number): void
  /** So many requests were found in them, and so many bytes used; the rest has to wait. */
  parseBatchEnded?(now: number, connection: number, requests: number, bytes: number): void
  /** A request is about to be handed to its handler. */
  dispatchStarted?(now: number, connection: number, request: ObservedRequest): void
  /** The handler has returned; an async one goes on later. */
  dispatchEnded?(now: number, connection: number, request: ObservedRequest): void
  /** The answer to a request that was dispatched is complete. @param status 0: the client has gone before */
  responseEnded?(now: number, connection: number, request: ObservedRequest, status: number): void
  /** Bytes that are no request we serve get an answer all the same. @param code of `src/errors/catalogue.ts` */
  requestRefused?(now: number, connection: number, code: string): void
  /** A batch is about to leave in one write: its size, and the replies that are complete with it. */
  flushStarted?(now: number, connection: number, bytes: number, replies: number): void
  /** The write has returned. @param bytesQueued of this connection, which the kernel has not taken yet */
  flushEnded?(now: number, connection: number, bytesQueued: number): void
  /** All that was queued has left, after the transport had been full. */
  drained?(now: number, connection: number): void

  /** The watchdog of this reactor tells of a stall, which is over. */
  stalled?(now: number, report: StallReport): void
}
