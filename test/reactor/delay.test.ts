import { describe, expect, it } from 'vitest'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { makeVirtualReactor } from './virtual-reactor.js'

const optionError: unknown = expect.objectContaining({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })

describe('Reactor.delay()', () => {
  it('runs its callback once, at its time', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ranAt: number[] = []
    reactor.delay(2500, () => ranAt.push(clock.now()))
    driveVirtually(reactor, clock)
    expect(ranAt).toEqual([2500])
  })

  it('gives its callback an argument, so that many timers can share one function', () => {
    const { reactor, clock } = makeVirtualReactor()
    const seen: string[] = []
    const note = (what: string): void => {
      seen.push(what)
    }
    reactor.delay(2, note, 'second')
    reactor.delay(1, note, 'first')
    driveVirtually(reactor, clock)
    expect(seen).toEqual(['first', 'second'])
  })

  it('runs nothing after a cancel, nor when another timer of the same turn cancels it', () => {
    const { reactor, clock } = makeVirtualReactor()
    const ran: string[] = []
    reactor.delay(5, () => ran.push('cancelled before')).cancel()
    reactor.delay(5, () => {
      ran.push('first')
      second.cancel()
    })
    const second = reactor.delay(5, () => ran.push('cancelled by the first'))
    driveVirtually(reactor, clock)
    expect(ran).toEqual(['first'])
  })

  it.each([-1, NaN, Infinity])('refuses %s milliseconds', (ms) => {
    const { reactor } = makeVirtualReactor()
    expect(() => reactor.delay(ms, () => undefined)).toThrow(optionError)
    expect(reactor.nextDeadline).toBeNull()
  })
})

describe('Reactor.sleep()', () => {
  it('resolves when its time has come, and not before', async () => {
    const { reactor, clock } = makeVirtualReactor()
    let isAwake = false
    const sleeping = reactor.sleep(10).then(() => (isAwake = true))
    driveVirtually(reactor, clock, { until: 9.5 })
    await Promise.resolve()
    expect(isAwake).toBe(false)
    driveVirtually(reactor, clock)
    await sleeping
    expect(clock.now()).toBe(10)
  })

  it('rejects with the reason of the signal when it is aborted, and takes its timer off', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const controller = new AbortController()
    const sleeping = reactor.sleep(10, { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(reactor.statistics().timersPending).toBe(0)
    expect(driveVirtually(reactor, clock)).toBe(0)
  })

  it('rejects at once, and arms no timer, when the signal was aborted before', async () => {
    const { reactor } = makeVirtualReactor()
    const reason = new Error('too late')
    await expect(reactor.sleep(10, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(reactor.statistics().timersPending).toBe(0)
  })

  it('rejects, with the reason, when the signal is aborted in the turn in which it is due', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const controller = new AbortController()
    reactor.delay(10, () => controller.abort())
    const sleeping = reactor.sleep(10, { signal: controller.signal })
    driveVirtually(reactor, clock)
    await expect(sleeping).rejects.toBe(controller.signal.reason)
  })

  it('leaves nothing behind on a signal that outlives it', async () => {
    const { reactor, clock } = makeVirtualReactor()
    const listeners = new Set<unknown>()
    const controller = new AbortController()
    const { signal } = controller
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
    const sleeping = reactor.sleep(1, { signal })
    expect(listeners.size).toBe(1)
    driveVirtually(reactor, clock)
    await sleeping
    expect(listeners.size).toBe(0)
  })

  it.each([-1, NaN])('rejects %s milliseconds', async (ms) => {
    const { reactor } = makeVirtualReactor()
    await expect(reactor.sleep(ms)).rejects.toEqual(optionError)
  })
})
