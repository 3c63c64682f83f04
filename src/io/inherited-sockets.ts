import { CalandriaError } from '../errors/calandria-error.js'

/** The first descriptor that systemd passes: behind standard input, output and error. */
const FIRST_FD = 3

/** A listening socket that systemd has opened for us. */
export interface InheritedSocket {
  readonly fd: number
  /** `FileDescriptorName=` of its socket unit; empty where systemd gave none. */
  readonly name: string
}

/**
 * The sockets that systemd has passed to this process (`sd_listen_fds(3)`): none when it was not started by socket
 * activation, or when `LISTEN_PID` names another process, whose environment we have merely inherited.
 */
export function systemdSockets(environment: NodeJS.ProcessEnv = process.env): readonly InheritedSocket[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names } = environment
  if (pid !== String(process.pid) || count === undefined || !/^[1-9]\d{0,3}$/.test(count)) return []
  const all = names?.split(':') ?? []
  return Array.from({ length: Number(count) }, (_, i) => ({ fd: FIRST_FD + i, name: all[i] ?? '' }))
}

/**
 * The one socket that systemd has passed.
 * @throws CalandriaError `CAL_ERR_NO_INHERITED_SOCKET`; also where there are several, to choose from by {@link systemdSockets}
 */
export function theSystemdSocket(environment: NodeJS.ProcessEnv = process.env): number {
  const sockets = systemdSockets(environment)
  const [socket] = sockets
  if (socket !== undefined && sockets.length === 1) return socket.fd
  const { LISTEN_PID = '', LISTEN_FDS = '' } = environment
  const found = `LISTEN_PID=${LISTEN_PID}, LISTEN_FDS=${LISTEN_FDS}, this is process ${process.pid}`
  throw new CalandriaError(
    'CAL_ERR_NO_INHERITED_SOCKET',
    sockets.length > 1 ? `there are ${sockets.length}: choose one by systemdSockets()` : found,
  )
}
