import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import {
  type ListeningAddress,
  type ListeningServer,
  type ParserEngine,
  type ReadPath,
  serve,
  type ServeOptions,
  type TlsOptions,
} from '../../../src/index.js'
import { withWritePath } from '../../sockets/started-server.js'
import { SocketClient } from '../socket-client.js'
import { CalandriaApp } from './calandria-app.js'
import type { Subject } from './subject.js'

type AnyServer = ListeningServer<ListeningAddress>

/** How clients and server reach one another. */
export interface Way {
  readonly listen: Partial<ServeOptions>
  connect(server: AnyServer): Socket | TLSSocket
  close?(): Promise<void>
}

export interface SocketSubjectOptions {
  readonly parser: 'scanner' | ParserEngine
  readonly readPath: ReadPath
}

/** Small, so that what goes beyond it is small, too; every other limit has its default. */
export const CONFORMANCE_LIMITS = { bodyBytes: 4096 }

/** Calandria on sockets. */
export class CalandriaOnSockets implements Subject {
  readonly server: AnyServer
  readonly #app: CalandriaApp
  readonly #way: Way

  private constructor(server: AnyServer, app: CalandriaApp, way: Way) {
    this.server = server
    this.#app = app
    this.#way = way
  }

  static async start(way: Way, options: SocketSubjectOptions): Promise<CalandriaOnSockets> {
    const app = new CalandriaApp()
    const server = await serve({
      ...way.listen,
      ...withWritePath(options),
      handler: app.handler,
      limits: CONFORMANCE_LIMITS,
      onError: () => undefined, // some rows fail on purpose
    })
    return new CalandriaOnSockets(server, app, way)
  }

  async connect(): Promise<SocketClient> {
    const socket = this.#way.connect(this.server)
    await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect')
    return new SocketClient(socket)
  }

  takeLog(): ReturnType<Subject['takeLog']> {
    return Promise.resolve(this.#app.takeLog())
  }

  async close(): Promise<void> {
    await this.server.close({ drainMs: 0 })
    await this.#way.close?.()
  }
}

const portOf = ({ address }: AnyServer): number => {
  if (!('port' in address)) throw new Error('the server does not listen on TCP')
  return address.port
}

export function overTcp(): Way {
  return {
    listen: { port: 0 },
    connect: (server) =>
      connectSocket({ host: '127.0.0.1', port: portOf(server), allowHalfOpen: true, noDelay: true }),
  }
}

/** @param trusted the authority that the client trusts */
export function overTls(tls: TlsOptions, trusted: string): Way {
  return {
    listen: { port: 0, tls },
    connect: (server) => {
      // the types don't know of allowHalfOpen here, which Node documents
      const halfOpen = { allowHalfOpen: true }
      const to = { host: '127.0.0.1', port: portOf(server), ca: trusted, servername: 'localhost' }
      return connectTls({ ...to, ...halfOpen }).setNoDelay(true)
    },
  }
}

export async function overUnixSocket(): Promise<Way> {
  const folder = await mkdtemp(join(tmpdir(), 'calandria-'))
  const path = join(folder, 'server.sock')
  return {
    listen: { path },
    connect: () => connectSocket({ path, allowHalfOpen: true }),
    close: () => rm(folder, { recursive: true }),
  }
}
