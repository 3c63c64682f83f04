import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../../../src/http/limits.js'
import { ChunkedDecoder } from '../../../src/http/parser/chunked-decoder.js'
import { brokenBody, framingGarbage, plausibleBody } from './chunked-arbitraries.js'
import { chunkedCases } from './chunked-cases.js'
import { decodeInPieces } from './decoded-body.js'
import { decodeByReference } from './reference-chunked.js'

/** Set `FUZZ_SEED` and `FUZZ_RUNS` to look elsewhere, or for longer. */
const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 3000)

const cuts = fc.array(fc.nat(600), { maxLength: 8 })
const someLimits: fc.Arbitrary<Limits> = fc
  .record({
    bodyBytes: fc.integer({ min: 0, max: 100 }),
    chunkExtensionBytes: fc.integer({ min: 0, max: 20 }),
    trailerBytes: fc.integer({ min: 0, max: 30 }),
    headerFields: fc.integer({ min: 1, max: 2 }),
  })
  .map((few) => ({ ...DEFAULT_LIMITS, ...few }))
const limits = fc.oneof(fc.constant(DEFAULT_LIMITS), someLimits)

/** The decoder's answer has to be the reference's; where that knows a misfit only, no whole body. */
function compare(text: string, someLimits: Limits, places: readonly number[]): void {
  const decoded = decodeInPieces(new ChunkedDecoder(someLimits), text, places)
  const expected = decodeByReference(text, someLimits)
  if (typeof expected === 'object') expect(decoded).toEqual(expected)
  else if (typeof decoded === 'object') expect([decoded.length, expected]).toEqual([null, 'misfit'])
  // The decoder refuses at the first byte that is too much; the line that it stands in may be malformed behind it.
  else if (expected !== 'misfit') expect(decoded).toBe(expected)
}

const inOrder = (places: readonly number[], text: string): number[] =>
  places.filter((place) => place > 0 && place < text.length).sort((a, b) => a - b)

describe(`ChunkedDecoder agrees with the reference decoder (seed ${seed})`, () => {
  it('on every row of the table', () => {
    for (const { bytes, limits } of chunkedCases) compare(bytes, { ...DEFAULT_LIMITS, ...limits }, [])
  })

  it.each([
    ['plausible bodies', plausibleBody],
    ['broken bodies', brokenBody],
    ['garbage', framingGarbage],
  ])('on %s, whole and in pieces', (_name, bodies) => {
    fc.assert(
      fc.property(bodies, limits, cuts, (body, someLimits, places) => {
        compare(body, someLimits, [])
        compare(body, someLimits, inOrder(places, body))
        const whole = decodeInPieces(new ChunkedDecoder(someLimits), body)
        const pieces = decodeInPieces(new ChunkedDecoder(someLimits), body, inOrder(places, body))
        expect(pieces).toEqual(whole)
      }),
      { seed, numRuns },
    )
  })

  it('and the generators reach whole bodies, misfits and every limit', () => {
    const seen = new Map<string, number>()
    for (const bodies of [plausibleBody, brokenBody]) {
      for (const [text, some] of fc.sample(fc.tuple(bodies, limits), { seed, numRuns: 2000 })) {
        const answer = decodeByReference(text, some)
        const kind = typeof answer === 'string' ? answer : 'whole'
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }
    expect(Math.min(...seen.values())).toBeGreaterThan(30)
    expect([...seen.keys()].sort()).toEqual([
      'CAL_ERR_HTTP_BODY_TOO_LARGE',
      'CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE',
      'CAL_ERR_HTTP_TRAILER',
      'CAL_ERR_HTTP_TRAILERS_TOO_LARGE',
      'misfit',
      'whole',
    ])
    expect(seen.get('whole')).toBeGreaterThan(1000)
  })
})
