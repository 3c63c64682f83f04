/** What the connections of one server have done together. Plain fields: they are counted up on the hot path. */
export class HttpCounters {
  connectionsAccepted = 0
  connectionsClosed = 0
  requests = 0
  responses = 0
  /** Requests that were answered with an error of ours because the bytes were wrong or the limits too narrow. */
  refused = 0
  handlerErrors = 0
  /** Requests whose client went away before it had its response. */
  aborted = 0
  /** Clients that were waited for in vain: for a request, for the rest of one, or for them to read. */
  timeouts = 0
  /** Connections that were reset because there were too many. */
  connectionsRefused = 0
  /** How often a read was cut because the time slice was used up. */
  slicesUsedUp = 0
}
