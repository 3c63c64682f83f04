import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulate, type SimulateOptions, type World } from 'calandria/testing'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a simulation that fails says. */
async function failureOf(
  body: (world: World) => unknown,
  options: Partial<SimulateOptions> = {},
): Promise<Error & { code?: string }> {
  try {
    await simulate({ seed: 7, traceFile: null, ...options }, body)
  } catch (error) {
    return error as Error
  }
  return expect.unreachable('it has not failed')
}

describe('a failure that is thrown as something odd', () => {
  const odd = Object.create(null) as object
  const nameless = Object.assign(new Error(), { message: undefined })
  it.each([
    ['an object without a prototype', odd],
    ['an error without a message', nameless],
  ])('is told all the same, and is the cause: %s', async (_what, thrown) => {
    for (const body of [
      () => {
        throw thrown as Error
      },
      (world: World) =>
        world.until(() => {
          throw thrown as Error
        }),
    ])
      expect(await failureOf(body)).toMatchObject({ code: 'CAL_ERR_SIMULATION_FAILED', cause: thrown })
  })
})

describe('simulate()', () => {
  it('resolves with what its body returns, after any time at all', async () => {
    const result = await simulate({ seed: 1 }, async (world) => {
      await world.sleep(12 * 60 * 60 * 1000)
      return world.now
    })
    expect(result).toBe(43_200_000)
  })

  it('takes a body that is not async', async () => {
    expect(await simulate({ seed: 1 }, (world) => world.seed)).toBe(1)
  })

  it('serves clients as on a network', async () => {
    await simulate({ seed: 1, link: { latencyMs: 10 } }, async (world) => {
      const server = world.serve({
        handler: (request, response) => response.send(`you asked ${request.path}`),
      })
      const reply = await world.connect().request({ target: '/x' })
      expect([reply.status, reply.body.toString(), world.now]).toEqual([200, 'you asked /x', 20])
      expect(server.statistics()).toMatchObject({ requests: 1, responses: 1, reads: 1, writes: 1 })
    })
  })

  it('runs promises to their end before time goes on', async () => {
    await simulate({ seed: 1 }, async (world) => {
      const order: string[] = []
      const later = world.sleep(1).then(() => order.push('timer'))
      let promise = Promise.resolve()
      for (let i = 0; i < 1000; i++) promise = promise.then(() => undefined)
      await promise
      order.push(`promises ${world.now}`)
      await later
      expect(order).toEqual(['promises 0', 'timer'])
    })
  })

  it('gives the test a random generator that the seed repeats', async () => {
    const numbers = (seed: number): Promise<number[]> =>
      simulate({ seed }, ({ random }) => Array.from({ length: 5 }, () => random.below(1000)))
    expect(await numbers(5)).toEqual(await numbers(5))
    expect(await numbers(5)).not.toEqual(await numbers(6))
  })

  it('until() resolves as soon as its condition holds', async () => {
    await simulate({ seed: 1 }, async (world) => {
      let isDone = false
      void world.sleep(50).then(() => (isDone = true))
      await world.until(() => isDone)
      expect(world.now).toBe(50)
    })
  })

  it('spend() holds the loop: time passes for everybody', async () => {
    await simulate({ seed: 1 }, async (world) => {
      world.serve({
        handler: (_, response) => {
          world.spend(30)
          response.send()
        },
      })
      await Promise.all([world.connect().request(), world.connect().request()])
      expect(world.now).toBe(60)
    })
  })

  it('closes at the end what the body has left open', async () => {
    let closed = false
    await simulate({ seed: 1 }, async (world) => {
      world.serve({ handler: (_, response) => response.send() })
      const client = world.connect({ link: { latencyMs: 100 } })
      void client.closed.then(() => (closed = true))
      await client.request()
      void client.request()
    })
    expect(closed).toBe(true)
  })
})

describe('a simulation that fails', () => {
  it('names its seed, its time and its cause, and writes its trace', async () => {
    const traceFile = join(folder, 'trace.log')
    const cause = new Error('not what was expected')
    const error = await failureOf(
      async (world) => {
        world.serve({ handler: (_, response) => response.send('Hello') })
        world.note('about to ask')
        await world.connect({ link: { latencyMs: 5 } }).request()
        throw cause
      },
      { traceFile },
    )
    expect(error.code).toBe('CAL_ERR_SIMULATION_FAILED')
    expect(error.cause).toBe(cause)
    expect(error.message).toBe(
      `a simulation has failed: seed 7, at 10.000 ms, trace ${traceFile}: not what was expected`,
    )
    expect(readFileSync(traceFile, 'utf8').split('\n')).toEqual([
      '# a simulation of Calandria, seed 7',
      '# milliseconds, who, what',
      '       0.000  test       about to ask',
      '       0.000  1 client   writes 32: "GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n"',
      '       5.000  1 server   reads 32: "GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n"',
      expect.stringMatching(/^ {7}5\.000 {2}1 server {3}writes \d+: "HTTP\/1\.1 200 OK/) as string,
      expect.stringMatching(/^ {6}10\.000 {2}1 client {3}reads \d+: "HTTP\/1\.1 200 OK/) as string,
      '      10.000  simulation CAL_ERR_SIMULATION_FAILED: not what was expected',
      '',
    ])
  })

  it('writes its trace into a folder of its own where nothing is said', async () => {
    const error = await failureOf(() => Promise.reject(new Error('x')), { traceFile: undefined } as never)
    const file = /trace (\S+):/.exec(error.message)?.[1] as string
    expect(existsSync(file)).toBe(true)
    rmSync(join(file, '..'), { recursive: true })
  })

  it('says so where the trace can not be written, and still why it failed', async () => {
    const error = await failureOf(() => Promise.reject(new Error('the cause')), {
      traceFile: join(folder, 'no/such/x'),
    })
    expect(error.message).toMatch(/could not be written \(ENOENT.*\): the cause$/)
  })

  it('keeps the last events where there are too many', async () => {
    let trace = ''
    await simulate({ seed: 1, traceEvents: 10, onTrace: (text) => (trace = text) }, (world) => {
      for (let i = 0; i < 35; i++) world.note(`event ${i}`)
    })
    const lines = trace.split('\n')
    expect(lines[2]).toMatch(/^# \d+ earlier events were dropped$/)
    expect(trace).toContain('event 34')
    expect(trace).not.toContain('event 9')
    expect(lines.length).toBeLessThan(25)
  })

  it.each<[string, (world: World) => unknown]>([
    [
      'a handler',
      (world) => {
        world.serve({
          handler: () => {
            throw new Error('from there')
          },
        })
        return world.connect().request()
      },
    ],
    [
      'a task',
      (world) => {
        world.reactor.post(() => {
          throw new Error('from there')
        })
        return world.sleep(1)
      },
    ],
    [
      'fail()',
      (world) => {
        world.fail(new Error('from there'))
        return world.sleep(1)
      },
    ],
  ])('fails by what %s throws', async (_, body) => {
    const error = await failureOf(body)
    expect([error.code, (error.cause as Error).message]).toEqual(['CAL_ERR_SIMULATION_FAILED', 'from there'])
  })

  it('does not fail by what onError has taken', async () => {
    const errors: unknown[] = []
    await simulate({ seed: 1 }, async (world) => {
      world.serve({
        handler: () => Promise.reject(new Error('known')),
        onError: (error) => errors.push(error),
      })
      expect((await world.connect().request()).status).toBe(500)
    })
    expect(errors).toHaveLength(1)
  })

  it.each<[string, (world: World) => unknown]>([
    ['a promise of nobody', () => new Promise(() => undefined)],
    ['a condition that never holds', (world) => world.until(() => false)],
    [
      'a reply that never comes',
      (world) => {
        world.network.listen('deaf', (transport) =>
          transport.attach({
            onBytes: () => undefined,
            onDrain: () => undefined,
            onEnd: () => undefined,
            onClose: () => undefined,
          }),
        )
        return world.connect({ to: 'deaf' }).request()
      },
    ],
  ])('that waits for %s is hung, at once', async (_, body) => {
    expect((await failureOf(body)).code).toBe('CAL_ERR_SIMULATION_HUNG')
  })

  it('that goes on for ever is ended by its bounds of time and of turns', async () => {
    const forEver = async (world: World): Promise<never> => {
      for (;;) await world.sleep(1)
    }
    const byTime = await failureOf(forEver, { maxMs: 100 })
    expect([byTime.code, byTime.message]).toEqual([
      'CAL_ERR_SIMULATION_ENDLESS',
      expect.stringContaining('at 100.000 ms'),
    ])
    expect((await failureOf(forEver, { maxTurns: 50 })).code).toBe('CAL_ERR_SIMULATION_ENDLESS')
    const inOneMoment = async (world: World): Promise<never> => {
      for (;;) await world.until(() => true)
    }
    expect((await failureOf(inOneMoment, { maxTurns: 50 })).code).toBe('CAL_ERR_SIMULATION_ENDLESS')
  })

  it('has as much time again for what the body leaves to be ended', async () => {
    const options = { seed: 1, maxMs: 100, link: { latencyMs: 20 } }
    const body = async (world: World): Promise<number> => {
      world.serve({ handler: (_, response) => response.send() })
      await world.connect().request()
      await world.sleep(60)
      return world.now
    }
    expect(await simulate(options, body)).toBe(100)
  })

  it('keeps its seed, whatever is thrown and whatever the listener of the trace does', async () => {
    const odd = await failureOf(() => {
      throw Object.create(null)
    })
    expect(odd.message).toContain('seed 7')
    let trace = ''
    const listens = await failureOf(
      () => {
        throw new Error('the real one')
      },
      {
        onTrace: (text) => {
          trace = text
          throw new Error('of the listener')
        },
      },
    )
    expect(listens.message).toMatch(/seed 7.*onTrace threw \(of the listener\): the real one/)
    expect(trace).toContain('CAL_ERR_SIMULATION_FAILED: the real one')
  })

  it.each<[string, (world: World) => unknown]>([
    ['1 timers', (world) => void world.reactor.delay(1000, () => undefined)],
    [
      '2 ends of connections',
      (world) => {
        world.network.listen('held', (transport) =>
          transport.attach({
            onBytes: () => undefined,
            onDrain: () => undefined,
            onEnd: () => undefined,
            onClose: () => undefined,
          }),
        )
        world.network.connect('held').attach({
          onBytes: () => undefined,
          onDrain: () => undefined,
          onEnd: () => undefined,
          onClose: () => undefined,
        })
        return world.sleep(1)
      },
    ],
  ])('leaves %s behind', async (what, body) => {
    const error = await failureOf(body)
    expect([error.code, error.message]).toEqual([
      'CAL_ERR_SIMULATION_LEFTOVERS',
      expect.stringContaining(`: ${what}`),
    ])
  })

  it('leaves the timer of a handler behind that does not listen to its signal', async () => {
    const error = await failureOf(async (world) => {
      const server = world.serve({ handler: () => world.sleep(60_000) })
      world
        .connect()
        .request()
        .catch(() => undefined)
      await world.until(() => server.statistics().requests === 1)
    })
    expect(error.message).toContain('1 timers')
  })
})

describe('the options of a simulation', () => {
  it.each<[string, unknown]>([
    ['seed', undefined],
    ['seed', -1],
    ['seed', 1.5],
    ['seed', 2 ** 32],
    ['link', { latencyMs: -1 }],
    ['link', 5],
    ['link', { reorders: 1 }],
    ['traceFile', ''],
    ['traceFile', 5],
    ['traceEvents', 0],
    ['onTrace', 'x'],
    ['timeSliceMs', 0],
    ['maxMs', 0],
    ['maxTurns', Number.NaN],
    ['sead', 5],
  ])('%s: %o is refused', async (name, value) => {
    const options = { seed: 1, [name]: value } as SimulateOptions
    await expect(simulate(options, () => undefined)).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
  })

  it.each([{ too: 'x' }, { link: null }, { link: { late: 1 } }])(
    'of a connection: %o is refused',
    async (options) => {
      const failure = await failureOf((world) => void world.connect(options as never))
      expect(failure.cause).toMatchObject({ code: 'CAL_ERR_OPTION' })
    },
  )

  it('must be an object, and the body a function', async () => {
    await expect(simulate(null as never, () => undefined)).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
    await expect(simulate({ seed: 1 }, 5 as never)).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
  })
})
