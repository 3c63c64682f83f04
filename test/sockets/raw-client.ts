import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A response as it stood on the wire. */
export interface Reply {
  readonly status: number
  /** Names in lower case; of a name that comes twice the last value. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** What a raw client connects to: anything that knows its port. */
export interface Listening {
  readonly address: { readonly port: number }
}

const HEAD_END = '\r\n\r\n'

/**
 * A TCP client that sends what it is told, byte for byte, and reads only when it is asked: who doesn't ask is a
 * client that doesn't read. Its reader of replies is strict, so a test that gets its replies has seen them well-formed.
 */
export class RawClient {
  readonly socket: Socket
  /** Resolves when the connection is gone, whoever closed it; with the error, or `null` when it ended in peace. */
  readonly closed: Promise<NodeJS.ErrnoException | null>
  #error: NodeJS.ErrnoException | null = null
  #isClosed = false
  #wake: (() => void) | null = null
  /** What was read and not asked for yet. */
  #chunks: Buffer[] = []
  #length = 0

  private constructor(socket: Socket) {
    this.socket = socket
    const wake = (): void => this.#wake?.()
    socket.on('readable', wake)
    socket.on('end', wake)
    socket.on('error', (error) => (this.#error = error))
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true
        wake()
        resolve(this.#error)
      })
    })
  }

  /** Connects to a port or a Unix socket; the connection is destroyed when the test is over. */
  static async connect(server: Listening | number | { readonly path: string }): Promise<RawClient> {
    const where =
      typeof server === 'object' && 'path' in server
        ? server
        : { host: '127.0.0.1', port: typeof server === 'number' ? server : server.address.port }
    const socket = connect({ ...where, allowHalfOpen: true, noDelay: true })
    onTestFinished(() => void socket.destroy())
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new RawClient(socket))
      })
    })
  }

  /** A client over a socket that is connected, of whatever kind; it is destroyed when the test is over. */
  static over(socket: Socket): RawClient {
    onTestFinished(() => void socket.destroy())
    return new RawClient(socket)
  }

  /** Sends in one packet, as far as TCP allows. @returns this client */
  send(data: string | Uint8Array): this {
    if (typeof data === 'string') this.socket.write(data, 'latin1')
    else this.socket.write(data)
    return this
  }

  /** Half-closes: nothing more will be sent. */
  end(): this {
    this.socket.end()
    return this
  }

  /** Lets go with a reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  /**
   * Reads one final response; interim ones (1xx) are passed over.
   * @param method of the request: HEAD has no body in its reply
   */
  async reply(method = 'GET'): Promise<Reply> {
    for (;;) {
      const reply = await this.anyReply(method)
      if (reply.status >= 200) return reply
    }
  }

  /** Reads one response, interim or final. */
  async anyReply(method = 'GET'): Promise<Reply> {
    const { status, headers } = parseHead(await this.#until(HEAD_END))
    const isBodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
    return { status, headers, body: isBodiless ? Buffer.alloc(0) : await this.#body(headers) }
  }

  async replies(count: number): Promise<Reply[]> {
    const replies: Reply[] = []
    while (replies.length < count) replies.push(await this.reply())
    return replies
  }

  /** Reads exactly so many bytes. */
  async bytes(length: number): Promise<Buffer> {
    while (this.#length < length) await this.#mustRead(`${length} bytes`)
    return this.#take(length)
  }

  /** Reads whatever is there, but one byte at least; empty at the end. */
  async some(): Promise<Buffer> {
    if (this.#length === 0) await this.#read()
    return this.#take(this.#length)
  }

  /** Reads up to the end. @throws when the connection is reset instead */
  async rest(): Promise<Buffer> {
    while (await this.#read());
    return this.#take(this.#length)
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const length = headers.get('content-length')
    if (headers.get('transfer-encoding') === 'chunked') {
      if (length !== undefined) throw new Error('a reply with both Content-Length and Transfer-Encoding')
      return this.#chunkedBody()
    }
    if (length === undefined) return this.rest()
    if (!/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`)
    return this.bytes(Number(length))
  }

  async #chunkedBody(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (;;) {
      const line = (await this.#until('\r\n')).slice(0, -2)
      if (!/^[0-9a-f]+$/.test(line)) throw new Error(`a chunk's length can't be ${JSON.stringify(line)}`)
      const length = parseInt(line, 16)
      const chunk = await this.bytes(length + 2)
      if (chunk.toString('latin1', length) !== '\r\n') throw new Error('a chunk does not end with CR LF')
      if (length === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, length))
    }
  }

  async #until(mark: string): Promise<string> {
    let from = 0
    for (;;) {
      const all = this.#peek()
      const at = all.indexOf(mark, from, 'latin1')
      if (at !== -1) return this.#take(at + mark.length).toString('latin1')
      from = Math.max(0, all.length - mark.length)
      await this.#mustRead(JSON.stringify(mark))
    }
  }

  async #mustRead(what: string): Promise<void> {
    if (await this.#read()) return
    throw new Error(
      `the connection ended before ${what} came; left over: ${JSON.stringify(String(this.#peek()))}`,
    )
  }

  /** @returns `false` at the end */
  async #read(): Promise<boolean> {
    for (;;) {
      const chunk = this.socket.read() as Buffer | null
      if (chunk !== null) {
        this.#chunks.push(chunk)
        this.#length += chunk.length
        return true
      }
      if (this.socket.readableEnded) return false
      if (this.#isClosed) throw this.#error ?? new Error('the connection was closed without an end')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #peek(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  #take(length: number): Buffer {
    const all = this.#peek()
    this.#chunks = length === all.length ? [] : [all.subarray(length)]
    this.#length -= length
    return all.subarray(0, length)
  }
}

function parseHead(head: string): { status: number; headers: Map<string, string> } {
  const [statusLine = '', ...lines] = head.slice(0, -HEAD_END.length).split('\r\n')
  const match = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)
  if (match === null) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\x20-\xff]*)$/.exec(line)
    if (field === null) throw new Error(`not a field line: ${JSON.stringify(line)}`)
    headers.set(field[1]!.toLowerCase(), field[2]!)
  }
  return { status: Number(match[1]), headers }
}
