import { type Bench } from './bench.js'
import { measureFresh } from './measure-fresh.js'
import { heldReplies } from './measure-held.js'
import { measureLoad } from './measure-load.js'
import { idleMemory, startAndRest } from './measure-memory.js'
import { type Scenario } from './scenario.js'

/** Measures one scenario with all subjects that can do it, and records what it finds. */
export async function measure(given: Bench, scenario: Scenario): Promise<void> {
  const bench = { ...given, subjects: given.subjects.filter(({ acts }) => acts.includes(scenario.act)) }
  switch (scenario.kind) {
    case 'load':
      return measureLoad(bench, scenario)
    case 'idle':
      return measureFresh(bench, scenario, (running) => idleMemory(running, scenario))
    case 'start':
      return measureFresh(bench, scenario, startAndRest)
    case 'held':
      return measureFresh(bench, scenario, (running) => heldReplies(running, scenario))
  }
}
