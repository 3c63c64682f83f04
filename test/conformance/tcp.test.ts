import { expect } from 'vitest'
import { READ_PATHS } from '../sockets/started-server.js'
import { DELIVERIES, describeConformance, ENGINES } from './conformance-suite.js'
import { CalandriaOnSockets, overTcp } from './subjects/calandria-on-sockets.js'

for (const readPath of READ_PATHS) {
  for (const [engine, parser] of Object.entries(ENGINES)) {
    for (const delivery of DELIVERIES) {
      describeConformance(
        `TCP, ${readPath}`,
        engine,
        delivery,
        async () => CalandriaOnSockets.start(overTcp(), { readPath, parser: await parser() }),
        ({ server }) => {
          const { reads, bytesRead, connections } = server.statistics()
          expect(server.statistics().readPath).toBe(readPath)
          // the kernel may glue bytes, so not every one need be a read of its own
          if (delivery === 'bytes') expect(reads).toBeGreaterThan(bytesRead / 2)
          else expect(reads).toBeLessThan(connections.accepted * 5)
        },
      )
    }
  }
}
