import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Random } from './random.js'

/** Where a server listens, and how. */
export type Where =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'tls'; readonly port: number; readonly ca: string }
  | { readonly kind: 'unix'; readonly path: string }

/** One connection of a client that decides itself when it reads. */
export class Wire {
  readonly socket: Socket
  /** Reads at most so much at a time, and waits in between. */
  isSlow = false
  #chunks: Buffer[] = []
  #length = 0
  #error: Error | null = null
  #isClosed = false
  #wake: (() => void) | null = null

  private constructor(socket: Socket) {
    this.socket = socket
    const wake = (): void => this.#wake?.()
    socket.on('readable', wake).on('end', wake)
    socket.on('error', (error) => (this.#error = error))
    socket.on('close', () => {
      this.#isClosed = true
      wake()
    })
  }

  static connect(where: Where): Promise<Wire> {
    const host = '127.0.0.1'
    const socket =
      where.kind === 'tls'
        ? connectTls({ host, port: where.port, ca: where.ca, allowHalfOpen: true } as object)
        : connectTcp(
            where.kind === 'unix'
              ? { path: where.path, allowHalfOpen: true }
              : { host, port: where.port, allowHalfOpen: true },
          )
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once(where.kind === 'tls' ? 'secureConnect' : 'connect', () => {
        socket.off('error', reject)
        socket.setNoDelay(true)
        resolve(new Wire(socket))
      })
    })
  }

  /** Sends in some pieces, each in a turn of its own. */
  async send(bytes: Buffer, random: Random): Promise<void> {
    for (const piece of random.cut(bytes, random.pick([1, 1, 2, 10]))) {
      if (this.#isClosed || this.socket.destroyed) return
      this.socket.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Lets go at once: with a reset, or however the kernel does it. */
  abandon(random: Random): void {
    if (random.below(2) === 0 && 'resetAndDestroy' in this.socket && !('encrypted' in this.socket)) {
      try {
        this.socket.resetAndDestroy()
        return
      } catch {
        // only TCP can be reset
      }
    }
    this.socket.destroy()
  }

  /** All that has come and was not taken. */
  peek(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] as Buffer
  }

  get length(): number {
    return this.#length
  }

  take(length: number): Buffer {
    const all = this.peek()
    this.#chunks = length === all.length ? [] : [all.subarray(length)]
    this.#length -= length
    return all.subarray(0, length)
  }

  /** For who finds out why it hangs. */
  describe(): string {
    const { bytesRead, bytesWritten, writableLength, readableLength, readableEnded } = this.socket
    const rest = JSON.stringify(this.peek().toString('latin1', 0, 100))
    return `${bytesRead} bytes read, ${bytesWritten} written, ${writableLength} not sent, ${readableLength + this.#length} not taken (${rest}), ended: ${readableEnded}`
  }

  /** Reads more. @returns `false` at the end; @throws after a reset */
  async read(): Promise<boolean> {
    for (;;) {
      const { socket } = this
      const slowly = this.isSlow ? Math.min(16_384, socket.readableLength) : 0
      const chunk = (slowly > 0 ? socket.read(slowly) : socket.read()) as Buffer | null
      if (chunk !== null) {
        if (this.isSlow) await new Promise((resolve) => setTimeout(resolve, 5))
        this.#chunks.push(chunk)
        this.#length += chunk.length
        return true
      }
      if (socket.readableEnded) return false
      if (this.#isClosed) throw this.#error ?? new Error('closed without an end')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async mustRead(what: string): Promise<void> {
    if (await this.read()) return
    throw new Error(
      `the connection ended before ${what}; there is ${JSON.stringify(this.peek().toString('latin1', 0, 200))}`,
    )
  }
}
