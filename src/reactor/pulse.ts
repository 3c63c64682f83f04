/**
 * What watches a reactor live. Without one a beat costs one comparison with `null`; it is no {@link Instrument} because
 * it is told at every read, where even a loop over one instrument would show.
 */
export interface Pulse {
  /** Node's loop has called the reactor: whatever ran before has returned. @param now what the clock has just shown */
  beat(now: number): void
  /** A turn is over. @param ms how long it took */
  turned(ms: number): void
}
