import { describe, expect, it } from 'vitest'
import { DEFAULT_TIMEOUTS } from '../../src/http/limits.js'
import { checkOptions, type ServeOptions } from '../../src/http/server-options.js'
import { Reactor } from '../../src/reactor/reactor.js'

const good: ServeOptions = { handler: () => undefined, port: 0, reactor: new Reactor({ driver: null }) }

function refusalOf(timeouts: unknown): unknown {
  try {
    checkOptions({ ...good, timeouts } as ServeOptions)
  } catch (error) {
    return error
  }
  return 'none'
}

const NAMES = Object.keys(DEFAULT_TIMEOUTS)
const TIMES = NAMES.filter((name) => name.endsWith('Ms'))
const WRONG = [null, '1', NaN, -1, -Infinity, true, {}, [1], 1n]
const rows = [
  ...NAMES.flatMap((name) => WRONG.map((value) => [name, value] as const)),
  ...TIMES.flatMap((name) => [0, 0.5].map((value) => [name, value] as const)),
  ['bodyBytesPerSecond', Infinity] as const,
]

describe('timeouts', () => {
  it.each(rows)('.%s: %s is refused by name', (name, value) => {
    const error = refusalOf({ [name]: value })
    expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
    expect((error as Error).message).toContain(`timeouts.${name}`)
  })

  it.each([1, 'x', true])('%s are none', (timeouts) => {
    expect(refusalOf(timeouts)).toMatchObject({ code: 'CAL_ERR_OPTION' })
  })

  it('are refused when nobody knows their name', () => {
    const error = refusalOf({ headms: 1 }) as Error
    expect(error).toMatchObject({ code: 'CAL_ERR_OPTION' })
    expect(error.message).toContain('timeouts.headms')
  })

  it.each(TIMES)('.%s may be anything from 1 ms up, and Infinity', (name) => {
    for (const value of [1, 1.5, 1e12, Infinity]) {
      const { timeouts } = checkOptions({ ...good, timeouts: { [name]: value } })
      expect(timeouts).toEqual({ ...DEFAULT_TIMEOUTS, [name]: value })
    }
  })

  it('.bodyBytesPerSecond may be 0, which asks for no rate', () => {
    expect(checkOptions({ ...good, timeouts: { bodyBytesPerSecond: 0 } }).timeouts.bodyBytesPerSecond).toBe(0)
  })

  it('have their defaults where they are left out or undefined, and can not be changed later', () => {
    expect(checkOptions(good).timeouts).toEqual(DEFAULT_TIMEOUTS)
    const { timeouts } = checkOptions({ ...good, timeouts: { headMs: undefined, idleMs: 5 } as never })
    expect(timeouts).toEqual({ ...DEFAULT_TIMEOUTS, idleMs: 5 })
    expect(Object.isFrozen(timeouts)).toBe(true)
  })
})
