/** What a connection is up to. Everything that affects its life is in this file; the docs' diagram is made from it. */
export enum ConnectionState {
  /** Requests are read and dispatched. */
  Open = 'Open',
  /** The last request was read; replies are still owed. What comes in is discarded, never read as a request. */
  Draining = 'Draining',
  /**
   * Everything is written and our side is ended. What comes in is read and discarded until the peer ends too:
   * closing a socket with unread bytes sends a reset, which can destroy replies under way (RFC 9112 §9.6).
   */
  Lingering = 'Lingering',
  /** A handler has taken the connection over: bytes go to it, and HTTP has no part in it any more. */
  HandedOver = 'HandedOver',
  /** The transport is gone. */
  Closed = 'Closed',
}

export enum ConnectionEvent {
  /** `Connection: close`, HTTP/1.0, a message that can't be trusted, the client's half-close, an abort of ours. */
  LastRequest = 'last request read',
  /** Nothing is owed any longer: the last reply is written. */
  AllWritten = 'all replies written',
  /** 101, or 200 to CONNECT, is written. */
  TakenOver = 'taken over',
  /** The transport reported its close, whoever closed it. */
  TransportClosed = 'transport closed',
}

const { Open, Draining, Lingering, HandedOver, Closed } = ConnectionState
const { LastRequest, AllWritten, TakenOver, TransportClosed } = ConnectionEvent

/** Every transition there is. */
export const CONNECTION_TRANSITIONS: readonly (readonly [
  ConnectionState,
  ConnectionEvent,
  ConnectionState,
])[] = [
  [Open, LastRequest, Draining],
  [Draining, AllWritten, Lingering],
  [Open, TakenOver, HandedOver],
  [Open, TransportClosed, Closed],
  [Draining, TransportClosed, Closed],
  [Lingering, TransportClosed, Closed],
  [HandedOver, TransportClosed, Closed],
]

const next = new Map<string, ConnectionState>(
  CONNECTION_TRANSITIONS.map(([from, event, to]) => [`${from}: ${event}`, to]),
)

/** @returns the state after `event`; an event that means nothing in `state` leaves it as it is */
export function nextConnectionState(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return next.get(`${state}: ${event}`) ?? state
}
