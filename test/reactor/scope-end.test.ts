import { describe, expect, it } from 'vitest'
import { Scope } from '../../src/reactor/scope.js'
import { SettlingReactor } from './settling.js'

const code = (name: string): unknown => expect.objectContaining({ code: name })

describe('the end of a scope', () => {
  it('has no gap: what spawns a moment after the last task has ended is refused, or waited for', async () => {
    for (let ticks = 0; ticks < 10; ticks++) {
      const kit = new SettlingReactor()
      let hasEnded = false
      let outlived = false
      const late: unknown[] = []
      const running = Scope.run(kit.reactor, (scope) => {
        const last = scope.spawn(() => kit.reactor.sleep(1))
        void last.then(async () => {
          for (let i = 0; i < ticks; i++) await Promise.resolve()
          try {
            await scope.spawn(() => kit.reactor.sleep(5))
            outlived = hasEnded
          } catch (error) {
            late.push(error)
          }
        })
      }).finally(() => (hasEnded = true))
      expect(await kit.outcome(running)).toEqual({ value: undefined })
      expect(outlived).toBe(false)
      expect(late.length === 0 || late).toEqual(late.length === 0 || [code('CAL_ERR_SCOPE_ENDED')])
    }
  })
})

describe('options and tasks that are none', () => {
  it('are refused with CAL_ERR_OPTION', async () => {
    const { reactor } = new SettlingReactor()
    const refused = code('CAL_ERR_OPTION')
    for (const options of [{ signal: {} }, { signal: 1 }, { group: 'latency' }, { group: null }] as object[])
      await expect(Scope.run(reactor, () => 1, options)).rejects.toEqual(refused)
    await expect(Scope.run(reactor, 5 as never)).rejects.toEqual(refused)
    await Scope.run(reactor, async (scope) => {
      expect(() => scope.nested(() => 1, { group: 'latency' as never })).toThrow(refused)
      await scope
        .nested((inner) => inner.spawn(null as never))
        .catch((error: unknown) => {
          expect(error).toEqual(refused)
        })
    })
  })
})
