import { connectTcp, connectTls, connectUnix, type IoCounters, type Reactor } from 'calandria'
import type { Connect } from './connection-opener.js'
import type { Target } from './load-plan.js'

/**
 * @param sources local addresses to take in turn: 127.0.0.1, 127.0.0.2 and so on; 1 leaves the choice to the kernel
 * @param firstSource where in their line this process begins
 */
export function makeConnect(
  reactor: Reactor,
  target: Target,
  sources: number,
  firstSource: number,
  counters: IoCounters,
): Connect {
  if (target.kind === 'unix') {
    const { path, tls } = target
    return tls === null
      ? () => connectUnix(reactor, { path, counters })
      : () => connectTls(reactor, { path, counters, ...tlsOptions(tls) })
  }
  const { host, port, tls } = target
  const from = (index: number) =>
    sources > 1 ? { localAddress: loopbackAddress((firstSource + index) % sources) } : {}
  return tls === null
    ? (index) => connectTcp(reactor, { host, port, counters, ...from(index) })
    : (index) => connectTls(reactor, { host, port, counters, ...from(index), ...tlsOptions(tls) })
}

/** All of 127.0.0.0/8 is this machine. */
function loopbackAddress(number: number): string {
  return `127.0.${Math.floor(number / 254)}.${(number % 254) + 1}`
}

function tlsOptions({ servername, ca, insecure = false }: NonNullable<Target['tls']>) {
  return { servername, rejectUnauthorized: !insecure, ...(ca !== undefined && { ca }) }
}
