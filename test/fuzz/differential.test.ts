import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Comparison } from './comparison.js'
import { explainedDifferences } from './explained-differences.js'
import { escaped, fuzz } from './fuzz-run.js'
import { difference } from './reading.js'
import { requestStream } from './request-arbitraries.js'

/** `npm run fuzz` sets them. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0)
const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
const SHORT_RUN = 40_000

/** A run is over after so many inputs, or at this time. */
function isOver(): (inputs: number) => boolean {
  if (seconds === 0) return (inputs) => inputs >= SHORT_RUN
  const end = Date.now() + seconds * 1000
  return (inputs) => inputs % 64 === 0 && Date.now() >= end
}

describe(`our parsers against llhttp (FUZZ_SEED=${seed})`, () => {
  it(
    'accept nothing that llhttp refuses, and understand nothing differently',
    async () => {
      const { failures, ...statistics } = await fuzz(seed, isOver())
      console.log(`FUZZ_SEED=${seed}`, JSON.stringify(statistics, null, 2))
      for (const { difference, input, pieces } of failures)
        console.log(`${difference}:\n  ${input}${pieces.length > 0 ? ` in pieces ${pieces.join(' ')}` : ''}`)
      expect(failures.map(({ difference, input }) => `${difference}: ${input}`)).toEqual([])
      // The generators must reach the depths, or their silence means nothing.
      const { inputs, requests, ours, explained } = statistics
      expect(requests / inputs).toBeGreaterThan(0.3)
      expect(Object.keys(ours).length).toBeGreaterThan(22)
      if (seconds > 0 || seed !== 9112) return
      const unmet = explainedDifferences.filter((row) => row.isRare !== true && explained[row.name] === 0)
      expect(unmet.map((row) => row.name)).toEqual([])
    },
    (seconds + 300) * 1000,
  )

  it('agree on requests that shrink', async () => {
    const comparison = await Comparison.start()
    await fc.assert(
      fc.asyncProperty(requestStream, fc.array(fc.nat(400), { maxLength: 5 }), async (stream, places) => {
        const cuts = places.filter((place) => place < stream.length).sort((a, b) => a - b)
        const pieces = [...cuts, stream.length].map((cut, i) => stream.slice(cuts[i - 1] ?? 0, cut))
        const { difference } = await comparison.compare(pieces.filter((piece) => piece !== ''))
        expect(difference, escaped(stream)).toBeNull()
      }),
      { seed, numRuns: 10_000 },
    )
  })
})

describe('the table of explained differences', () => {
  it.each(explainedDifferences)('has an example that differs for this reason: $name', async (row) => {
    const comparison = await Comparison.start()
    const { ours, theirs, explanation, difference: left } = await comparison.compare([row.example])
    expect(difference(ours, theirs)).not.toBeNull()
    expect(explanation).toBe(row)
    expect(left).toBeNull()
    expect(row.why).toMatch(/RFC \d{4} §|as above/)
  })
})
