import type { Client } from './client.js'
import { Connection } from './connection.js'
import type { ServerContext } from './server-context.js'

/** So that a crowd leaves little behind: one is about 700 bytes. */
const MOST_SPARE = 256

/**
 * Connections are lent to the clients for whom something is on its way. One that is read, answered and written in one
 * stack has given its connection back when the next client's bytes come in, so a server needs few.
 */
export class ConnectionPool {
  readonly #spare: Connection[] = []

  lend(server: ServerContext, client: Client): Connection {
    const connection = this.#spare.pop() ?? new Connection(server)
    connection.serve(client)
    return connection
  }

  /** @param connection with nothing on its way; those that end with their client don't come back */
  giveBack(connection: Connection): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(connection)
  }
}
