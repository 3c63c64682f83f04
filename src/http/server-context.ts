import type { FlushPolicy } from '../io/flush-policy.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Client } from './client.js'
import type { ConnectionPool } from './connection-pool.js'
import type { DateLine } from './date-line.js'
import type { Departures } from './departures.js'
import type { HandlerCaller } from './handler-caller.js'
import type { HttpCounters } from './http-counters.js'
import type { Limits, Timeouts } from './limits.js'
import type { Pacer } from './pacer.js'
import type { ParserPool } from './parser-pool.js'
import type { PathCache } from './path-cache.js'
import type { QuietLine } from './quiet-line.js'

/** What the connections of one server share. */
export interface ServerContext {
  readonly reactor: Reactor
  readonly handlers: HandlerCaller
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly policy: FlushPolicy
  readonly lingerMs: number
  readonly allowHalfOpen: boolean
  readonly pacer: Pacer
  readonly date: DateLine
  readonly paths: PathCache
  readonly parsers: ParserPool
  readonly counters: HttpCounters
  readonly clients: Set<Client>
  /** Clients that have not said anything yet. */
  readonly newcomers: QuietLine
  /** Clients that rest between two requests. */
  readonly resting: QuietLine
  /** Clients that rest and have ended. */
  readonly departures: Departures
  readonly pool: ConnectionPool
  /** From `server.close()` on: what is in flight is answered, and nothing new is waited for. */
  isClosing: boolean
  /** Called when a client has gone. */
  clientGone(client: Client): void
}
