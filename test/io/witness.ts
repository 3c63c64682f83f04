import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A connection of its own through the same kernel and the same loop. When a byte has gone to and fro on it a few
 * times, whatever other connections had under way before has been seen too. So a test can show, without a sleep,
 * that something does not happen.
 */
export class Witness {
  readonly #server: Server
  readonly #client: Socket

  private constructor(server: Server, client: Socket) {
    this.#server = server
    this.#client = client
  }

  static async start(): Promise<Witness> {
    const server = createServer((socket) => void socket.pipe(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.setNoDelay()
    await once(client, 'connect')
    return new Witness(server, client)
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      this.#client.write('?')
      await once(this.#client, 'data')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  close(): void {
    this.#client.destroy()
    this.#server.close()
  }
}
