import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RenderedRequest, renderRequest } from '../../bench/generator/rendered-request.js'
import { RequestSequence } from '../../bench/generator/request-sequence.js'
import { seed } from '../reactor/seed.js'

const url = new URL('http://server/')

function mix(weights: readonly number[], bodyBytes = 0): RenderedRequest[] {
  const body = bodyBytes === 0 ? {} : { body: Buffer.alloc(bodyBytes) }
  return weights.map((weight, i) => renderRequest({ path: `/${i}`, weight, ...body }, url, 'the request'))
}

function bytes(taken: Buffer | readonly Buffer[]): Buffer {
  return Buffer.isBuffer(taken) ? taken : Buffer.concat([...taken])
}

describe('a sequence of requests', () => {
  test('takes the bytes of the requests that it has shown before, however many at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 400 }),
        fc.constantFrom(0, 5000), // the larger ones are not laid out in one piece
        (weights, counts, bodyBytes) => {
          const requests = mix(weights, bodyBytes)
          const sequence = new RequestSequence(requests, seed, 24)
          for (const count of counts) {
            const shown = Array.from({ length: count }, (_, i) => requests[sequence.peek(i)]!)
            const taken = bytes(sequence.take(count))
            expect(taken.equals(Buffer.concat(shown.map((request) => request.bytes)))).toBe(true)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('mixes by weight', () => {
    const sequence = new RequestSequence(mix([1, 3, 6]), seed, 1)
    const counts = [0, 0, 0]
    for (let i = 0; i < 4096; i++) {
      counts[sequence.peek(0)]!++
      sequence.take(1)
    }
    // Five standard deviations of a binomial distribution are at most 160.
    expect(counts.map((count, i) => Math.abs(count - 4096 * [0.1, 0.3, 0.6][i]!) < 160)).toEqual([
      true,
      true,
      true,
    ])
  })

  test('is the same for the same seed, and another one for another', () => {
    const order = (from: number): number[] => {
      const sequence = new RequestSequence(mix([1, 1, 1]), from, 1)
      return Array.from({ length: 100 }, (_, i) => sequence.peek(i))
    }
    expect(order(seed)).toEqual(order(seed))
    expect(order(seed)).not.toEqual(order(seed + 1))
  })
})
