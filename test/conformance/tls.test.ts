import { afterAll } from 'vitest'
import { Authority } from '../tls/certificates.js'
import { DELIVERIES, describeConformance, ENGINES } from './conformance-suite.js'
import { CalandriaOnSockets, overTls } from './subjects/calandria-on-sockets.js'

const authority = new Authority()
const issued = authority.issue('localhost', '127.0.0.1')
afterAll(() => authority.remove())

// TLS knows one read path.
for (const [engine, parser] of Object.entries(ENGINES)) {
  for (const delivery of DELIVERIES) {
    describeConformance('TLS', engine, delivery, async () =>
      CalandriaOnSockets.start(overTls(issued, authority.cert), { readPath: 'data', parser: await parser() }),
    )
  }
}
