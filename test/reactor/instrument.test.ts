import { describe, expect, it } from 'vitest'
import type { Instrument } from '../../src/reactor/instrument.js'
import { RecordingDriver } from './recording-driver.js'
import { makeVirtualReactor } from './virtual-reactor.js'

function makeTracer(log: string[], name = ''): Instrument {
  return {
    turnStarted: (now, tasksReady) => log.push(`${name}turn at ${now}: ${tasksReady} ready`),
    taskStarted: () => log.push(`${name}task`),
    turnEnded: (now, tasksRun, flushed) =>
      log.push(`${name}over at ${now}: ${tasksRun} run, ${flushed} flushed`),
  }
}

describe('instruments', () => {
  it('are null while there is none, and again when the last one is taken out', () => {
    const { reactor } = makeVirtualReactor()
    expect(reactor.instruments).toBeNull()
    const removeFirst = reactor.instrument({})
    const removeSecond = reactor.instrument({})
    removeFirst()
    expect(reactor.instruments).not.toBeNull()
    removeSecond()
    removeSecond()
    expect(reactor.instruments).toBeNull()
  })

  it('hear of a turn, its tasks and its end, with the moments and numbers', () => {
    const { reactor, clock } = makeVirtualReactor()
    const log: string[] = []
    reactor.instrument(makeTracer(log))
    clock.advance(3)
    reactor.post(() => {
      log.push('in the task')
      clock.advance(0.5)
    })
    reactor.markDirty({ isDirty: false, flush: () => log.push('in the flush') })
    reactor.turn()
    expect(log).toEqual([
      'turn at 3: 1 ready',
      'task',
      'in the task',
      'in the flush',
      'over at 3.5: 1 run, 1 flushed',
    ])
  })

  it('hear nothing any longer once taken out, while the others do', () => {
    const { reactor } = makeVirtualReactor()
    const log: string[] = []
    const remove = reactor.instrument(makeTracer(log, 'a '))
    reactor.instrument(makeTracer(log, 'b '))
    reactor.turn()
    remove()
    log.length = 0
    reactor.turn()
    expect(log).toEqual(['b turn at 0: 0 ready', 'b over at 0: 0 run, 0 flushed'])
  })

  it('are called as methods, so that they can be objects with a state', () => {
    const { reactor } = makeVirtualReactor()
    const counter = {
      turns: 0,
      turnStarted() {
        this.turns++
      },
    }
    reactor.instrument(counter)
    reactor.turn()
    reactor.turn()
    expect(counter.turns).toBe(2)
  })

  it('are removed with a warning when they throw, and break neither the turn nor the others', () => {
    const driver = new RecordingDriver()
    const { reactor } = makeVirtualReactor({ driver })
    const log: string[] = []
    let calls = 0
    reactor.instrument({
      taskStarted: () => {
        calls++
        throw new Error('bad tracer')
      },
    })
    reactor.instrument(makeTracer(log))
    reactor.post(() => log.push('first'))
    reactor.post(() => log.push('second'))
    reactor.turn()
    expect(calls).toBe(1)
    expect(log).toEqual([
      'turn at 0: 2 ready',
      'task',
      'first',
      'task',
      'second',
      'over at 0: 2 run, 0 flushed',
    ])
    expect(driver.warnings).toEqual(['an instrument threw in taskStarted and was removed: Error: bad tracer'])
  })

  it('are null again, and so free of cost, when the last one was removed because it threw', () => {
    const { reactor } = makeVirtualReactor()
    const remove = reactor.instrument({
      turnStarted: () => {
        throw new Error('bad tracer')
      },
    })
    reactor.turn()
    expect(reactor.instruments).toBeNull()
    remove()
    const log: string[] = []
    reactor.instrument(makeTracer(log))
    reactor.turn()
    expect(log).toHaveLength(2)
  })
})
