import type { WireConnection } from './wire-connection.js'

/** When requests are sent: as the server answers ({@link ClosedLoop}), or by a schedule ({@link OpenLoop}). */
export interface Pace {
  /** The run begins at `at`, a reading of the clock that has come. */
  start(at: number): void
  /** A connection may have room. */
  roomOn(connection: WireConnection, now: number): void
  /** Nothing more is planned from now on; what was planned before is still sent. */
  stop(now: number): void
  /** Whether everything that was planned was sent. */
  readonly isDone: boolean
  /** Nothing more is sent: what was planned and not sent has failed. */
  giveUp(now: number): void
}
