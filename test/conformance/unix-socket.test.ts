import { READ_PATHS } from '../sockets/started-server.js'
import { DELIVERIES, describeConformance, ENGINES } from './conformance-suite.js'
import { CalandriaOnSockets, overUnixSocket } from './subjects/calandria-on-sockets.js'

for (const readPath of READ_PATHS) {
  for (const [engine, parser] of Object.entries(ENGINES)) {
    for (const delivery of DELIVERIES) {
      describeConformance(`Unix socket, ${readPath}`, engine, delivery, async () =>
        CalandriaOnSockets.start(await overUnixSocket(), { readPath, parser: await parser() }),
      )
    }
  }
}
