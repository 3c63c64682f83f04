import { IoCounters } from '../../src/io/io-counters.js'
import { SocketAcceptor } from '../../src/io/socket-acceptor.js'
import { connectTls } from '../../src/io/tls-connector.js'
import { tlsSettings } from '../../src/io/tls-door.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import type { Issued } from '../tls/certificates.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import { resetLooksLikeEnd } from './socket-kind.js'
import type { Witness } from './witness.js'

export interface TlsKindOptions {
  readonly reactor: Reactor
  readonly version: 'TLSv1.2' | 'TLSv1.3'
  /** The end under test. */
  readonly near: 'accepted' | 'connecting'
  readonly issued: Issued
  readonly ca: string
  readonly getWitness: () => Witness
}

/** TLS over the loopback interface. */
export function makeTlsKind({
  reactor,
  version,
  near: nearIs,
  issued,
  ca,
  getWitness,
}: TlsKindOptions): TransportKind {
  return {
    resetLooksLikeEnd,
    async connect(near, far) {
      const [accepted, connecting] = nearIs === 'accepted' ? [near, far] : [far, near]
      const ciphers = version === 'TLSv1.2' ? { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } : {}
      const tls = tlsSettings({
        ...issued,
        ...ciphers,
        ...(version === 'TLSv1.3' && { minVersion: version }),
      })
      const options = {
        readPath: 'auto',
        writePath: 'auto',
        highWaterMark: HIGH_WATER_MARK,
        backlog: 16,
        tls,
      } as const
      const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
      let adopted!: () => void
      const isAccepted = new Promise<void>((resolve) => (adopted = resolve))
      const acceptor = await SocketAcceptor.listen(reactor, { ...options, endpoint }, (transport) => {
        accepted.adopt(transport)
        adopted()
      })
      if (acceptor.address.family === 'unix') throw new Error('this is no TCP address')
      const { port } = acceptor.address
      const counters = new IoCounters()
      const connection = { host: '127.0.0.1', port, ca, counters, highWaterMark: HIGH_WATER_MARK }
      connecting.adopt(await connectTls(reactor, connection))
      await isAccepted
      await getWitness().settle() // the session tickets of TLS 1.3 leave behind the handshake: not what is tested here
      return {
        reactor,
        counters: nearIs === 'accepted' ? acceptor.counters : counters,
        settle: () => getWitness().settle(),
        dispose: () => void acceptor.close(),
      }
    },
  }
}
