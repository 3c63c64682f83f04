import { expect } from 'vitest'
import type { LinkOptions } from '../../src/io/simulated-link.js'
import { SimulatedNetwork } from '../../src/io/simulated-network.js'
import { SeededRandom } from '../../src/reactor/seeded-random.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { seed } from '../reactor/seed.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import { describeTransport } from './transport-contract.js'

/** The end under test, on a link like this. */
function kindOf(nearIs: 'client' | 'server', link: LinkOptions): TransportKind {
  return {
    connect(near, far) {
      const { reactor, clock } = makeVirtualReactor()
      const random = new SeededRandom(seed)
      const network = new SimulatedNetwork(reactor, { random, link })
      const drive = (): void => void driveVirtually(reactor, clock)
      const [client, server] = nearIs === 'client' ? [near, far] : [far, near]
      const listener = network.listen('server', (transport) => server.adopt(transport))
      client.adopt(network.connect('server', network.link({ highWaterMark: HIGH_WATER_MARK })))
      drive()
      const settle = (): Promise<void> => {
        drive()
        return Promise.resolve()
      }
      const counters = nearIs === 'client' ? network.counters : listener.counters
      const dispose = (): void => expect(network.openEnds).toBe(0)
      return Promise.resolve({ reactor, counters, drive, settle, dispose })
    },
  }
}

const bad: LinkOptions = {
  latencyMs: 20,
  jitterMs: 30,
  fragments: true,
  shortWrites: 0.5,
  reorders: 0.3,
  sendBufferBytes: 10_000,
  receiveWindowBytes: 30_000,
}

describeTransport('a simulated connection, seen from its client', kindOf('client', {}), { conversations: 50 })
describeTransport('a simulated connection, seen from its server', kindOf('server', {}), { conversations: 50 })
describeTransport('a bad simulated connection', kindOf('server', bad), { conversations: 50 })
describeTransport('a narrow one', kindOf('client', { bytesPerSecond: 1e6, segmentBytes: 1460, latencyMs: 3 }))
