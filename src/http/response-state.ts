/** What a response is up to. The docs' diagram is made from this file. */
export enum ResponseState {
  /** Nothing is decided: status and headers may be set. */
  Open = 'Open',
  /** The body is being written piece by piece; the head is fixed. */
  Streaming = 'Streaming',
  /** The handler takes the connection over, as soon as every reply before has left. */
  TakingOver = 'TakingOver',
  /** Complete. It leaves when every reply before it has left. */
  Ready = 'Ready',
  /** All of it is in the batch, or further. */
  Left = 'Left',
  /** The connection is gone, or ended before this reply's turn. What is still sent is ignored. */
  Aborted = 'Aborted',
}

export enum ResponseEvent {
  Write = 'write()',
  End = 'send() or end()',
  Upgrade = 'upgrade()',
  Turn = 'all before it have left',
  Abort = 'connection gone',
}

const { Open, Streaming, TakingOver, Ready, Left, Aborted } = ResponseState
const { Write, End, Upgrade, Turn, Abort } = ResponseEvent

/** Every transition there is. The code has one method for each event: it is on the hot path. */
export const RESPONSE_TRANSITIONS: readonly (readonly [ResponseState, ResponseEvent, ResponseState])[] = [
  [Open, Write, Streaming],
  [Open, End, Ready],
  [Streaming, End, Ready],
  [Open, Upgrade, TakingOver],
  [Ready, Turn, Left],
  [TakingOver, Turn, Left],
  [Open, Abort, Aborted],
  [Streaming, Abort, Aborted],
  [TakingOver, Abort, Aborted],
  [Ready, Abort, Aborted],
]
