import { once, EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Delay } from '../../src/reactor/coroutine.js'
import { Scope } from '../../src/reactor/scope.js'
import { SettlingReactor } from './settling.js'

const code = (name: string): unknown => expect.objectContaining({ code: name })

describe('Scope.run()', () => {
  it('runs tasks side by side and gives what its body returns', async () => {
    const kit = new SettlingReactor()
    const asked = Scope.run(kit.reactor, async (scope) => {
      const slow = scope.spawn(async () => {
        await scope.sleep(30)
        return 'slow'
      })
      const fast = scope.spawn(() => 'fast')
      const results = await Promise.all([slow, fast])
      return [...results, kit.clock.now()]
    })
    expect(await kit.outcome(asked)).toEqual({ value: ['slow', 'fast', 30] })
  })

  it('starts a task at once, up to where it first waits', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    await Scope.run(kit.reactor, (scope) => {
      void scope.spawn(() => log.push('task'))
      log.push('body')
    })
    expect(log).toEqual(['task', 'body'])
  })

  it('ends only when the last task has, also one that a task has spawned after the body', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(async () => {
        await scope.sleep(10)
        void scope.spawn(async () => {
          await scope.sleep(10)
          log.push('grandchild')
        })
      })
      return 'body'
    }).then((value) => log.push(value))
    await kit.outcome(running)
    expect(log).toEqual(['grandchild', 'body'])
  })

  it('cancels the other tasks when one fails, waits for them, and throws its error', async () => {
    const kit = new SettlingReactor()
    const log: unknown[] = []
    const failure = new Error('the second')
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(async () => {
        try {
          await scope.sleep(1000)
        } finally {
          log.push(`cancelled at ${kit.clock.now()}`)
          await kit.reactor.sleep(5)
          log.push(`tidy at ${kit.clock.now()}`)
        }
      })
      void scope.spawn(async () => {
        await scope.sleep(10)
        throw failure
      })
      scope.signal.addEventListener('abort', () => log.push(scope.signal.reason))
    }).catch((error: unknown) => {
      log.push(`thrown at ${kit.clock.now()}`)
      throw error
    })
    expect(await kit.outcome(running)).toEqual({ error: failure })
    const reason = { code: 'CAL_ERR_CANCELLED', cause: failure }
    expect(log).toMatchObject([reason, 'cancelled at 10', 'tidy at 15', 'thrown at 15'])
    expect(kit.reactor.statistics().timersPending).toBe(0)
  })

  it('cancels the tasks when the body throws, and throws that', async () => {
    const kit = new SettlingReactor()
    const failure = new Error('body')
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(() => scope.sleep(1000))
      throw failure
    })
    expect(await kit.outcome(running)).toEqual({ error: failure })
    expect(kit.clock.now()).toBe(3_600_000)
    expect(kit.reactor.statistics().timersPending).toBe(0)
  })

  it('throws the error of a task once, though the body waited for it too', async () => {
    const kit = new SettlingReactor()
    const failure = new Error('once')
    const running = Scope.run(kit.reactor, (scope) => scope.spawn(() => Promise.reject(failure)))
    expect(await kit.outcome(running)).toEqual({ error: failure })
  })

  it('throws what failed while tidying up, though its cause is the cancellation', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(() =>
        scope.sleep(1000).catch((cause: unknown) => {
          throw new Error('rolling back failed', { cause })
        }),
      )
      scope.cancel()
    })
    expect(await kit.outcome(running)).toEqual({ error: new Error('rolling back failed') })
  })

  it('throws several errors together, in the order in which they came', async () => {
    const kit = new SettlingReactor()
    const first = new Error('first')
    const second = new Error('while tidying up')
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(() => scope.sleep(1000).catch(() => Promise.reject(second)))
      void scope.spawn(() => Promise.reject(first))
    })
    const { error } = (await kit.outcome(running)) as { error: AggregateError }
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors).toEqual([first, second])
    expect(error.cause).toBe(first)
  })

  it('fails though nobody looked at the task that failed, and no rejection is unhandled', async () => {
    const unhandled: unknown[] = []
    const listen = (error: unknown): number => unhandled.push(error)
    process.on('unhandledRejection', listen)
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) => {
      void scope.spawn(() => Promise.reject(new Error('unseen')))
    })
    expect(await kit.outcome(running)).toEqual({ error: new Error('unseen') })
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  it('rejects with the reason of an outer signal that interrupts it, whatever form a task gives it', async () => {
    const kit = new SettlingReactor()
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = Scope.run(
      kit.reactor,
      (scope) => {
        void scope.spawn(() => once(new EventEmitter(), 'never', { signal: scope.signal })) // an AbortError
        void scope.spawn(() => scope.sleep(1000))
      },
      { signal: controller.signal },
    )
    kit.reactor.delay(10, () => controller.abort(reason))
    expect(await kit.outcome(running)).toEqual({ error: reason })
  })

  it('runs nothing when the outer signal was aborted before', async () => {
    const kit = new SettlingReactor()
    const reason = new Error('too late')
    let ran = false
    const running = Scope.run(kit.reactor, () => (ran = true), { signal: AbortSignal.abort(reason) })
    expect(await kit.outcome(running)).toEqual({ error: reason })
    expect(ran).toBe(false)
  })

  it('gives its result when the outer signal interrupted nothing', async () => {
    const kit = new SettlingReactor()
    const controller = new AbortController()
    const running = Scope.run(
      kit.reactor,
      async () => {
        await kit.reactor.sleep(10) // without the signal
        return 'done'
      },
      { signal: controller.signal },
    )
    controller.abort()
    expect(await kit.outcome(running)).toEqual({ value: 'done' })
  })

  it('refuses tasks when it has ended', async () => {
    const kit = new SettlingReactor()
    let kept!: Scope
    await Scope.run(kit.reactor, (scope) => {
      kept = scope
    })
    for (const begin of [
      () => kept.spawn(() => 1),
      () => kept.nested(() => 1),
      () => kept.within(1, () => 1),
    ])
      expect(begin).toThrow(code('CAL_ERR_SCOPE_ENDED'))
  })
})

describe('a scope with many tasks', () => {
  it('is cancelled with all that is nested in it, deeper than the stack', async () => {
    const kit = new SettlingReactor()
    let isCancelled = false
    const running = Scope.run(kit.reactor, async (outermost) => {
      const nest = async (scope: Scope, depth: number): Promise<void> => {
        await Promise.resolve() // so that it is not the test's own recursion that ends
        if (depth > 0) await scope.nested((inner) => nest(inner, depth - 1))
        else await scope.sleep(1000).finally(() => (isCancelled = true))
      }
      const deep = outermost.spawn((scope) => nest(scope, 5000))
      await kit.reactor.sleep(10)
      outermost.cancel()
      await deep
    })
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_CANCELLED' } })
    expect(isCancelled).toBe(true)
  })

  it('leaves nothing behind on a signal that outlives it', async () => {
    const kit = new SettlingReactor()
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners.add(args[1])
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.delete(args[1])
      remove(...args)
    }
    const running = Scope.run(kit.reactor, (scope) => scope.sleep(1), { signal })
    expect(listeners.size).toBe(1)
    await kit.outcome(running)
    expect(listeners.size).toBe(0)
  })

  it('makes Node suspect no leak', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error): number => warnings.push(warning)
    process.on('warning', listen)
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) => {
      for (let i = 0; i < 50; i++) {
        void scope.spawn(() => scope.sleep(5))
        void scope.spawn(function* () {
          yield new Delay(5)
        })
        void scope.nested((inner) => inner.sleep(5))
      }
    })
    expect(await kit.outcome(running)).toEqual({ value: undefined })
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })
})

describe('scope.cancel()', () => {
  it('ends the tasks, starts no more, and is no failure of the scope', async () => {
    const kit = new SettlingReactor()
    let started = false
    const running = Scope.run(kit.reactor, async (scope) => {
      const cancelled = scope.spawn(() => scope.sleep(1000))
      scope.cancel()
      const late = scope.spawn(() => (started = true))
      return (await Promise.allSettled([cancelled, late])).map((result) => result.status)
    })
    expect(await kit.outcome(running)).toEqual({ value: ['rejected', 'rejected'] })
    expect(started).toBe(false)
  })

  it('has the reason that it is given', async () => {
    const kit = new SettlingReactor()
    const reason = new Error('why')
    const running = Scope.run(kit.reactor, async (scope) => {
      scope.cancel(reason)
      await scope.sleep(1)
    })
    expect(await kit.outcome(running)).toEqual({ error: reason })
  })
})

describe('scope.join()', () => {
  it('waits for the tasks so far, after which more can be spawned', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    const running = Scope.run(kit.reactor, async (scope) => {
      for (const round of [1, 2]) {
        for (const ms of [20, 10])
          void scope.spawn(() => scope.sleep(ms).then(() => log.push(`${round}: ${ms}`)))
        await scope.join()
        log.push(`joined at ${kit.clock.now()}`)
      }
    })
    await kit.outcome(running)
    expect(log).toEqual(['1: 10', '1: 20', 'joined at 20', '2: 10', '2: 20', 'joined at 40'])
  })

  it('throws the error of a task, and the scope does not throw it again when the body catches it', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, async (scope) => {
      void scope.spawn(() => Promise.reject(new Error('expected')))
      return scope.join().catch((error: unknown) => error)
    })
    expect(await kit.outcome(running)).toEqual({ value: new Error('expected') })
  })

  it('throws the reason when the scope is cancelled', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) => {
      scope.cancel()
      return scope.join()
    })
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_CANCELLED' } })
  })
})

describe('scope.nested() and scope.within()', () => {
  it('fail alone: the scope around goes on when the failure is caught', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, async (scope) => {
      const other = scope.spawn(() => scope.sleep(50).then(() => 'lives'))
      await scope.nested((inner) => inner.spawn(() => Promise.reject(new Error('x')))).catch(() => undefined)
      return other
    })
    expect(await kit.outcome(running)).toEqual({ value: 'lives' })
  })

  it('are cancelled with the scope around, which waits for them', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    const running = Scope.run(kit.reactor, (scope) => {
      scope
        .nested((inner) => inner.spawn(() => inner.sleep(1000)))
        .catch(() => log.push(`nested at ${kit.clock.now()}`))
      void scope.spawn(() => scope.sleep(5).then(() => Promise.reject(new Error('sibling'))))
    })
    expect(await kit.outcome(running)).toEqual({ error: new Error('sibling') })
    expect(log).toEqual(['nested at 5'])
  })

  it('give the result of what is done before the deadline, and leave no timer', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, async (scope) => {
      const value = await scope.within(100, (inner) => inner.sleep(99).then(() => 'in time'))
      return [value, kit.reactor.statistics().timersPending]
    })
    expect(await kit.outcome(running)).toEqual({ value: ['in time', 0] })
  })

  it('reject at the deadline, when everything in it has ended', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, async (scope) => {
      const error: unknown = await scope
        .within(100, async (inner) => {
          void inner.spawn(() => inner.sleep(200))
          await inner.sleep(300).catch(() => kit.reactor.sleep(7)) // takes its time
        })
        .catch((error: unknown) => error)
      return [error, kit.clock.now(), scope.signal.aborted]
    })
    expect(await kit.outcome(running)).toEqual({ value: [code('CAL_ERR_DEADLINE'), 107, false] })
  })

  it('let the nearer deadline count', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) =>
      scope.within(10, (outer) => outer.within(20, (inner) => inner.sleep(1000))),
    )
    expect(await kit.outcome(running.finally(() => expect(kit.clock.now()).toBe(10)))).toMatchObject({
      error: { code: 'CAL_ERR_DEADLINE', message: expect.stringContaining(': 10 ms') as unknown },
    })
  })

  it('refuse a deadline that is no number of milliseconds', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, (scope) => scope.within(NaN, () => 1))
    expect(await kit.outcome(running)).toEqual({ error: code('CAL_ERR_OPTION') })
  })
})
