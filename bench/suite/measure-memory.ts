import { setTimeout as delay } from 'node:timers/promises'
import { wireForm } from './ask.js'
import { IdleConnections } from './idle-connections.js'
import { type Metrics } from './metric.js'
import { type RunningSubject } from './running-subject.js'
import { type IdleScenario } from './scenario.js'

const warmUpConnections = 100
/** Memory is looked at when nothing has been asked for so long. */
const restMs = 400

/** What the memory of a process grows by, over the number of its connections. */
export async function idleMemory(running: RunningSubject, scenario: IdleScenario): Promise<Metrics> {
  const { place, asks } = running
  const request = wireForm(asks[0]!, place)
  const { answerBytes } = await running.check()
  const connections = new IdleConnections()
  // so that code and caches that exist once aren't counted as the connections' own
  await connections.open(warmUpConnections, place, request, answerBytes)
  await connections.close()
  const before = await restingBytes(running)
  try {
    await connections.open(scenario.connections, place, request, answerBytes)
    const after = await restingBytes(running)
    const { stillOpen } = connections
    if (stillOpen !== scenario.connections) {
      throw new Error(`it kept only ${stillOpen} of ${scenario.connections} idle connections`)
    }
    if (before === undefined || after === undefined) return {}
    return { rssPerConnection: (after - before) / scenario.connections }
  } finally {
    await connections.close()
  }
}

export async function startAndRest(running: RunningSubject): Promise<Metrics> {
  const rss = await restingBytes(running)
  return { startupMs: running.startupMs, ...(rss === undefined ? {} : { rssAtRest: rss }) }
}

/** Programs of ours collect their garbage first; others can't be told to. */
async function restingBytes(running: RunningSubject): Promise<number | undefined> {
  await running.ask('collect garbage')
  await delay(restMs)
  running.assertAlive()
  return running.usage()?.rssBytes
}
