import type { Socket } from 'node:net'
import type { Reactor } from '../reactor/reactor.js'
import { DirectTransport } from './direct-transport.js'
import { directHandleOf } from './direct-write.js'
import type { IoCounters } from './io-counters.js'
import { decideReadPath, type ReadPath } from './read-path.js'
import type { Reset } from './socket-reset.js'
import { SocketTransport } from './socket-transport.js'
import { decideWritePath, type WritePath } from './write-path.js'

export interface WantedPaths {
  readonly readPath: ReadPath
  readonly writePath: WritePath
}

/** How sockets are read and written, decided. */
export interface SocketPaths {
  readonly read: 'onread' | 'data'
  readonly write: 'direct' | 'stream'
}

/** @throws CalandriaError `CAL_ERR_READ_PATH`, `CAL_ERR_WRITE_PATH` when a forced path does not work here */
export async function decidePaths({ readPath, writePath }: WantedPaths): Promise<SocketPaths> {
  const [read, write] = await Promise.all([decideReadPath(readPath), decideWritePath(writePath)])
  return { read, write }
}

/** Makes the transport of a socket that is open; see the constructor of {@link SocketTransport}. */
export function makeTransport(
  paths: SocketPaths,
  socket: Socket,
  reactor: Reactor,
  counters: IoCounters,
  reset: Reset,
  client?: string | null,
): SocketTransport {
  const isOnread = paths.read === 'onread'
  const handle = paths.write === 'direct' ? directHandleOf(socket) : null
  return handle === null
    ? new SocketTransport(socket, reactor, counters, isOnread, reset, client)
    : new DirectTransport(handle, socket, reactor, counters, isOnread, reset, client)
}
