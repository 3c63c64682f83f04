import type { ParserEngine } from '../../../src/http/parser/parser-engine.js'
import { type MemoryClient, VirtualServer } from '../../http/memory-client.js'
import type { ByteClient } from '../byte-client.js'
import { CalandriaApp } from './calandria-app.js'
import { CONFORMANCE_LIMITS } from './calandria-on-sockets.js'
import type { Subject } from './subject.js'

/** Calandria without a socket: every byte is a read of its own if it is sent as one, and silence is certain. */
export class CalandriaInMemory implements Subject {
  readonly #app = new CalandriaApp()
  readonly #virtual: VirtualServer

  constructor(parser: 'scanner' | ParserEngine) {
    this.#virtual = new VirtualServer(this.#app.handler, { parser, limits: CONFORMANCE_LIMITS })
  }

  connect(): Promise<ByteClient> {
    return Promise.resolve(new InMemory(this.#virtual, this.#virtual.connect()))
  }

  takeLog(): ReturnType<Subject['takeLog']> {
    return Promise.resolve(this.#app.takeLog())
  }

  async close(): Promise<void> {
    this.#virtual.close({ drainMs: 0 })
    await this.#virtual.pass(1)
  }
}

class InMemory implements ByteClient {
  readonly #virtual: VirtualServer
  readonly #client: MemoryClient

  constructor(virtual: VirtualServer, client: MemoryClient) {
    this.#virtual = virtual
    this.#client = client
  }

  get received(): string {
    return this.#client.text
  }

  get isOver(): boolean {
    return this.#client.isEnded || this.#client.isClosed
  }

  get error(): string | null {
    return this.#client.closeError?.message ?? null
  }

  send(bytes: string): void {
    if (!this.#client.isClosed) this.#client.send(bytes)
  }

  end(): void {
    this.#client.transport.end()
  }

  settle(): Promise<void> {
    this.#virtual.run()
    return Promise.resolve()
  }

  async more(): Promise<boolean> {
    const { length } = this.received
    const wasOver = this.isOver
    // a slow handler takes some turns of Node's loop, and none of the reactor's
    for (let turn = 0; turn < 20 && this.received.length === length && this.isOver === wasOver; turn++)
      await this.#virtual.settle()
    return this.received.length > length || this.isOver !== wasOver
  }

  close(): void {
    this.#client.transport.close()
    this.#virtual.run()
  }
}
