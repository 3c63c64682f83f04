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

  it('are removed with a warning also when they are async and reject', async () => {
    const driver = new RecordingDriver()
    const { reactor } = makeVirtualReactor({ driver })
    let calls = 0
    const turnStarted = async (): Promise<void> => {
      calls++
      await Promise.resolve()
      throw new Error('bad tracer')
    }
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- this is the mistake
    reactor.instrument({ turnStarted })
    reactor.turn()
    reactor.turn()
    await new Promise(setImmediate)
    reactor.turn()
    expect(calls).toBe(2)
    expect(driver.warnings).toEqual(['an instrument threw in turnStarted and was removed: Error: bad tracer'])
  })

  it('are warned of when they reject after they were taken out, too', async () => {
    const driver = new RecordingDriver()
    const { reactor } = makeVirtualReactor({ driver })
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- this is the mistake
    const remove = reactor.instrument({ turnStarted: () => Promise.reject(new Error('bad tracer')) })
    reactor.turn()
    remove()
    await new Promise(setImmediate)
    expect(driver.warnings).toEqual(['an instrument threw in turnStarted and was removed: Error: bad tracer'])
  })

  it('may be installed twice, and each is taken out for itself', () => {
    const { reactor } = makeVirtualReactor()
    let turns = 0
    const instrument = { turnStarted: () => turns++ }
    const [removeOne, removeOther] = [reactor.instrument(instrument), reactor.instrument(instrument)]
    reactor.turn()
    removeOne()
    removeOne()
    reactor.turn()
    expect(turns).toBe(3)
    removeOther()
    expect(reactor.instruments).toBeNull()
  })

  it.each([null, undefined, 'turns'])('are refused when they are no objects: %s', (instrument) => {
    const { reactor } = makeVirtualReactor()
    expect(() => reactor.instrument(instrument as never)).toThrow(
      expect.objectContaining({ code: 'CAL_ERR_OPTION' }) as Error,
    )
    reactor.turn()
    expect(reactor.instruments).toBeNull()
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

  it('hear how many timers were due, between the start of the turn and their tasks, and nothing when none was', () => {
    const { reactor, clock } = makeVirtualReactor()
    const log: string[] = []
    reactor.instrument({
      ...makeTracer(log),
      timersDue: (now, timers) => log.push(`${timers} due at ${now}`),
    })
    reactor.delay(1, () => log.push('first'))
    reactor.delay(2, () => log.push('second'))
    reactor.delay(9, () => log.push('never'))
    reactor.turn()
    clock.advance(2)
    reactor.turn()
    expect(log).toEqual([
      'turn at 0: 0 ready',
      'over at 0: 0 run, 0 flushed',
      'turn at 2: 0 ready',
      '2 due at 2',
      'task',
      'first',
      'task',
      'second',
      'over at 2: 2 run, 0 flushed',
    ])
  })

  it('hear when a task has ended, also one that threw', () => {
    const { reactor, clock } = makeVirtualReactor({ onError: () => undefined })
    const log: string[] = []
    reactor.instrument({
      taskStarted: (now) => log.push(`started at ${now}`),
      taskEnded: (now) => log.push(`ended at ${now}`),
    })
    reactor.post(() => clock.advance(0.25))
    reactor.post(() => {
      clock.advance(0.25)
      throw new Error('on purpose')
    })
    reactor.turn()
    expect(log).toEqual(['started at 0', 'ended at 0.25', 'started at 0.25', 'ended at 0.5'])
  })

  it('are told the names of tasks: of a function, of a timer\u2019s callback, of a class, or none', () => {
    class Cleaning {
      run(): void {
        // nothing to clean
      }
    }
    const bare = Object.assign(Object.create(null) as object, { run: () => undefined })
    const { reactor, clock } = makeVirtualReactor()
    const names: string[] = []
    reactor.instrument({ taskStarted: (_now, name) => names.push(name) })
    reactor.post(function sweep() {
      // nothing to sweep
    })
    reactor.post(new Cleaning())
    reactor.post(() => undefined)
    reactor.post(bare)
    reactor.delay(1, function tick() {
      // nothing to do
    })
    reactor.delay(1, () => undefined)
    clock.advance(1)
    reactor.turn()
    expect(names).toEqual(['sweep', 'Cleaning', '', '', 'Timer tick', 'Timer'])
  })

  it('are told the scheduling groups of tasks, of timers too', () => {
    const { reactor, clock } = makeVirtualReactor()
    const groups: string[] = []
    reactor.instrument({ taskStarted: (_now, _name, group) => groups.push(group) })
    reactor.post(() => undefined)
    reactor.groups.latency.post(() => undefined)
    reactor.groups.background.delay(1, () => undefined)
    clock.advance(1)
    reactor.turn()
    expect(groups).toEqual(['latency', 'default', 'background'])
  })

  it('hear by the hooks that they had when they were installed, methods of a class among them', () => {
    class Counter implements Instrument {
      turns = 0
      turnStarted(): void {
        this.turns++
      }
    }
    const { reactor } = makeVirtualReactor()
    const counter = new Counter()
    const late: Instrument = {}
    reactor.instrument(counter)
    reactor.instrument(late)
    late.turnStarted = () => expect.unreachable('it was not there')
    reactor.turn()
    expect(counter.turns).toBe(1)
  })

  it('may take themselves out, and install others, while they are called', () => {
    const { reactor } = makeVirtualReactor()
    const log: string[] = []
    const remove = reactor.instrument({
      turnStarted: () => {
        remove()
        reactor.instrument(makeTracer(log))
      },
    })
    reactor.turn()
    reactor.turn()
    expect(log).toEqual(['over at 0: 0 run, 0 flushed', 'turn at 0: 0 ready', 'over at 0: 0 run, 0 flushed'])
  })

  it('know a connection by the same number for life, also when there was no instrument for a while', () => {
    const { reactor } = makeVirtualReactor()
    const numbers: number[] = []
    const [first, second] = [{}, {}]
    const install = (): (() => void) =>
      reactor.instrument({ drained: (_now, connection) => numbers.push(connection) })
    const remove = install()
    reactor.instruments?.emitOf('drained', first)
    remove()
    reactor.instruments?.emitOf('drained', {}) // nobody hears it, so it gets no number
    install()
    reactor.instruments?.emitOf('drained', second)
    reactor.instruments?.emitOf('drained', first)
    expect(numbers).toEqual([1, 2, 1])
  })

  it('read the clock only for events that somebody listens to', () => {
    let readings = 0
    const { reactor } = makeVirtualReactor({ clock: { now: () => (readings++, 0), wallTime: () => 0 } })
    const readingsOfATurn = (): number => {
      readings = 0
      reactor.turn()
      return readings
    }
    const without = readingsOfATurn()
    reactor.instrument({ taskStarted: () => undefined })
    expect(readingsOfATurn()).toBe(without)
    reactor.instrument({ turnStarted: () => undefined })
    expect(readingsOfATurn()).toBe(without + 1)
  })
})
