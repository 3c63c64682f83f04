/** What was recorded; behind each, what its numbers and its label are. */
export const enum EventKind {
  /** tasks ready */
  TurnStarted,
  /** timers */
  TimersDue,
  /** tasks run, transports flushed */
  TurnEnded,
  /** label: name, and its group */
  TaskStarted,
  TaskEnded,
  /** label: remote address */
  ConnectionOpened,
  /** –, bytes queued in all */
  ConnectionClosed,
  /** bytes */
  ReadStarted,
  ReadEnded,
  /** bytes */
  ParseBatchStarted,
  /** requests, bytes, requests in flight in all */
  ParseBatchEnded,
  /** number of the request; label: method and path */
  DispatchStarted,
  DispatchEnded,
  /** number of the request, status, requests in flight in all */
  ResponseEnded,
  /** label: error code */
  RequestRefused,
  /** bytes, replies, replies that the connection owed before */
  FlushStarted,
  /** bytes queued, bytes queued in all */
  FlushEnded,
  /** –, bytes queued in all */
  Drained,
  /** milliseconds; label: the stack */
  Stalled,
}
