import type { FlushPolicy } from '../io/flush-policy.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Connection } from './connection.js'
import type { DateLine } from './date-line.js'
import type { ErrorListener, Handler } from './handler.js'
import type { Limits, Timeouts } from './limits.js'
import type { Pacer } from './pacer.js'
import type { ParserPool } from './parser-pool.js'
import type { PathCache } from './path-cache.js'

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

/** What the connections of one server share. */
export interface ServerContext {
  readonly reactor: Reactor
  readonly handler: Handler
  /** Answers CONNECT; `null` when it isn't served. */
  readonly connectHandler: Handler | null
  readonly onError: ErrorListener
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly policy: FlushPolicy
  readonly lingerMs: number
  readonly pacer: Pacer
  readonly date: DateLine
  readonly paths: PathCache
  readonly parsers: ParserPool
  readonly counters: HttpCounters
  readonly connections: Set<Connection>
  /** From `server.close()` on: what is in flight is answered, and nothing new is waited for. */
  isClosing: boolean
  /** Called when a connection is gone, after it has left {@link connections}. */
  connectionClosed(): void
}
