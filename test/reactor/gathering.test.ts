import { describe, expect, it } from 'vitest'
import { all, firstSuccessful, race } from '../../src/reactor/gathering.js'
import { Scope, type ScopeTask } from '../../src/reactor/scope.js'
import { SettlingReactor } from './settling.js'

/** Says when it ends, and how. */
function makeTasks(kit: SettlingReactor, log: string[]) {
  const ended = async (name: string, wait: Promise<void>): Promise<void> => {
    try {
      await wait
    } catch (error) {
      await kit.reactor.sleep(1) // cancelled tasks take their time, too
      log.push(`${name} cancelled at ${kit.clock.now()}`)
      throw error
    }
    log.push(`${name} at ${kit.clock.now()}`)
  }
  return {
    gives: (name: string, ms: number): ScopeTask<string> => {
      return (scope) => ended(name, scope.sleep(ms)).then(() => name)
    },
    fails: (name: string, ms: number): ScopeTask<string> => {
      return (scope) => ended(name, scope.sleep(ms)).then(() => Promise.reject(new Error(name)))
    },
  }
}

function make() {
  const kit = new SettlingReactor()
  const log: string[] = []
  const run = (body: ScopeTask<unknown>): Promise<unknown> => kit.outcome(Scope.run(kit.reactor, body))
  return { kit, log, run, ...makeTasks(kit, log) }
}

describe('all()', () => {
  it('runs tasks side by side and gives their results in order', async () => {
    const { run, gives, kit } = make()
    const outcome = await run(async (scope) => [
      ...(await all(scope, [gives('a', 20), () => 7])),
      kit.clock.now(),
    ])
    expect(outcome).toEqual({ value: ['a', 7, 20] })
  })

  it('fails with the first that fails, when the others have ended; the scope around lives', async () => {
    const { run, gives, fails, log } = make()
    const outcome = await run(async (scope) => {
      const error: unknown = await all(scope, [gives('a', 20), fails('b', 10), gives('c', 5)]).catch(
        (error: unknown) => error,
      )
      log.push('over')
      return [error, scope.signal.aborted]
    })
    expect(outcome).toEqual({ value: [new Error('b'), false] })
    expect(log).toEqual(['c at 5', 'b at 10', 'a cancelled at 11', 'over'])
  })

  it('gives nothing for nothing', async () => {
    expect(await make().run((scope) => all(scope, []))).toEqual({ value: [] })
  })
})

describe('race()', () => {
  it('gives the result of the first that ends, when the losers have ended', async () => {
    const { run, gives, log } = make()
    const outcome = await run((scope) =>
      race(scope, [gives('a', 20), gives('b', 10)]).finally(() => log.push('over')),
    )
    expect(outcome).toEqual({ value: 'b' })
    expect(log).toEqual(['b at 10', 'a cancelled at 11', 'over'])
  })

  it('fails when the first that ends fails', async () => {
    const { run, gives, fails } = make()
    expect(await run((scope) => race(scope, [gives('a', 20), fails('b', 10)]))).toEqual({
      error: new Error('b'),
    })
  })

  it('does not swallow what goes wrong in a loser while it tidies up', async () => {
    const { run, gives } = make()
    const untidy: ScopeTask<string> = (scope) =>
      scope.sleep(50).then(
        () => 'never',
        () => Promise.reject(new Error('untidy')),
      )
    expect(await run((scope) => race(scope, [untidy, gives('b', 10)]))).toEqual({
      error: new Error('untidy'),
    })
  })

  it('refuses to run without tasks, as it would never end', async () => {
    expect(await make().run((scope) => race(scope, []))).toMatchObject({ error: { code: 'CAL_ERR_OPTION' } })
  })
})

describe('firstSuccessful()', () => {
  it('passes over failures, and gives the first result, when the losers have ended', async () => {
    const { run, gives, fails, log } = make()
    const outcome = await run((scope) =>
      firstSuccessful(scope, [fails('a', 5), gives('b', 20), gives('c', 10)]).finally(() => log.push('over')),
    )
    expect(outcome).toEqual({ value: 'c' })
    expect(log).toEqual(['a at 5', 'c at 10', 'b cancelled at 11', 'over'])
  })

  it('fails with all errors, in the order of the tasks, when every one fails', async () => {
    const { run, fails } = make()
    const outcome = await run((scope) => firstSuccessful(scope, [fails('a', 20), fails('b', 10)]))
    expect(outcome).toMatchObject({ error: { errors: [new Error('a'), new Error('b')] } })
  })

  it('rejects with the reason when it is cancelled', async () => {
    const { run, gives } = make()
    const outcome = await run((scope) => scope.within(5, (inner) => firstSuccessful(inner, [gives('a', 20)])))
    expect(outcome).toMatchObject({ error: { code: 'CAL_ERR_DEADLINE' } })
  })

  it('refuses to run without tasks', async () => {
    expect(await make().run((scope) => firstSuccessful(scope, []))).toMatchObject({
      error: { code: 'CAL_ERR_OPTION' },
    })
  })
})
