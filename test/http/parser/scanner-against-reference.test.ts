import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../../../src/http/limits.js'
import { Scanner } from '../../../src/http/parser/scanner.js'
import { brokenHead, edited, garbage, hostileEdit, plausibleHead } from './head-arbitraries.js'
import { parseInPieces, parseWhole } from './parsed-head.js'
import { parseByReference } from './reference-parser.js'
import { headCases } from './request-parser-contract.js'

/** Set `FUZZ_SEED` and `FUZZ_RUNS` to look elsewhere, or for longer. */
const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 3000)

const cuts = fc.array(fc.nat(500), { maxLength: 8 })
const someLimits: fc.Arbitrary<Limits> = fc
  .record({
    targetBytes: fc.integer({ min: 1, max: 40 }),
    headerBytes: fc.integer({ min: 1, max: 150 }),
    headerFields: fc.integer({ min: 1, max: 5 }),
  })
  .map((few) => ({ ...DEFAULT_LIMITS, ...few }))
const limits = fc.oneof(fc.constant(DEFAULT_LIMITS), someLimits)

describe(`Scanner agrees with the reference parser (seed ${seed})`, () => {
  it('on every row of the table', () => {
    for (const row of headCases) {
      const rowLimits = { ...DEFAULT_LIMITS, ...row.limits }
      expect(parseWhole(new Scanner(rowLimits), row.bytes), row.name).toEqual(
        parseByReference(row.bytes, rowLimits),
      )
    }
  })

  it.each([
    ['plausible heads', plausibleHead],
    ['broken heads', brokenHead],
    ['garbage', garbage],
  ])('on %s, whole and in pieces', (_name, heads) => {
    fc.assert(
      fc.property(heads, limits, cuts, (head, someLimits, places) => {
        const expected = parseByReference(head, someLimits)
        const scanner = new Scanner(someLimits)
        expect(parseWhole(scanner, head)).toEqual(expected)
        const inOrder = places.filter((place) => place > 0 && place < head.length).sort((a, b) => a - b)
        expect(parseInPieces(scanner, head, inOrder, 3, '\r\n\r\n')).toEqual(expected)
      }),
      { seed, numRuns },
    )
  })

  it('on heads that are nearly the same as the one before', () => {
    const scanner = new Scanner(DEFAULT_LIMITS)
    fc.assert(
      fc.property(plausibleHead, fc.array(hostileEdit, { minLength: 1, maxLength: 4 }), (head, edits) => {
        for (const text of [head, head, ...edits.map((edit) => edited(head, [edit])), head]) {
          expect(parseWhole(scanner, text)).toEqual(parseByReference(text, DEFAULT_LIMITS))
        }
      }),
      { seed, numRuns },
    )
  })

  it('and the generators reach heads, refusals and incomplete heads alike', () => {
    const seen = new Map<string, number>()
    const count = (text: string): void => {
      const answer = parseByReference(text, DEFAULT_LIMITS)
      const kind = typeof answer === 'string' ? answer : answer.form
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
    }
    for (const heads of [plausibleHead, brokenHead, garbage])
      fc.sample(heads, { seed, numRuns: 2000 }).forEach(count)
    expect(seen.get('Origin')).toBeGreaterThan(1000)
    expect(seen.size).toBeGreaterThan(18)
  })
})
