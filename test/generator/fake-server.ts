import type { MemoryTransport, Reactor, TransportListener } from 'calandria'

/** A request that a fake server has got, and how to answer it. */
export interface Asked {
  readonly method: string
  readonly target: string
  /** The how-manieth of all connections, from 0. */
  readonly number: number
  readonly transport: MemoryTransport
  readonly reply: (body?: string, options?: { readonly status?: number; readonly headers?: string }) => void
}

export type Answer = (asked: Asked) => void

/** A server on memory transports that does as it is told, right or wrong. Requests have no bodies. */
export class FakeServer {
  readonly reactor: Reactor
  readonly #answer: Answer
  /** Requests so far. */
  requests = 0
  connections = 0
  /** Requests in each read, in order. */
  readonly batches: number[] = []

  constructor(reactor: Reactor, answer: Answer) {
    this.reactor = reactor
    this.#answer = answer
  }

  accept(transport: MemoryTransport): void {
    this.connections++
    transport.attach(new FakeConnection(this, transport))
  }

  /** @internal */
  asked(head: string, transport: MemoryTransport): void {
    const [method = '', target = ''] = head.split(' ')
    this.#answer({
      method,
      target,
      number: this.requests++,
      transport,
      reply: (body = 'Hello, World!', { status = 200, headers = '' } = {}) =>
        transport.write(reply(body, status, headers)),
    })
  }
}

/** A whole response. */
export function reply(body: string, status = 200, headers = ''): string {
  return `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
}

class FakeConnection implements TransportListener {
  readonly #server: FakeServer
  readonly #transport: MemoryTransport
  #received = ''

  constructor(server: FakeServer, transport: MemoryTransport) {
    this.#server = server
    this.#transport = transport
  }

  onBytes(bytes: Buffer, length: number): void {
    this.#received += bytes.toString('latin1', 0, length)
    const heads = this.#received.split('\r\n\r\n')
    this.#received = heads.pop()!
    this.#server.batches.push(heads.length)
    for (const head of heads) this.#server.asked(head, this.#transport)
  }

  onDrain(): void {
    // a fake server doesn't care
  }

  onEnd(): void {
    this.#transport.end()
  }

  onClose(): void {
    // nor does it wait for anything
  }
}
