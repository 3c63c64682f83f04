import { describe, expect, it } from 'vitest'
import { type Coroutine, Delay } from '../../src/reactor/coroutine.js'
import { Channel } from '../../src/reactor/channel.js'
import { Scope } from '../../src/reactor/scope.js'
import { type Permit, Semaphore } from '../../src/reactor/semaphore.js'
import { SettlingReactor } from './settling.js'

const later = <T>(value: T): Promise<T> => Promise.resolve(value)

describe('a coroutine', () => {
  it('waits for promises, delays and other coroutines, and gets their values', async () => {
    const kit = new SettlingReactor()
    function* doubled(value: number): Coroutine<number> {
      yield new Delay(10)
      return value * 2
    }
    const running = Scope.run(kit.reactor, function* (): Coroutine<unknown> {
      const promised = (yield later(21)) as number
      const returned = (yield doubled(promised)) as number
      yield kit.reactor.sleep(5)
      const nothing: unknown = yield
      return [promised, returned, nothing, kit.clock.now()]
    })
    expect(await kit.outcome(running)).toEqual({ value: [21, 42, undefined, 15] })
  })

  it('can be spawned, and waits for what else was spawned', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, function* (scope): Coroutine<unknown> {
      const child = scope.spawn(function* (): Coroutine<string> {
        yield new Delay(10)
        return 'child'
      })
      return [(yield child) as string, kit.clock.now()]
    })
    expect(await kit.outcome(running)).toEqual({ value: ['child', 10] })
  })

  it('gets the errors of what it waits for thrown, and may catch them', async () => {
    const kit = new SettlingReactor()

    function* failing(): Coroutine<never> {
      throw new Error('inner')
    }
    const running = Scope.run(kit.reactor, function* (): Coroutine<unknown> {
      const caught: unknown[] = []
      for (const yielded of [Promise.reject(new Error('promised')), failing(), new Delay(-1), 7]) {
        try {
          yield yielded
        } catch (error) {
          caught.push(error)
        }
      }
      return caught
    })
    expect(await kit.outcome(running)).toMatchObject({
      value: [
        { message: 'promised' },
        { message: 'inner' },
        { code: 'CAL_ERR_OPTION' },
        { code: 'CAL_ERR_COROUTINE' },
      ],
    })
  })

  it('fails with what it does not catch, through every coroutine around', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    function* nest(depth: number): Coroutine<void> {
      try {
        if (depth === 0) yield Promise.reject(new Error('deep'))
        else yield nest(depth - 1)
      } finally {
        log.push(`out of ${depth}`)
      }
    }
    expect(await kit.outcome(Scope.run(kit.reactor, () => nest(2)))).toEqual({ error: new Error('deep') })
    expect(log).toEqual(['out of 0', 'out of 1', 'out of 2'])
  })

  it('may be nested deeper than the stack', async () => {
    const kit = new SettlingReactor()
    function* nest(depth: number): Coroutine<number> {
      return depth === 0 ? 0 : 1 + ((yield nest(depth - 1)) as number)
    }
    expect(await kit.outcome(Scope.run(kit.reactor, () => nest(50_000)))).toEqual({ value: 50_000 })
  })

  it('takes its steps as tasks, so that one which yields forever lets others have their turns', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    const running = Scope.run(kit.reactor, (scope) => {
      for (const name of ['a', 'b']) {
        void scope.spawn(function* (): Coroutine<void> {
          for (let i = 0; i < 3; i++) {
            log.push(`${name}${i}`)
            yield
          }
        })
      }
    })
    expect(log).toEqual(['a0', 'b0'])
    kit.reactor.turn()
    expect(log).toEqual(['a0', 'b0', 'a1', 'b1'])
    await kit.outcome(running)
    expect(log).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  })
})

describe('a coroutine that is cancelled', () => {
  it('gets the reason thrown where it waits, runs its finally blocks, and is waited for', async () => {
    const kit = new SettlingReactor()
    const log: string[] = []
    function* inner(): Coroutine<void> {
      try {
        yield new Delay(1000)
      } finally {
        yield new Delay(5) // tidying up may wait
        log.push(`inner at ${kit.clock.now()}`)
      }
    }
    const running = Scope.run(kit.reactor, (scope) =>
      scope.within(10, function* () {
        try {
          yield inner()
        } finally {
          log.push(`outer at ${kit.clock.now()}`)
        }
      }),
    )
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_DEADLINE' } })
    expect(log).toEqual(['inner at 15', 'outer at 15'])
    expect(kit.reactor.statistics().timersPending).toBe(0)
  })

  it('does not wait for a promise that knows nothing of it; its scope does, whose error it is', async () => {
    const kit = new SettlingReactor()
    let cancelledAt = 0
    let endedAt = 0
    const running = Scope.run(kit.reactor, (scope) =>
      scope.within(10, function* () {
        try {
          yield kit.reactor.sleep(500).then(() => Promise.reject(new Error('late')))
        } finally {
          cancelledAt = kit.clock.now()
        }
      }),
    ).finally(() => (endedAt = kit.clock.now()))
    expect(await kit.outcome(running)).toEqual({ error: new Error('late') })
    expect([cancelledAt, endedAt]).toEqual([10, 500])
    expect(kit.errors).toEqual([])
  })

  it('asks what is like a promise only once, though it gives it up', async () => {
    const kit = new SettlingReactor()
    let asked = 0
    const query = {
      then: (resolve: (value: string) => void) => {
        asked++
        kit.reactor.delay(100, () => resolve('rows'))
      },
    }
    const running = Scope.run(kit.reactor, (scope) =>
      scope.within(10, function* () {
        yield query
      }),
    )
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_DEADLINE' } })
    expect(asked).toBe(1)
  })

  it('gets the permit that was handed over to it already', async () => {
    const kit = new SettlingReactor()
    const semaphore = new Semaphore(1)
    const first = semaphore.tryAcquire()
    const running = Scope.run(kit.reactor, function* (scope) {
      kit.reactor.post(() => {
        first?.release()
        scope.cancel()
      })
      const permit = (yield semaphore.acquire(scope)) as Permit
      try {
        yield new Delay(1000)
      } finally {
        permit.release()
      }
    })
    expect(await kit.outcomeByRounds(running)).toMatchObject({ error: { code: 'CAL_ERR_CANCELLED' } })
    expect(semaphore.free).toBe(1)
  })

  it('gets the value that a channel has handed over to it already', async () => {
    const kit = new SettlingReactor()
    const channel = new Channel<string>(0)
    const got: unknown[] = []
    const running = Scope.run(kit.reactor, function* (scope) {
      kit.reactor.post(() => {
        channel.trySend('the only one')
        scope.cancel()
      })
      for (;;) got.push(yield channel.receive(scope))
    })
    expect(await kit.outcomeByRounds(running)).toMatchObject({ error: { code: 'CAL_ERR_CANCELLED' } })
    expect(got).toEqual(['the only one'])
  })

  it('is not kept alive by values that have always come already', async () => {
    const kit = new SettlingReactor()
    let steps = 0
    const running = Scope.run(kit.reactor, function* (scope) {
      for (;;) {
        yield later(steps)
        if (++steps === 10) scope.cancel()
      }
    })
    expect(await kit.outcomeByRounds(running)).toMatchObject({ error: { code: 'CAL_ERR_CANCELLED' } })
    expect(steps).toBe(11)
  })

  it('gets the reason once, also from what it waits for itself', async () => {
    const kit = new SettlingReactor()
    const log: unknown[] = []
    const running = Scope.run(kit.reactor, function* (scope) {
      kit.reactor.delay(10, () => scope.cancel())
      try {
        yield scope.sleep(1000)
      } catch (error) {
        log.push(error)
        yield kit.reactor.sleep(20)
      }
      return kit.clock.now()
    })
    await kit.pass(10)
    expect(await kit.outcomeByRounds(running)).toEqual({ value: 30 })
    expect(log).toMatchObject([{ code: 'CAL_ERR_CANCELLED' }])
  })

  it('gets the value that has come already, and the reason at its next wait', async () => {
    const kit = new SettlingReactor()
    const log: unknown[] = []
    const running = Scope.run(kit.reactor, function* (scope) {
      try {
        log.push(yield later('value').finally(() => kit.reactor.post(() => scope.cancel())))
        yield new Delay(1000)
        log.push('never')
      } catch (error) {
        log.push(error)
      }
    })
    await kit.outcome(running)
    expect(log).toMatchObject(['value', { code: 'CAL_ERR_CANCELLED' }])
  })

  it('takes its timer off at once', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, function* (scope) {
      kit.reactor.delay(10, () => scope.cancel())
      yield new Delay(1000)
    }).catch(() => undefined)
    await kit.pass(10)
    expect(kit.reactor.statistics().timersPending).toBe(0)
    await running
  })

  it('takes one step only when the cancellation comes between a value and the step that brings it', async () => {
    const kit = new SettlingReactor()
    const log: unknown[] = []
    let scope!: Scope
    const running = Scope.run(kit.reactor, function* (own) {
      scope = own
      try {
        log.push(yield later('value'))
        log.push('between')
        yield new Delay(1000)
      } catch {
        log.push('cancelled')
      }
    })
    await new Promise(setImmediate) // the value has come, and its step is posted: nobody has turned the reactor
    scope.cancel()
    await kit.settle()
    expect(log).toEqual(['value', 'between', 'cancelled'])
    expect(kit.reactor.statistics().timersPending).toBe(0)
    await running
  })

  it('gets it at its next wait when it has cancelled its own scope', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, function* (scope) {
      scope.cancel()
      try {
        yield new Delay(1000)
      } catch (error) {
        return [error, kit.clock.now()]
      }
      return 'not cancelled'
    })
    expect(await kit.outcome(running)).toMatchObject({ value: [{ code: 'CAL_ERR_CANCELLED' }, 0] })
  })

  it('gets it once: who catches it goes on', async () => {
    const kit = new SettlingReactor()
    const running = Scope.run(kit.reactor, function* (scope) {
      kit.reactor.delay(10, () => scope.cancel())
      try {
        yield new Delay(1000)
      } catch {
        yield new Delay(20)
      }
      return kit.clock.now()
    })
    expect(await kit.outcome(running)).toEqual({ value: 30 })
  })
})
