import { DELIVERIES, describeConformance, ENGINES } from './conformance-suite.js'
import { CalandriaInMemory } from './subjects/calandria-in-memory.js'

for (const [engine, parser] of Object.entries(ENGINES)) {
  for (const delivery of DELIVERIES) {
    describeConformance('in memory', engine, delivery, async () => new CalandriaInMemory(await parser()))
  }
}
