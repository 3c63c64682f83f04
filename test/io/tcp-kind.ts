import { IoCounters } from '../../src/io/io-counters.js'
import { TcpAcceptor } from '../../src/io/tcp-acceptor.js'
import { connectTcp } from '../../src/io/tcp-connector.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import type { Witness } from './witness.js'

export interface TcpKindOptions {
  readonly reactor: Reactor
  readonly readPath: 'onread' | 'data'
  /** The end under test. */
  readonly near: 'accepted' | 'connecting'
  readonly getWitness: () => Witness
}

/** Before 1.52 libuv took "hung up" after a short read for an end, without asking the kernel which it was. */
const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number)
const resetLooksLikeEnd =
  major === 1 && minor < 52 ? 'libuv#4997: not fixed in the libuv of this Node' : undefined

/** Real connections over the loopback interface. */
export function makeTcpKind({ reactor, readPath, near: nearIs, getWitness }: TcpKindOptions): TransportKind {
  return {
    resetLooksLikeEnd,
    async connect(near, far) {
      const [accepted, connecting] = nearIs === 'accepted' ? [near, far] : [far, near]
      const counters = new IoCounters()
      const options = { host: '127.0.0.1', readPath, highWaterMark: HIGH_WATER_MARK }
      let acceptor!: TcpAcceptor
      await new Promise<void>((resolve, reject) => {
        const accept = TcpAcceptor.listen(reactor, { ...options, port: 0, backlog: 16 }, (transport) => {
          accepted.adopt(transport)
          if (connecting.isAttached) resolve()
        })
        accept
          .then(async (listening) => {
            acceptor = listening
            connecting.adopt(await connectTcp(reactor, { ...options, port: acceptor.address.port, counters }))
            if (accepted.isAttached) resolve()
          })
          .catch(reject)
      })
      return {
        reactor,
        counters: nearIs === 'accepted' ? acceptor.counters : counters,
        settle: () => getWitness().settle(),
        dispose: () => acceptor.close(),
      }
    },
  }
}
