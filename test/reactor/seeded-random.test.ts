import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/reactor/seeded-random.js'

const draw = (random: SeededRandom, count = 1000): number[] =>
  Array.from({ length: count }, () => random.fraction())

describe('a seeded generator', () => {
  it('gives the same numbers for a seed, on every machine', () => {
    expect(draw(new SeededRandom(42), 3)).toEqual([
      0.6011037519201636, 0.44829055899754167, 0.8524657934904099,
    ])
    expect(draw(new SeededRandom(5))).toEqual(draw(new SeededRandom(5)))
    expect(draw(new SeededRandom(5))).not.toEqual(draw(new SeededRandom(6)))
  })

  it('gives whole numbers in their bounds, each of them', () => {
    const random = new SeededRandom(1)
    const below = new Set(Array.from({ length: 1000 }, () => random.below(7)))
    expect([...below].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    const between = new Set(Array.from({ length: 1000 }, () => random.between(-1, 2)))
    expect([...between].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    expect(random.between(5, 5)).toBe(5)
  })

  it('is even enough: a quarter of the time is a quarter of the time', () => {
    const random = new SeededRandom(1)
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length
    expect(hits).toBeGreaterThan(2300)
    expect(hits).toBeLessThan(2700)
    expect([random.chance(0), random.chance(1)]).toEqual([false, true])
  })

  it('picks, and makes bytes', () => {
    const random = new SeededRandom(1)
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))
    expect([...picked].sort()).toEqual(['a', 'b', 'c'])
    expect(random.bytes(1000).length).toBe(1000)
    expect(new Set(random.bytes(10_000)).size).toBe(256)
  })

  it('forks a generator whose use leaves it alone', () => {
    const [one, other] = [new SeededRandom(9), new SeededRandom(9)]
    draw(one.fork())
    other.fork()
    expect(draw(one)).toEqual(draw(other))
  })

  it.each([-1, 1.5, 2 ** 32, Number.NaN, undefined as unknown as number, '5' as unknown as number])(
    'refuses %o for a seed',
    (seed) => {
      expect(() => new SeededRandom(seed)).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }))
    },
  )
})
