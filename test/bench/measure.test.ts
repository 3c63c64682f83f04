import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Attack, type Load, type Volume } from '../../bench/loads/load.js'
import { Pinning } from '../../bench/pinning.js'
import { type Subject } from '../../bench/subjects/subject.js'
import { replies } from '../../bench/suite/act.js'
import { checkAnswers } from '../../bench/suite/answer-check.js'
import { get } from '../../bench/suite/ask.js'
import { type Bench } from '../../bench/suite/bench.js'
import { measure } from '../../bench/suite/measure.js'
import { type Measurement } from '../../bench/suite/measurement.js'
import { type Scenario } from '../../bench/suite/scenario.js'

const program = fileURLToPath(new URL('./programs/server.mjs', import.meta.url))

const subject = (name: string, fault = 'none'): Subject => ({
  name,
  about: '',
  install: '',
  acts: ['hello'],
  version: () => '1',
  launch: ({ node }) => ({ command: node, args: [program, fault] }),
})

const scenario: Scenario = {
  kind: 'load',
  name: 'single',
  groups: [],
  about: '',
  act: 'hello',
  connections: 1,
  asks: [get(replies.hello)],
}

const volume: Volume = { requests: 1000, seconds: 1, latencies: undefined, faults: [], misgivings: [] }

/** Asks once where a real load would ask for seconds. */
class BriefLoad implements Load {
  readonly name = 'brief'
  readonly attacks: Attack[] = []
  said: Volume = volume

  obstacle(): undefined {
    return undefined
  }

  async run(attack: Attack): Promise<Volume> {
    this.attacks.push(attack)
    await checkAnswers(attack.place, attack.asks).catch(() => undefined)
    return this.said
  }
}

async function measured(
  subjects: readonly Subject[],
  more: {
    readonly rounds?: number
    readonly done?: readonly string[]
    readonly scenario?: Scenario
    readonly patienceMs?: number
  } = {},
  load = new BriefLoad(),
): Promise<Measurement[]> {
  const found: Measurement[] = []
  const bench: Bench = {
    subjects,
    rounds: more.rounds ?? 2,
    seconds: 1,
    warmUpSeconds: 0,
    patienceMs: more.patienceMs ?? 25_000,
    node: process.execPath,
    pinning: new Pinning([0, 1]),
    loads: { for: () => load },
    seed: 1,
    canTrace: false,
    isDone: ({ subject, round }) => more.done?.includes(`${subject} ${round}`) === true,
    record: (measurement) => found.push(measurement),
    progress: () => undefined,
  }
  await measure(bench, more.scenario ?? scenario)
  return found
}

const outline = (found: readonly Measurement[]) =>
  found
    .map(({ subject, round, failure }) => `${subject} ${round}${failure === undefined ? '' : ' failed'}`)
    .sort()

describe('a subject', () => {
  test('that does not come up is named with its last words, and the others are measured', async () => {
    const found = await measured([subject('bad', 'does not start'), subject('good')])
    expect(outline(found)).toEqual(['bad 1 failed', 'good 1', 'good 2'])
    expect(found.find(({ subject }) => subject === 'bad')?.failure).toBe('it ended (7): no licence was found')
  })

  test('whose program is missing fails, and nothing else does', async () => {
    const missing: Subject = { ...subject('bad'), launch: () => ({ command: '/nowhere', args: [] }) }
    const found = await measured([missing, subject('good')])
    expect(outline(found)).toEqual(['bad 1 failed', 'good 1', 'good 2'])
  })

  test('that never listens is waited for, but not for ever', async () => {
    const [found] = await measured([subject('bad', 'never listens')], { patienceMs: 400 })
    expect(found?.failure).toContain('it gave no answer within 0.4 s')
  })

  test('that dies in the middle is out from then on', async () => {
    const found = await measured([subject('bad', 'dies later'), subject('good')], { rounds: 3 })
    expect(outline(found)).toEqual(['bad 1 failed', 'good 1', 'good 2', 'good 3'])
    expect(found.find(({ subject }) => subject === 'bad')?.failure).toMatch(
      /it ended \(3\)|ECONNREFUSED|nothing whole/,
    )
  })

  test('that answers wrongly in the middle is out from then on', async () => {
    const found = await measured([subject('bad', 'wrong later')])
    expect(outline(found)).toEqual(['bad 1 failed'])
    expect(found[0]?.failure).toContain('a wrong body')
  })

  test('that can not do the scenario is not started', async () => {
    expect(await measured([{ ...subject('other'), acts: ['json'] }])).toEqual([])
  })
})

test('what an earlier run has measured is not measured again', async () => {
  const load = new BriefLoad()
  const found = await measured([subject('a'), subject('b')], { done: ['a 1', 'a 2', 'b 1'] }, load)
  expect(outline(found)).toEqual(['b 2'])
})

test('wrong answers that a load has met spoil everything; what it does not vouch for, too', async () => {
  const load = new BriefLoad()
  load.said = { ...volume, faults: ['3 × status'], misgivings: ['GENERATOR_LAG: held'] }
  const [found] = await measured([subject('a')], { rounds: 1 }, load)
  const own = found?.doubts.filter(({ code }) => code === 'WRONG_ANSWERS' || code === 'GENERATOR')
  expect(own).toEqual([
    { code: 'WRONG_ANSWERS', text: '3 × status', spoils: 'all' },
    { code: 'GENERATOR', text: 'GENERATOR_LAG: held', spoils: 'all' },
  ])
})

test('a share of the load is one of what this subject can answer', async () => {
  const load = new BriefLoad()
  await measured([subject('a')], { rounds: 1, scenario: { ...scenario, pace: { share: 0.3 } } }, load)
  const rates = load.attacks.map(({ requestsPerSecond }) => requestsPerSecond)
  expect(rates).toEqual([undefined, undefined, 300])
})

test('a process of its own is started for each number about starting', async () => {
  const start: Scenario = { ...scenario, kind: 'start', name: 'start', asks: [get(replies.hello)] }
  const found = await measured([subject('a')], { rounds: 2, scenario: start })
  expect(outline(found)).toEqual(['a 1', 'a 2'])
  for (const { metrics } of found) expect(metrics.startupMs).toBeGreaterThan(0)
})
