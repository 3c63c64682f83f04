import { afterAll, beforeAll } from 'vitest'
import { Reactor } from '../../src/reactor/reactor.js'
import { SOCKET_PATHS, makeUnixKind } from './socket-kind.js'
import { describeTransport } from './transport-contract.js'
import { Witness } from './witness.js'

let witness: Witness
beforeAll(async () => void (witness = await Witness.start()))
afterAll(() => witness.close())

/** One for all connections: they share a receive buffer, as they do in a server. */
const reactor = new Reactor()

for (const [readPath, writePath] of SOCKET_PATHS) {
  for (const near of ['accepted', 'connecting'] as const) {
    const kind = makeUnixKind({ reactor, readPath, writePath, near, getWitness: () => witness })
    afterAll(() => kind.removeFolder())
    describeTransport(`a Unix socket, the ${near} end, read by ${readPath}, written by ${writePath}`, kind, {
      conversations: 10,
    })
  }
}
