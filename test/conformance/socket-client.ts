import type { Duplex } from 'node:stream'
import type { ByteClient } from './byte-client.js'

/** A client over a connected socket of any kind: TCP, TLS, Unix. */
export class SocketClient implements ByteClient {
  readonly #socket: Duplex
  readonly #patienceMs: number
  #received = ''
  #isOver = false
  #error: string | null = null
  #wake: (() => void) | null = null

  /**
   * @param socket connected, half-open allowed, without Nagle's algorithm
   * @param patienceMs how long a server may be silent where it should say something; left out: for ever
   */
  constructor(socket: Duplex, patienceMs = Infinity) {
    this.#socket = socket
    this.#patienceMs = patienceMs
    socket.on('data', (bytes: Buffer) => {
      this.#received += bytes.toString('latin1')
      this.#wake?.()
    })
    socket.on('end', () => this.#finish(null))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#finish(error.code ?? error.message))
    socket.on('close', () => this.#finish(null))
  }

  get received(): string {
    return this.#received
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get error(): string | null {
    return this.#error
  }

  send(bytes: string): void {
    if (this.#socket.writable) this.#socket.write(bytes, 'latin1')
  }

  end(): void {
    this.#socket.end()
  }

  /** A turn of Node's loop: a server in this process reads what has arrived. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  async more(): Promise<boolean> {
    if (this.#isOver) return false
    const { length } = this.#received
    await new Promise<void>((resolve) => {
      const timer = this.#patienceMs === Infinity ? undefined : setTimeout(resolve, this.#patienceMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = null
    return this.isOver || this.#received.length > length
  }

  close(): void {
    this.#socket.destroy()
  }

  #finish(error: string | null): void {
    if (!this.#isOver) this.#error = error
    this.#isOver = true
    this.#wake?.()
  }
}
