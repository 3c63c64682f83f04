import type { Reactor, Transport } from 'calandria'
import type { Recorder } from './recorder.js'
import type { WireConnection } from './wire-connection.js'

/** As many handshakes at once as fit into the backlog of a server that nobody configured. */
const MOST_AT_ONCE = 128
const FIRST_RETRY_MS = 10
const LONGEST_RETRY_MS = 1000

/** Opens a transport for the `index`-th connection of this process. */
export type Connect = (index: number) => Promise<Transport>

/**
 * Opens connections, a bounded number at a time, and tries again where it failed, at growing intervals, until it is
 * stopped.
 */
export class ConnectionOpener {
  /** Opened so far, those that replaced others included. */
  opened = 0
  readonly #reactor: Reactor
  readonly #recorder: Recorder
  readonly #connect: Connect
  readonly #onOpen: (connection: WireConnection) => void
  readonly #waiting: WireConnection[] = []
  readonly #failures = new Map<WireConnection, number>()
  #pending = 0
  #isStopped = false
  #tried: ((outcome: { readonly error: unknown } | null) => void) | null = null

  constructor(
    reactor: Reactor,
    recorder: Recorder,
    connect: Connect,
    onOpen: (connection: WireConnection) => void,
  ) {
    this.#reactor = reactor
    this.#recorder = recorder
    this.#connect = connect
    this.#onOpen = onOpen
  }

  /**
   * Opens all of these, and settles when each has been tried once, or after `timeoutMs`.
   * @throws what the connector threw, when not one could be opened
   */
  async openAll(connections: readonly WireConnection[], timeoutMs: number): Promise<void> {
    let left = connections.length
    let error: unknown = new Error('no connection was accepted in time')
    await new Promise<void>((resolve) => {
      const timer = this.#reactor.delay(timeoutMs, resolve)
      this.#tried = (outcome) => {
        if (outcome !== null) error = outcome.error
        if (--left > 0) return
        timer.cancel()
        this.#tried = null
        resolve()
      }
      for (const connection of connections) this.open(connection)
    })
    this.#tried = null
    if (this.opened === 0) throw error
  }

  /** Opens this one as soon as others leave room for it. */
  open(connection: WireConnection): void {
    if (this.#isStopped) return
    this.#waiting.push(connection)
    this.#openMore()
  }

  stop(): void {
    this.#isStopped = true
    this.#waiting.length = 0
  }

  #openMore(): void {
    while (this.#pending < MOST_AT_ONCE) {
      const connection = this.#waiting.shift()
      if (connection === undefined) return
      this.#pending++
      this.#connect(connection.index).then(
        (transport) => this.#succeeded(connection, transport),
        (error: unknown) => this.#failed(connection, error),
      )
    }
  }

  #succeeded(connection: WireConnection, transport: Transport): void {
    this.#pending--
    if (this.#isStopped) {
      transport.close()
      return
    }
    this.opened++
    this.#failures.delete(connection)
    connection.opened(transport)
    this.#onOpen(connection)
    this.#tried?.(null)
    this.#openMore()
  }

  #failed(connection: WireConnection, error: unknown): void {
    this.#pending--
    if (this.#isStopped) return
    const failures = (this.#failures.get(connection) ?? 0) + 1
    this.#failures.set(connection, failures)
    const words = (): string => (error instanceof Error ? error.message : String(error))
    this.#recorder.connectionFailed('connect', this.#reactor.clock.now(), words)
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
    this.#reactor.delay(delayMs, () => this.open(connection))
    this.#tried?.({ error })
    this.#openMore()
  }
}
