import { CalandriaTypeError } from '../errors/calandria-error.js'
import {
  describeAddress,
  type ListeningAddress,
  type TcpAddress,
  type UnixAddress,
} from '../io/listening-address.js'
import { Recorder } from '../io/recording/recorder.js'
import { type HandshakeStatistics, SocketAcceptor } from '../io/socket-acceptor.js'
import type { TlsCertificates } from '../io/tls-options.js'
import type { Transport, TransportListener } from '../io/transport.js'
import type { Reactor } from '../reactor/reactor.js'
import type { ReactorStatistics } from '../reactor/reactor-statistics.js'
import type { StallWatchdog } from '../reactor/stall-watchdog.js'
import { sweep } from '../reactor/sweep.js'
import { Admission } from './admission.js'
import { Client } from './client.js'
import { ConnectionPool } from './connection-pool.js'
import { DateLine } from './date-line.js'
import { Departures } from './departures.js'
import { publishDiagnostics } from './diagnostics.js'
import { HandlerCaller } from './handler-caller.js'
import { HttpCounters } from './http-counters.js'
import { Pacer } from './pacer.js'
import { ParserPool } from './parser-pool.js'
import { PathCache } from './path-cache.js'
import { QuietLine } from './quiet-line.js'
import { StallWitness } from './stall-witness.js'
import type { ServerContext } from './server-context.js'
import { recordedSettings } from './record-options.js'
import { type CheckedOptions, checkOptions, type ServeOptions } from './server-options.js'

const DRAIN_MS = 10_000

/** Whoever listens to a connection that there is no room for. */
const REFUSED: TransportListener = {
  onBytes: () => undefined,
  onDrain: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
}

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
  readonly connections: {
    readonly open: number
    readonly accepted: number
    readonly closed: number
    /** Reset as they came, because there were too many. */
    readonly refused: number
  }
  readonly requests: number
  readonly responses: number
  /** Requests that we refused because of their bytes or their size. */
  readonly refused: number
  readonly handlerErrors: number
  /** Requests whose client went away before it had its response. */
  readonly aborted: number
  /** Clients that were waited for in vain; see `Timeouts`. */
  readonly timeouts: number
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
  /** How sockets are written to; `null` when the server does not listen. */
  readonly writePath: 'direct' | 'stream' | null
  /** Connections that are not let in yet and those that never were; `null` when the server does not listen. */
  readonly handshakes: HandshakeStatistics | null
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
  readonly #admission: Admission
  readonly #witness: StallWitness | null
  readonly #recorder: Recorder | null
  #acceptor: SocketAcceptor | null = null
  #closing: Promise<CloseReport> | null = null
  #whenEmpty: (() => void) | null = null

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: ServeOptions) {
    const checked = checkOptions(options)
    const { reactor, handler, connect, onError, limits, timeouts, policy, lingerMs, allowHalfOpen } = checked
    this.reactor = reactor
    publishDiagnostics(reactor)
    this.#options = checked
    this.#admission = new Admission(limits)
    const counters = new HttpCounters()
    const gone = (): number => counters.connectionsClosed
    const pacer = new Pacer(reactor, checked.flushBudgetMs)
    const witness = checked.watchdog === null ? null : new StallWitness(checked.watchdog, reactor, pacer)
    this.#witness = witness
    // Last of all that may refuse an option, because it makes a file; before all that keeps the clock.
    this.#recorder =
      checked.record === null ? null : new Recorder(reactor, checked.record, recordedSettings(checked))
    const watched = witness?.wrap(handler) ?? handler
    const watchedConnect = connect === null ? null : (witness?.wrap(connect) ?? connect)
    this.#context = {
      reactor,
      handlers: new HandlerCaller(watched, watchedConnect, onError, counters, reactor),
      limits,
      timeouts,
      policy,
      lingerMs,
      allowHalfOpen,
      pacer,
      date: new DateLine(reactor.clock),
      paths: new PathCache(),
      parsers: new ParserPool(checked.parser.requestParsers(limits)),
      counters,
      clients: new Set(),
      newcomers: new QuietLine(reactor, timeouts.firstByteMs, gone),
      resting: new QuietLine(reactor, timeouts.idleMs, gone),
      departures: new Departures(reactor, gone),
      pool: new ConnectionPool(),
      isClosing: false,
      clientGone: (client) => this.#clientGone(client),
    }
  }

  /** @internal Use {@link serve}. */
  async listen(): Promise<void> {
    const { endpoint, ...options } = this.#options
    if (endpoint === null)
      throw new CalandriaTypeError('CAL_ERR_OPTION', 'one of port, path and fd must be given')
    const recorder = this.#recorder
    try {
      await recorder?.opened
      this.#acceptor = await SocketAcceptor.listen(
        recorder?.porch ?? this.reactor,
        { ...options, endpoint },
        (transport) => this.accept(transport),
      )
    } catch (error) {
      await this.#witness?.watchdog.close()
      await recorder?.close()
      throw error
    }
  }

  /** Where the server listens; `null` when it does not. */
  get address(): ListeningAddress | null {
    return this.#acceptor?.address ?? null
  }

  /** What watches for handlers that block; `null` without the option `watchdog`. */
  get watchdog(): StallWatchdog | null {
    return this.#witness?.watchdog ?? null
  }

  /** For logs: `http://127.0.0.1:8080`, `https://[::1]:443`, `http+unix:/run/x.sock`; `null` when the server does not listen. */
  get location(): string | null {
    const { address } = this
    if (address === null) return null
    const scheme = this.#options.tls === null ? 'http' : 'https'
    return `${scheme}${address.family === 'unix' ? '+' : '://'}${describeAddress(address)}`
  }

  /**
   * Exchanges the certificates without a restart: new connections get the new ones, those that are there live on with
   * theirs. When one of them is not good, all stays as it was.
   * @param certificates `sni` and `ca` stay as they are where they are left out
   * @throws CalandriaTypeError `CAL_ERR_OPTION`, also where the server does not listen with `tls`
   */
  reloadCertificates(certificates: TlsCertificates): void {
    if (this.#acceptor === null) throw new CalandriaTypeError('CAL_ERR_OPTION', 'this server has no tls')
    this.#acceptor.reloadCertificates(certificates)
  }

  /** Serves a transport: one in memory, or one that came from elsewhere. */
  accept(transport: Transport): void {
    if (this.#recorder === null) this.#accept(transport)
    else this.#recorder.accept(transport, (recorded) => this.#accept(recorded))
  }

  #accept(transport: Transport): void {
    const { clients, counters } = this.#context
    if (!this.#admission.admits(transport, clients.size)) {
      counters.connectionsRefused++
      transport.attach(REFUSED)
      transport.abort()
      return
    }
    counters.connectionsAccepted++
    const client = new Client(this.#context, transport)
    clients.add(client)
    this.#admission.opened(client)
    if (this.#context.isClosing) client.closeWhenDone()
  }

  #clientGone(client: Client): void {
    const { clients, newcomers, resting, counters } = this.#context
    counters.connectionsClosed++
    clients.delete(client)
    this.#admission.closed(client)
    if (clients.size > 0) return
    newcomers.stop()
    resting.stop()
    this.#whenEmpty?.()
  }

  /**
   * Stops accepting, answers everything already received, closes idle connections, and aborts the rest after `drainMs`;
   * however many there are, a time slice at a time. Resolves when no connection is left; calling it again gives the same
   * promise.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  close({ drainMs = DRAIN_MS }: CloseOptions = {}): Promise<CloseReport> {
    if (!(drainMs >= 0 && drainMs < Infinity))
      throw new CalandriaTypeError('CAL_ERR_OPTION', `drainMs ${drainMs}`)
    const { journal } = this.reactor
    this.#closing ??=
      journal === null ? this.#close(drainMs) : journal.closing(drainMs, (ms) => this.#close(ms))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close().then(() => undefined)
  }

  statistics(): ServerStatistics {
    const { counters, clients, pacer, reactor } = this.#context
    const io = this.#acceptor?.counters
    const writes = io?.writes ?? 0
    return Object.freeze({
      connections: Object.freeze({
        open: clients.size,
        accepted: counters.connectionsAccepted,
        closed: counters.connectionsClosed,
        refused: counters.connectionsRefused,
      }),
      requests: counters.requests,
      responses: counters.responses,
      refused: counters.refused,
      handlerErrors: counters.handlerErrors,
      aborted: counters.aborted,
      timeouts: counters.timeouts,
      reads: io?.reads ?? 0,
      bytesRead: io?.bytesRead ?? 0,
      writes,
      bytesWritten: io?.bytesWritten ?? 0,
      responsesPerWrite: writes === 0 ? 0 : counters.responses / writes,
      repliesHeld: pacer.repliesHeld,
      longestHoldMs: pacer.longestHoldMs,
      slicesUsedUp: counters.slicesUsedUp,
      readPath: this.#acceptor?.paths.read ?? null,
      writePath: this.#acceptor?.paths.write ?? null,
      handshakes: this.#acceptor?.handshakes ?? null,
      parser: this.#options.parser.name,
      reactor: reactor.statistics(),
    })
  }

  async #close(drainMs: number): Promise<CloseReport> {
    const { clients, counters, reactor } = this.#context
    this.#context.isClosing = true
    const stopped = this.#acceptor?.close()
    const responsesBefore = counters.responses
    let idleClosed = 0
    let aborted = 0
    if (clients.size > 0) {
      const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve))
      const before = clients.size
      let isDrainOver = false
      const close = (client: Client): void => {
        if (client.closeWhenDone()) idleClosed++
      }
      const told = sweep(reactor, clients, close, () =>
        isDrainOver ? 0 : idleClosed - (before - clients.size),
      )
      const abort = (client: Client): void => {
        if (client.isBusy) aborted++
        client.abort()
      }
      // Not before each was told, which is hurried then: what is idle must not be counted as aborted, nor left out.
      const abortAll = (): void => {
        isDrainOver = true
        void told.then(() => sweep(reactor, clients, abort))
      }
      const deadline = reactor.groups.latency.delay(drainMs, abortAll)
      await empty
      deadline.cancel()
    }
    await stopped
    await this.#witness?.watchdog.close()
    return Object.freeze({ answered: counters.responses - responsesBefore, idleClosed, aborted })
  }
}

/** A {@link Server} that listens; on TCP where nothing else is said. */
export interface ListeningServer<Address extends ListeningAddress = TcpAddress> extends Server {
  readonly address: Address
  readonly location: string
}

/**
 * Starts an HTTP/1.1 server on a TCP port, a Unix socket or an inherited descriptor: exactly one of `port`, `path` and
 * `fd` must be given.
 *
 * ```ts
 * const server = await serve({ port: 5000, handler: (request, response) => { response.send('Hello') } })
 * ```
 * @throws CalandriaTypeError `CAL_ERR_OPTION` (rejects)
 * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`, `CAL_ERR_LISTEN`, `CAL_ERR_NOT_A_SOCKET`,
 *   `CAL_ERR_NO_INHERITED_SOCKET`, `CAL_ERR_READ_PATH`, `CAL_ERR_WRITE_PATH` (rejects)
 */
export function serve(options: ServeOptions & { readonly port: number }): Promise<ListeningServer>
export function serve(
  options: ServeOptions & { readonly path: string },
): Promise<ListeningServer<UnixAddress>>
export function serve(options: ServeOptions): Promise<ListeningServer<ListeningAddress>>
export async function serve(options: ServeOptions): Promise<ListeningServer<ListeningAddress>> {
  const server = new Server(options)
  await server.listen()
  return server as ListeningServer<ListeningAddress>
}
