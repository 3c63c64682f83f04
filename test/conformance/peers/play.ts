import { describe, differencesFromExpected, isAllowed } from '../judge.js'
import { observe, type Observed } from '../observe.js'
import type { Row } from '../row.js'
import { TABLE } from '../table.js'
import type { Contestant } from './contestants.js'

/** A row that did not come out as it must, and what happened instead. */
export interface Difference {
  readonly row: Row
  readonly what: string
}

export interface Score {
  readonly name: string
  readonly version: string
  /** By topic. */
  readonly differences: ReadonlyMap<string, readonly Difference[]>
}

/** Plays the whole table to one server. A server that goes down on a row is started again. */
export async function play(contestant: Contestant, ownVersion: string): Promise<Score> {
  let subject = await contestant.start()
  const version = subject.version ?? ownVersion
  const differences = new Map<string, Difference[]>()
  for (const [topic, rows] of Object.entries(TABLE)) {
    const ofTopic: Difference[] = []
    for (const row of rows) {
      let what: string | null
      try {
        const observed = await observe(row, await subject.connect(), 'whole', () => subject.takeLog())
        what = judged(contestant, row, observed)
      } catch (error) {
        what = `the server went down: ${(error as Error).message}`
        await subject.close().catch(() => undefined)
        subject = await contestant.start()
      }
      if (what !== null) ofTopic.push({ row, what })
    }
    differences.set(topic, ofTopic)
  }
  await subject.close()
  return { name: contestant.name, version, differences }
}

function judged({ isOurs }: Contestant, row: Row, observed: Observed): string | null {
  if (!isOurs) return isAllowed(row, observed) ? null : describe(row, observed)
  const differences = differencesFromExpected(row, observed, 'scanner', 'whole')
  return differences.length === 0 ? null : differences.join('; ')
}
