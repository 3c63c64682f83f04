import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '../../src/io/endpoint.js'
import { IoCounters } from '../../src/io/io-counters.js'
import type { ListeningAddress } from '../../src/io/listening-address.js'
import { SocketAcceptor } from '../../src/io/socket-acceptor.js'
import { type ConnectOptions, connectTcp, connectUnix } from '../../src/io/socket-connector.js'
import type { Transport } from '../../src/io/transport.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import type { Witness } from './witness.js'

export interface SocketKindOptions {
  readonly reactor: Reactor
  readonly readPath: 'onread' | 'data'
  readonly writePath: 'direct' | 'stream'
  /** The end under test. */
  readonly near: 'accepted' | 'connecting'
  readonly getWitness: () => Witness
}

/** Every way to read with every way to write. */
export const SOCKET_PATHS = [
  ['onread', 'direct'],
  ['data', 'stream'],
  ['onread', 'stream'],
  ['data', 'direct'],
] as const

/** Before 1.52 libuv took "hung up" after a short read for an end, without asking the kernel which it was. */
const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number)
export const resetLooksLikeEnd =
  major === 1 && minor < 52 ? 'libuv#4997: not fixed in the libuv of this Node' : undefined

/** Makes connections of one family through an acceptor of its own each. */
function makeKind(
  { reactor, readPath, writePath, near: nearIs, getWitness }: SocketKindOptions,
  makeEndpoint: () => Endpoint,
  connectTo: (address: ListeningAddress, options: ConnectOptions) => Promise<Transport>,
): Pick<TransportKind, 'connect'> {
  return {
    async connect(near, far) {
      const [accepted, connecting] = nearIs === 'accepted' ? [near, far] : [far, near]
      const counters = new IoCounters()
      const options = { readPath, writePath, highWaterMark: HIGH_WATER_MARK }
      const acceptorOptions = { ...options, endpoint: makeEndpoint(), backlog: 16 }
      let acceptor!: SocketAcceptor
      await new Promise<void>((resolve, reject) => {
        const accept = SocketAcceptor.listen(reactor, acceptorOptions, (transport) => {
          accepted.adopt(transport)
          if (connecting.isAttached) resolve()
        })
        accept
          .then(async (listening) => {
            acceptor = listening
            connecting.adopt(await connectTo(acceptor.address, { ...options, counters }))
            if (accepted.isAttached) resolve()
          })
          .catch(reject)
      })
      return {
        reactor,
        counters: nearIs === 'accepted' ? acceptor.counters : counters,
        settle: () => getWitness().settle(),
        dispose: () => void acceptor.close(),
      }
    },
  }
}

/** Real connections over the loopback interface. */
export function makeTcpKind(options: SocketKindOptions): TransportKind {
  const connectTo = (address: ListeningAddress, connectOptions: ConnectOptions): Promise<Transport> => {
    if (address.family === 'unix') throw new Error('this is no TCP address')
    return connectTcp(options.reactor, { host: address.address, port: address.port, ...connectOptions })
  }
  const endpoint: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 }
  return { resetLooksLikeEnd, ...makeKind(options, () => endpoint, connectTo) }
}

/** Real connections through a socket file, in a folder of its own; see {@link removeFolder}. */
export function makeUnixKind(options: SocketKindOptions): TransportKind & { removeFolder(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'cal-'))
  let count = 0
  const makeEndpoint = (): Endpoint => ({ kind: 'unix', path: join(folder, `${count++}.sock`), mode: 0o600 })
  const connectTo = (address: ListeningAddress, connectOptions: ConnectOptions): Promise<Transport> => {
    if (address.family !== 'unix') throw new Error('this is no Unix socket')
    return connectUnix(options.reactor, { path: address.path, ...connectOptions })
  }
  return {
    noReset: 'a Unix socket has no reset',
    removeFolder: () => rmSync(folder, { recursive: true, force: true }),
    ...makeKind(options, makeEndpoint, connectTo),
  }
}
