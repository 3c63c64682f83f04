import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../../../src/http/limits.js'
import { engineOf, sharedLlhttp } from '../../../src/http/parser/llhttp/llhttp-engine.js'
import { Scanner } from '../../../src/http/parser/scanner.js'
import { brokenHead, edited, garbage, hostileEdit, plausibleHead } from './head-arbitraries.js'
import { type Answer, parseInPieces, parseWhole } from './parsed-head.js'

const engine = engineOf(await sharedLlhttp())

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
  .map((some) => ({ ...DEFAULT_LIMITS, ...some }))
const limits = fc.oneof(fc.constant(DEFAULT_LIMITS), someLimits)

/**
 * llhttp judges a target and these fields as they come, and takes no tab behind a length: it may refuse where the
 * scanner doesn't yet.
 */
const EARLIER: readonly Answer[] = [
  'CAL_ERR_HTTP_TARGET',
  'CAL_ERR_HTTP_CONTENT_LENGTH',
  'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED',
  'CAL_ERR_HTTP_LENGTH_AND_ENCODING',
  'CAL_ERR_HTTP_TRANSFER_ENCODING',
]
const isHead = (answer: Answer): boolean => typeof answer === 'object'

function expectSame(answer: Answer, scanned: Answer, head: string): void {
  if (!EARLIER.includes(answer)) expect(answer).toEqual(scanned)
  else if (isHead(scanned)) expect(head).toMatch(/content-length:[ \t]*[0-9]+ *\t/i)
}

describe(`the llhttp engine agrees with the scanner (seed ${seed})`, () => {
  it.each([
    ['plausible heads', plausibleHead],
    ['broken heads', brokenHead],
    ['garbage', garbage],
  ])('on %s, whole and in pieces', (_name, heads) => {
    fc.assert(
      fc.property(heads, limits, cuts, (head, someLimits, places) => {
        const parser = engine.requestParsers(someLimits)()
        const answer = parseWhole(parser, head)
        expectSame(answer, parseWhole(new Scanner(someLimits), head), head)
        const inOrder = places.filter((place) => place > 0 && place < head.length).sort((a, b) => a - b)
        expect(parseInPieces(parser, head, inOrder, 3, '\r\n\r\n')).toEqual(answer)
      }),
      { seed, numRuns },
    )
  })

  it('on heads that are longer than what llhttp is given first, wherever that ends', () => {
    const heads = fc.oneof(plausibleHead, brokenHead)
    fc.assert(
      fc.property(heads, fc.integer({ min: 700, max: 1024 }), fc.boolean(), (head, padding, isTarget) => {
        const pad = 'p'.repeat(padding)
        const long = isTarget ? head.replace(' /', ` /${pad}`) : head.replace('\r\n', `\r\nPad: ${pad}\r\n`)
        const parser = engine.requestParsers(DEFAULT_LIMITS)()
        const answer = parseWhole(parser, long)
        expectSame(answer, parseWhole(new Scanner(DEFAULT_LIMITS), long), long)
        expect(parseInPieces(parser, long, long.length > 1020 ? [1020] : [])).toEqual(answer)
      }),
      { seed, numRuns },
    )
  })

  it('on heads that are nearly the same as the one before', () => {
    const parser = engine.requestParsers(DEFAULT_LIMITS)()
    fc.assert(
      fc.property(plausibleHead, fc.array(hostileEdit, { minLength: 1, maxLength: 4 }), (head, edits) => {
        for (const text of [head, ...edits.map((edit) => edited(head, [edit]))]) {
          expectSame(parseWhole(parser, text), parseWhole(new Scanner(DEFAULT_LIMITS), text), text)
        }
      }),
      { seed, numRuns },
    )
  })
})
