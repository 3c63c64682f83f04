import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { IoCounters } from '../../src/io/io-counters.js'
import { SocketAcceptor } from '../../src/io/socket-acceptor.js'
import { resetBelowTls, resetTcp } from '../../src/io/socket-reset.js'
import { SocketTransport } from '../../src/io/socket-transport.js'
import { tlsSettings } from '../../src/io/tls-door.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import type { Issued } from '../tls/certificates.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import { resetLooksLikeEnd } from './socket-kind.js'
import type { Witness } from './witness.js'

export interface TlsKindOptions {
  readonly reactor: Reactor
  readonly version: 'TLSv1.2' | 'TLSv1.3'
  readonly issued: Issued
  readonly ca: string
  readonly getWitness: () => Witness
}

/** TLS over the loopback interface. The end under test is the accepted one: a connector for TLS is none of ours. */
export function makeTlsKind({ reactor, version, issued, ca, getWitness }: TlsKindOptions): TransportKind {
  return {
    resetLooksLikeEnd,
    async connect(near, far) {
      const tls = tlsSettings(issued)
      const options = {
        readPath: 'auto',
        writePath: 'auto',
        highWaterMark: HIGH_WATER_MARK,
        backlog: 16,
        tls,
      } as const
      const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
      let adopted!: () => void
      const accepted = new Promise<void>((resolve) => (adopted = resolve))
      const acceptor = await SocketAcceptor.listen(reactor, { ...options, endpoint }, (transport) => {
        near.adopt(transport)
        adopted()
      })
      if (acceptor.address.family === 'unix') throw new Error('this is no TCP address')
      const carrier = connect({ port: acceptor.address.port, host: '127.0.0.1', allowHalfOpen: true })
      await once(carrier, 'connect')
      const socket = connectTls({ socket: carrier, ca, host: '127.0.0.1', maxVersion: version })
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.once('secureConnect', () => {
          const reset = resetBelowTls(carrier, resetTcp)
          far.adopt(new SocketTransport(socket, reactor, new IoCounters(), false, reset))
          resolve()
        })
      })
      await accepted
      await getWitness().settle() // the session tickets of TLS 1.3 leave behind the handshake: not what is tested here
      return {
        reactor,
        counters: acceptor.counters,
        settle: () => getWitness().settle(),
        dispose: () => void acceptor.close(),
      }
    },
  }
}
