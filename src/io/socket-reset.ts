import type { Socket } from 'node:net'

/**
 * How a transport lets its peer know that what it has got is not the whole. It depends on what is below:
 *
 * - TCP sends a reset.
 * - TLS resets the TCP connection that carries it: no `close_notify`, so the peer can tell too (RFC 8446 §6.1).
 * - Unix sockets have no reset. The peer sees the end (and, on Linux, a reset when we had not read all it wrote);
 *   what is queued is dropped. HTTP messages with a length or chunks show that they are cut.
 */
export type Reset = (socket: Socket) => void

export const resetTcp: Reset = (socket) => {
  afterShutdown(socket, () => socket.resetAndDestroy())
}

export const dropUnix: Reset = (socket) => {
  socket.destroy()
}

/** @param carrier the socket below, which {@link Reset | resetCarrier} can reset */
export function resetBelowTls(carrier: Socket, resetCarrier: Reset): Reset {
  return (socket) => {
    // Node destroys the socket above when its carrier has closed; at once it would tell so in the same stack.
    afterShutdown(socket, () => resetCarrier(carrier))
  }
}

/** libuv refuses to reset while a shutdown is under way (EINVAL), and Node then never closes the socket. */
function afterShutdown(socket: Socket, reset: () => void): void {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0
  if (isEnding && !socket.destroyed) socket.once('finish', reset)
  else reset()
}
