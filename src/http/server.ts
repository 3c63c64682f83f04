import { CalandriaTypeError } from '../errors/calandria-error.js'
import { type ListeningAddress, TcpAcceptor } from '../io/tcp-acceptor.js'
import type { Transport } from '../io/transport.js'
import type { Reactor, ReactorStatistics } from '../reactor/reactor.js'
import { Connection } from './connection.js'
import { DateLine } from './date-line.js'
import { Pacer } from './pacer.js'
import { ParserPool } from './parser-pool.js'
import { PathCache } from './path-cache.js'
import { HttpCounters, type ServerContext } from './server-context.js'
import { type CheckedOptions, checkOptions, type ServeOptions } from './server-options.js'

const DRAIN_MS = 10_000

/** What `server.close()` takes. */
export interface CloseOptions {
  /** How long to wait for replies that are owed, in milliseconds. Default 10,000. */
  readonly drainMs?: number
}

/** What `server.close()` tells: how it went. */
export interface CloseReport {
  /** Replies that were still owed and were given. */
  readonly answered: number
  /** Connections on which nothing was owed. */
  readonly idleClosed: number
  /** Connections on which replies were owed when time was up: they were aborted. */
  readonly aborted: number
}

/** A frozen snapshot of a server's counters. */
export interface ServerStatistics {
  readonly connections: { readonly open: number; readonly accepted: number; readonly closed: number }
  readonly requests: number
  readonly responses: number
  /** Requests that we refused because of their bytes or their size. */
  readonly refused: number
  readonly handlerErrors: number
  /** Requests whose client went away before it had its response. */
  readonly aborted: number
  readonly reads: number
  readonly bytesRead: number
  readonly writes: number
  readonly bytesWritten: number
  /** How many replies one write carries, on average: what batching is worth. */
  readonly responsesPerWrite: number
  /** Ready replies that waited behind a handler that was slower than expected, and the longest such wait. */
  readonly repliesHeld: number
  readonly longestHoldMs: number
  /** How often the requests of one read were cut because the time slice was used up. */
  readonly slicesUsedUp: number
  /** How sockets are read; `null` when the server does not listen. */
  readonly readPath: 'onread' | 'data' | null
  /** What reads request heads: `scanner` or `llhttp`. */
  readonly parser: string
  readonly reactor: ReactorStatistics
}

/**
 * An HTTP/1.1 server. {@link serve} makes one that listens; `new Server(options)` makes one that serves whatever
 * transport it is given by {@link accept}, without a socket.
 */
export class Server implements AsyncDisposable {
  readonly reactor: Reactor
  readonly #options: CheckedOptions
  readonly #context: ServerContext
  #acceptor: TcpAcceptor | null = null
  #closing: Promise<CloseReport> | null = null
  #whenEmpty: (() => void) | null = null

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: ServeOptions) {
    const checked = checkOptions(options)
    const { reactor, handler, connect, onError, limits, timeouts, policy, lingerMs } = checked
    this.reactor = reactor
    this.#options = checked
    this.#context = {
      reactor,
      handler,
      connectHandler: connect,
      onError,
      limits,
      timeouts,
      policy,
      lingerMs,
      pacer: new Pacer(reactor, checked.flushBudgetMs),
      date: new DateLine(reactor.clock),
      paths: new PathCache(),
      parsers: new ParserPool(checked.parser.requestParsers(limits)),
      counters: new HttpCounters(),
      connections: new Set(),
      isClosing: false,
      connectionClosed: () => {
        if (this.#context.connections.size === 0) this.#whenEmpty?.()
      },
    }
  }

  /** @internal Use {@link serve}. */
  async listen(): Promise<void> {
    this.#acceptor = await TcpAcceptor.listen(this.reactor, this.#options, (transport) =>
      this.accept(transport),
    )
  }

  /** Where the server listens; `null` when it does not. */
  get address(): ListeningAddress | null {
    return this.#acceptor?.address ?? null
  }

  /** Serves a transport: one in memory, or one that came from elsewhere. */
  accept(transport: Transport): void {
    const { connections, counters } = this.#context
    counters.connectionsAccepted++
    const connection = new Connection(this.#context, transport)
    connections.add(connection)
    if (this.#context.isClosing) connection.closeWhenDone()
  }

  /**
   * Stops accepting, answers everything already received, closes idle connections at once, and aborts the rest
   * after `drainMs`. Resolves when no connection is left; calling it again gives the same promise.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  close({ drainMs = DRAIN_MS }: CloseOptions = {}): Promise<CloseReport> {
    if (!(drainMs >= 0 && drainMs < Infinity))
      throw new CalandriaTypeError('CAL_ERR_OPTION', `drainMs ${drainMs}`)
    this.#closing ??= this.#close(drainMs)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close().then(() => undefined)
  }

  statistics(): ServerStatistics {
    const { counters, connections, pacer, reactor } = this.#context
    const io = this.#acceptor?.counters
    const writes = io?.writes ?? 0
    return Object.freeze({
      connections: Object.freeze({
        open: connections.size,
        accepted: counters.connectionsAccepted,
        closed: counters.connectionsClosed,
      }),
      requests: counters.requests,
      responses: counters.responses,
      refused: counters.refused,
      handlerErrors: counters.handlerErrors,
      aborted: counters.aborted,
      reads: io?.reads ?? 0,
      bytesRead: io?.bytesRead ?? 0,
      writes,
      bytesWritten: io?.bytesWritten ?? 0,
      responsesPerWrite: writes === 0 ? 0 : counters.responses / writes,
      repliesHeld: pacer.repliesHeld,
      longestHoldMs: pacer.longestHoldMs,
      slicesUsedUp: counters.slicesUsedUp,
      readPath: this.#acceptor?.readPath ?? null,
      parser: this.#options.parser.name,
      reactor: reactor.statistics(),
    })
  }

  async #close(drainMs: number): Promise<CloseReport> {
    const { connections, counters, reactor } = this.#context
    this.#context.isClosing = true
    this.#acceptor?.close()
    const responsesBefore = counters.responses
    let idleClosed = 0
    for (const connection of connections) if (connection.closeWhenDone()) idleClosed++

    let aborted = 0
    if (connections.size > 0) {
      const deadline = reactor.delay(drainMs, () => {
        for (const connection of connections) {
          if (connection.isBusy) aborted++
          connection.abort()
        }
      })
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve
      })
      deadline.cancel()
    }
    return Object.freeze({ answered: counters.responses - responsesBefore, idleClosed, aborted })
  }
}

/** A {@link Server} that listens on TCP. */
export interface ListeningServer extends Server {
  readonly address: ListeningAddress
}

/**
 * Starts an HTTP/1.1 server.
 *
 * ```ts
 * const server = await serve({ port: 5000, handler: (request, response) => { response.send('Hello') } })
 * ```
 * @throws CalandriaTypeError `CAL_ERR_OPTION` (rejects)
 * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`, `CAL_ERR_LISTEN`, `CAL_ERR_READ_PATH` (rejects)
 */
export async function serve(options: ServeOptions): Promise<ListeningServer> {
  const server = new Server(options)
  await server.listen()
  return server as ListeningServer
}
