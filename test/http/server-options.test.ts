import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { checkOptions, type ServeOptions } from '../../src/http/server-options.js'
import { Server } from '../../src/http/server.js'
import { endOfRead } from '../../src/io/flush-policy.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { get, VirtualServer } from './memory-client.js'

const handler = (): void => undefined
const reactor = new Reactor({ driver: null })
const good: ServeOptions = { handler, port: 0, reactor }

function refusalOf(options: unknown): unknown {
  try {
    new Server(options as ServeOptions)
  } catch (error) {
    return error
  }
  return 'none'
}

const NOT_A_FUNCTION = [null, 'x', 1, {}, []]
const NOT_A_NUMBER = [null, '1', NaN, Infinity, -Infinity, true, {}, [1], 1n]
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  handler: [undefined, ...NOT_A_FUNCTION],
  port: [...NOT_A_NUMBER, -1, 65_536, 1.5],
  host: [null, '', 1, {}, []],
  onError: NOT_A_FUNCTION.slice(1),
  flush: ['', 'end-of-reads', 'END-OF-READ', 1, true, {}, [], { leavesBefore: true }, handler],
  flushBudgetMs: [...NOT_A_NUMBER, -1],
  limits: [1, 'x', true],
  lingerMs: [...NOT_A_NUMBER, -1],
  allowHalfOpen: [null, 'true', 0, {}],
  backlog: [...NOT_A_NUMBER.slice(1), 0, -1, 1.5, 2 ** 31],
  highWaterMark: [...NOT_A_NUMBER.slice(1), 0, -1, 1.5, 2 ** 53],
  readPath: ['', 'onRead', 'x', 1, true, {}],
  writePath: ['', 'Direct', 'onread', 1, true, {}],
  reactor: [null, {}, 'x', 1, Reactor],
}
const WRONG_LIMITS = [null, '1', NaN, Infinity, -1, 1.5, true, {}, 2 ** 53]

const rows = Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => [name, value] as const))
const MAY_BE_ENDLESS = ['requestsPerConnection', 'connections', 'connectionsPerAddress']
const MAY_BE_ZERO = ['bodyBytes', 'chunkExtensionBytes', 'trailerBytes', 'discardBytes']
const limitRows = Object.keys(DEFAULT_LIMITS).flatMap((name) =>
  WRONG_LIMITS.filter((value) => value !== Infinity || !MAY_BE_ENDLESS.includes(name)).map(
    (value) => [name, value] as const,
  ),
)

describe('options that are wrong', () => {
  it.each(rows)('%s: %s is refused by name', (name, value) => {
    const error = refusalOf({ ...good, [name]: value })
    expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
    expect((error as Error).message).toContain(name)
  })

  it.each(limitRows)('limits.%s: %s is refused by name', (name, value) => {
    const error = refusalOf({ ...good, limits: { [name]: value } })
    expect(error).toMatchObject({ code: 'CAL_ERR_OPTION' })
    expect((error as Error).message).toContain(`limits.${name}`)
  })

  it('allow no limit of 0 but those of bodies', () => {
    for (const name of Object.keys(DEFAULT_LIMITS)) {
      const isRefused = refusalOf({ ...good, limits: { [name]: 0 } }) !== 'none'
      expect(isRefused, name).toBe(!MAY_BE_ZERO.includes(name))
    }
  })

  it('allow no limit to be Infinity but those that are by default', () => {
    for (const name of Object.keys(DEFAULT_LIMITS)) {
      const isRefused = refusalOf({ ...good, limits: { [name]: Infinity } }) !== 'none'
      expect(isRefused, name).toBe(!MAY_BE_ENDLESS.includes(name))
    }
  })

  it.each([undefined, null, 1, 'x', handler])('are no options at all: %s', (options) => {
    expect(refusalOf(options)).toMatchObject({ code: 'CAL_ERR_OPTION' })
  })

  it('are refused when nobody knows their name, so that a typing error does not go unseen', () => {
    expect((refusalOf({ ...good, hndler: handler }) as Error).message).toContain('hndler')
    expect((refusalOf({ ...good, limits: { bodybytes: 1 } }) as Error).message).toContain('limits.bodybytes')
    expect(refusalOf({ ...good, limits: { bodybytes: undefined } })).toMatchObject({ code: 'CAL_ERR_OPTION' })
    expect(refusalOf({ ...good, toString: 1 })).toMatchObject({ code: 'CAL_ERR_OPTION' })
  })
})

describe('options that are left out', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('have the documented defaults', () => {
    vi.stubEnv('CALANDRIA_READ_PATH', '')
    expect(checkOptions(good)).toMatchObject({
      endpoint: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      policy: { name: 'end-of-read' },
      flushBudgetMs: 1,
      limits: {
        targetBytes: 8192,
        headerBytes: 16_384,
        headerFields: 100,
        bodyBytes: 1_048_576,
        chunkExtensionBytes: 4096,
        trailerBytes: 8192,
        discardBytes: 262_144,
        inFlight: 256,
        requestsPerConnection: Infinity,
        connections: Infinity,
        connectionsPerAddress: Infinity,
      },
      lingerMs: 5000,
      allowHalfOpen: true,
      backlog: 4096,
      highWaterMark: 65_536,
      readPath: 'auto',
      writePath: 'auto',
      reactor,
    })
  })

  it('are the same as options that are undefined', () => {
    const names = Object.keys(WRONG).filter(
      (name) => name !== 'handler' && name !== 'port' && name !== 'reactor',
    )
    const undefinedOptions = Object.fromEntries(names.map((name) => [name, undefined]))
    const { policy, ...rest } = checkOptions({ ...undefinedOptions, ...good })
    const { policy: defaultPolicy, ...defaults } = checkOptions(good)
    expect(rest).toEqual(defaults)
    expect(policy.name).toBe(defaultPolicy.name)
    expect(checkOptions({ ...good, limits: { inFlight: undefined } as object }).limits).toEqual(
      DEFAULT_LIMITS,
    )
  })

  it('leave the read path to the environment, which is checked too', () => {
    vi.stubEnv('CALANDRIA_READ_PATH', 'data')
    expect(checkOptions(good).readPath).toBe('data')
    expect(checkOptions({ ...good, readPath: 'onread' }).readPath).toBe('onread')
    vi.stubEnv('CALANDRIA_READ_PATH', 'fast')
    expect((refusalOf(good) as Error).message).toContain('CALANDRIA_READ_PATH')
  })

  it('leave the write path to the environment, which is checked too', () => {
    vi.stubEnv('CALANDRIA_WRITE_PATH', 'stream')
    expect(checkOptions(good).writePath).toBe('stream')
    expect(checkOptions({ ...good, writePath: 'direct' }).writePath).toBe('direct')
    vi.stubEnv('CALANDRIA_WRITE_PATH', 'fast')
    expect((refusalOf(good) as Error).message).toContain('CALANDRIA_WRITE_PATH')
  })
})

describe('options that are given', () => {
  it.each(['end-of-read', 'per-response', 'end-of-turn'] as const)('choose the flush policy %s', (flush) => {
    expect(checkOptions({ ...good, flush }).policy.name).toBe(flush)
  })

  it('may bring a flush policy of their own', () => {
    const flush = endOfRead(5)
    expect(checkOptions({ ...good, flush }).policy).toBe(flush)
  })

  it('hand the budget to the policy', () => {
    const { policy } = checkOptions({ ...good, flushBudgetMs: 7 })
    expect([policy.leavesBefore(7, 7), policy.leavesBefore(8, 0), policy.leavesBefore(0, 8)]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('take both ends of every range', () => {
    for (const port of [0, 65_535]) expect(checkOptions({ ...good, port }).endpoint).toMatchObject({ port })
    for (const lingerMs of [0, 0.5]) expect(checkOptions({ ...good, lingerMs }).lingerMs).toBe(lingerMs)
    for (const backlog of [1, 2 ** 31 - 1]) expect(checkOptions({ ...good, backlog }).backlog).toBe(backlog)
  })

  it('fill up the limits that are left out, and freeze them', () => {
    const { limits } = checkOptions({ ...good, limits: { inFlight: 3 } })
    expect(limits).toEqual({ ...DEFAULT_LIMITS, inFlight: 3 })
    expect(Object.isFrozen(limits)).toBe(true)
  })

  it('can’t be changed behind the server’s back', () => {
    const limits = { bodyBytes: 10 }
    const virtual = new VirtualServer((_request, response) => response.send('ok'), { limits })
    limits.bodyBytes = 0
    const client = virtual
      .connect()
      .send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab${get('/')}`)
    virtual.run()
    expect(client.answers()).toEqual(['200 ok', '200 ok'])
  })

  it('have printed what a handler throws, when no listener was given', () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { onError } = checkOptions(good)
    onError(new Error('why'), { method: 'GET', path: '/a' } as never)
    expect(print).toHaveBeenCalledWith(
      expect.stringContaining('GET /a'),
      expect.objectContaining({ message: 'why' }),
    )
    print.mockRestore()
  })
})
