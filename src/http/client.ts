import type { Transport, TransportListener } from '../io/transport.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Connection } from './connection.js'
import type { Departing } from './departures.js'
import { HandedOverTransport } from './handed-over-transport.js'
import { Wait } from './patience.js'
import { leaveLine, type Quiet } from './quiet-line.js'
import type { Peer } from './request.js'
import type { TakenOver } from './response-extras.js'
import type { ServerContext } from './server-context.js'

/**
 * One client, for as long as it is connected: this is all that a client costs which rests between two requests. While
 * something is on its way between it and us, a {@link Connection} is lent to it, which has all that this takes.
 */
export class Client implements TransportListener, Peer, Quiet, Departing {
  readonly transport: Transport
  /** Requests that it may still make. Never reaches 0 from below. */
  requestsLeft: number
  previousQuiet: Quiet = this
  nextQuiet: Quiet = this
  quietSince = 0
  readonly #server: ServerContext
  /** `null` while it rests. */
  #connection: Connection | null = null

  constructor(server: ServerContext, transport: Transport) {
    const { requestsPerConnection } = server.limits
    this.transport = transport
    this.requestsLeft = requestsPerConnection === Infinity ? -1 : requestsPerConnection
    this.#server = server
    server.newcomers.join(this, Math.ceil(server.reactor.clock.now()))
    transport.attach(this)
  }

  get remoteAddress(): string | null {
    return this.transport.remoteAddress
  }

  get reactor(): Reactor {
    return this.#server.reactor
  }

  /** The server is closing. @returns whether nothing was owed, so that it ends now */
  closeWhenDone(): boolean {
    return this.connection.closeWhenDone()
  }

  /** Whether replies may still be owed, or another protocol is spoken: it is neither idle nor lingering. */
  get isBusy(): boolean {
    return this.#connection?.isBusy === true
  }

  /** The server's patience is over. */
  abort(): void {
    this.connection.abort()
  }

  /** @internal What serves it, from now on until it rests. */
  get connection(): Connection {
    if (this.#connection === null) {
      leaveLine(this)
      this.#connection = this.#server.pool.lend(this.#server, this)
    }
    return this.#connection
  }

  /** @internal Nothing is on its way any longer, since `now`: its connection goes back. */
  rest(now: number): void {
    const connection = this.#connection as Connection
    this.#connection = null
    this.#server.pool.giveBack(connection)
    this.#server.resting.join(this, now)
  }

  /** @internal It has not ended its side in time. What has not left would be missing, and the end look like any other. */
  letGo(): void {
    if (this.transport.bytesUnsent > 0) this.transport.abort()
    else this.transport.close()
  }

  /** @internal HTTP has no part in it any longer. @param head what it has sent behind its last request */
  handOver(head: Buffer): TakenOver {
    this.transport.pause()
    const transport = new HandedOverTransport(this.transport, this.reactor, () => this.onClose())
    return { transport, head }
  }

  /** @internal It has ended its side while it rested. */
  depart(): void {
    this.connection.onEnd()
  }

  /** @internal It has not said anything yet, or has not asked for anything more, in time. */
  quietTooLong(): void {
    this.connection.waitedTooLong(Wait.Nothing)
  }

  // ---- TransportListener ------------------------------------------------------------------------------------

  onBytes(bytes: Buffer, length: number): void {
    this.connection.onBytes(bytes, length)
  }

  onDrain(): void {
    this.#connection?.onDrain() // what it wrote before it rested was not much, so nobody waits for it
  }

  onEnd(): void {
    if (this.#connection === null) this.#server.departures.add(this)
    else this.#connection.onEnd()
  }

  onClose(): void {
    leaveLine(this)
    this.#server.departures.delete(this)
    this.#connection?.onClose()
    this.#server.clientGone(this)
  }
}
