import { afterAll, beforeAll } from 'vitest'
import { Reactor } from '../../src/reactor/reactor.js'
import { Authority } from '../tls/certificates.js'
import { makeTlsKind } from './tls-kind.js'
import { describeTransport } from './transport-contract.js'
import { Witness } from './witness.js'

const authority = new Authority()
const issued = authority.issue('127.0.0.1')

let witness: Witness
beforeAll(async () => void (witness = await Witness.start()))
afterAll(() => {
  witness.close()
  authority.remove()
})

const reactor = new Reactor()

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  for (const near of ['accepted', 'connecting'] as const) {
    describeTransport(
      `${version}, the ${near} end`,
      makeTlsKind({ reactor, version, near, issued, ca: authority.cert, getWitness: () => witness }),
      { conversations: 15 },
    )
  }
}
