/** What the transports of one acceptor have done together. Plain fields: they are counted up on the hot path. */
export class IoCounters {
  reads = 0
  bytesRead = 0
  /** System calls for writing: one for a gathering write, however many segments. */
  writes = 0
  bytesWritten = 0
}
