import { expect, test } from 'vitest'
import { compare } from '../../bench/report/comparison.js'
import { comparisonTable } from '../../bench/report/comparison-table.js'
import { type Doubt } from '../../bench/suite/doubt.js'
import { foreignLoad, measurement, resultsOf } from './results-of.js'

const rounds = [1, 2, 3, 4, 5]

/** Five rounds in which the machine gets slower; the floor with them. */
const run = (subjectNs: number, floorNs: number, doubts: readonly Doubt[] = []) =>
  resultsOf(
    rounds.flatMap((round) => [
      measurement('single', 'floor', round, { cpuNs: floorNs + round }),
      measurement('single', 'calandria', round, { cpuNs: subjectNs + round }, doubts),
    ]),
  )

const verdictOf = (...[before, after]: Parameters<typeof compare>) =>
  compare(before, after).find(({ subject }) => subject === 'calandria')

test('a difference to the floor that chance does not explain is one, and has a direction', () => {
  expect(verdictOf(run(1000, 500), run(2000, 500))).toMatchObject({ verdict: 'worse', basis: 'to the floor' })
  expect(verdictOf(run(2000, 500), run(1000, 500))?.verdict).toBe('better')
  expect(verdictOf(run(1000, 500), run(1000, 500))?.verdict).toBe('no difference')
})

test('a machine that got slower for all is no difference', () => {
  const found = verdictOf(run(1000, 500), run(2000, 1000))
  expect(found?.verdict).toBe('no difference')
  expect(found?.ratio.value).toBeCloseTo(1, 2)
})

test('where the floor is missing the numbers themselves are compared', () => {
  const only = (ns: number) =>
    resultsOf(
      rounds.map((round) => measurement('single', 'calandria', round, { requestsPerSecond: ns + round })),
    )
  expect(verdictOf(only(1000), only(2000))).toMatchObject({ verdict: 'better', basis: 'plain' })
})

test('three rounds can not show a difference, and INVALID ones are not judged', () => {
  const three = (ns: number) =>
    resultsOf([1, 2, 3].map((round) => measurement('single', 'calandria', round, { cpuNs: ns + round })))
  expect(verdictOf(three(1000), three(2000))?.verdict).toBe('no difference')
  expect(verdictOf(run(1000, 500), run(2000, 500, [foreignLoad]))?.verdict).toBe('INVALID')
})

test('the table shows what differs in the environments, and counts', () => {
  const [before, after] = [run(1000, 500), { ...run(2000, 500), environment: { cpu: 'another' } }]
  const text = comparisonTable(before, after, compare(before, after), false)
  expect(text).toContain('a machine, 2 cores')
  expect(text).toContain('another')
  expect(text).toContain('0 better, 1 worse, 1 without a difference, 0 INVALID')
})
