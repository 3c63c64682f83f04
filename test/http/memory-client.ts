import type { Handler } from '../../src/http/handler.js'
import { type CloseOptions, type CloseReport, Server } from '../../src/http/server.js'
import type { ServeOptions } from '../../src/http/server-options.js'
import {
  createMemoryPair,
  type MemoryPairOptions,
  type MemoryTransport,
} from '../../src/io/memory-transport.js'
import type { TransportListener } from '../../src/io/transport.js'
import { VirtualClock } from '../../src/reactor/clock.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { readReplies, type Reply } from './reply-reader.js'

/** What the Date header says as long as nobody has moved a fresh virtual clock. */
export const FIRST_DATE = 'Sat, 01 Jan 2000 00:00:00 GMT'

/** A client on the far end of a memory pair: it sends bytes as they are and gathers what comes back. */
export class MemoryClient implements TransportListener {
  /** Its own end. */
  readonly transport: MemoryTransport
  /** The server's end, for its counters. */
  readonly serverEnd: MemoryTransport
  /** How often `onBytes` was called, and with how many bytes. */
  readonly reads: number[] = []
  /** The server has half-closed. */
  isEnded = false
  isClosed = false
  closeError: Error | null = null
  readonly #received: Buffer[] = []

  constructor(reactor: Reactor, options: MemoryPairOptions) {
    const [serverEnd, clientEnd] = createMemoryPair(reactor, options)
    this.serverEnd = serverEnd
    this.transport = clientEnd
    clientEnd.attach(this)
  }

  /** Everything received so far, one character a byte. */
  get text(): string {
    return Buffer.concat(this.#received).toString('latin1')
  }

  /** Writes of the server to this client. */
  get writes(): number {
    return this.serverEnd.counters.writes
  }

  /** What came, taken apart. Throws when it isn't a sequence of whole replies. */
  replies(methods: readonly string[] = []): Reply[] {
    return readReplies(this.text, methods, this.isEnded)
  }

  /** Status and body of all that came. */
  answers(methods: readonly string[] = []): string[] {
    return this.replies(methods).map((reply) => `${reply.status} ${reply.body}`)
  }

  send(...pieces: (string | Uint8Array)[]): this {
    for (const piece of pieces) this.transport.write(typeof piece === 'string' ? piece : Buffer.from(piece))
    return this
  }

  onBytes(bytes: Buffer, length: number): void {
    this.reads.push(length)
    this.#received.push(Buffer.from(bytes.subarray(0, length)))
  }

  onDrain(): void {
    // a test sends what it sends
  }

  onEnd(): void {
    this.isEnded = true
  }

  onClose(error: Error | null): void {
    this.isClosed = true
    this.closeError = error
  }
}

/** A server on memory transports, with a clock that moves only when a test says so. */
export class VirtualServer {
  readonly clock = new VirtualClock()
  readonly reactor: Reactor
  readonly server: Server
  /** What `onError` was told. */
  readonly errors: unknown[] = []
  /** What the reactor was told: errors that nobody else would take. */
  readonly reactorErrors: unknown[] = []

  constructor(handler: Handler, options: Partial<ServeOptions> & { readonly timeSliceMs?: number } = {}) {
    const { timeSliceMs = 1, ...serveOptions } = options
    this.reactor = new Reactor({
      clock: this.clock,
      driver: null,
      timeSliceMs,
      onError: (error) => this.reactorErrors.push(error),
    })
    this.server = new Server({
      port: 0,
      handler,
      onError: (error) => this.errors.push(error),
      ...serveOptions,
      reactor: this.reactor,
    })
  }

  connect(options: MemoryPairOptions = {}): MemoryClient {
    const client = new MemoryClient(this.reactor, options)
    this.server.accept(client.serverEnd)
    return client
  }

  /** Turns the reactor until nothing is left to do at this moment of the clock. */
  run(): void {
    driveVirtually(this.reactor, this.clock, { until: this.clock.now() })
  }

  /** {@link run}, and lets promises settle, until neither has anything left to do at this moment. */
  async settle(): Promise<void> {
    do {
      this.run()
      await new Promise(setImmediate) // behind every microtask
    } while (this.reactor.hasWork)
  }

  /** Lets `ms` milliseconds pass, settling at every deadline on the way. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await this.settle()
    for (
      let next = this.reactor.nextDeadline;
      next !== null && next <= until;
      next = this.reactor.nextDeadline
    ) {
      this.clock.advanceTo(next)
      this.reactor.turn()
      await this.settle()
    }
    this.clock.advanceTo(until)
    await this.settle()
  }

  /** Closes the server; the report is there once the promise has settled. */
  close(options?: CloseOptions): { report: CloseReport | null } {
    const outcome: { report: CloseReport | null } = { report: null }
    void this.server.close(options).then((report) => (outcome.report = report))
    return outcome
  }
}

/** A GET with nothing but a Host. */
export function get(target: string, ...fields: string[]): string {
  return request('GET', target, ...fields)
}

export function request(method: string, target: string, ...fields: string[]): string {
  return `${method} ${target} HTTP/1.1\r\nHost: x\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`
}

export function post(target: string, body: string, ...fields: string[]): string {
  return request('POST', target, `Content-Length: ${body.length}`, ...fields) + body
}

/** @param coded the body, in chunks already */
export function chunked(target: string, coded: string, ...fields: string[]): string {
  return request('POST', target, 'Transfer-Encoding: chunked', ...fields) + coded
}

/** A promise that a test resolves or rejects. */
export class Gate {
  open!: () => void
  fail!: (error: Error) => void
  readonly opened: Promise<void>

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.open = resolve
      this.fail = reject
    })
  }
}
