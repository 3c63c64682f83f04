import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CompiledReactor } from './child-program.js'

let compiled: CompiledReactor
beforeAll(async () => void (compiled = await CompiledReactor.make()))
afterAll(() => compiled.remove())

const REACTOR = "import { Reactor } from './reactor/reactor.js'; const reactor = new Reactor();"

describe('a process with a reactor', () => {
  it('hears of a task\u2019s error as uncaughtException, after the turn went on', async () => {
    // a slice that lasts: both tasks must run in one turn, however slow the machine is
    const ending = await compiled.run(`
      import { Reactor } from './reactor/reactor.js'; const reactor = new Reactor({ timeSliceMs: 60_000 })
      process.on('uncaughtException', (error) => console.log('uncaught:', error.message))
      reactor.post(() => { throw new Error('boom') })
      reactor.post(() => console.log('the next task'))
    `)
    expect(ending).toEqual({ exitCode: 0, stdout: 'the next task\nuncaught: boom\n', stderr: '' })
  })

  it('dies of a task\u2019s error that nobody handles, and names it', async () => {
    const ending = await compiled.run(`${REACTOR} reactor.post(() => { throw new Error('boom') })`)
    expect(ending.exitCode).toBe(1)
    expect(ending.stderr).toContain('Error: boom')
  })

  it('ends when the reactor has nothing left to do', async () => {
    const ending = await compiled.run(`${REACTOR}
      reactor.delay(3_600_000, () => console.log('never')).cancel()
      reactor.post(() => console.log('done'))
    `)
    expect(ending).toEqual({ exitCode: 0, stdout: 'done\n', stderr: '' })
  })

  it('lives as long as a timer is to come', async () => {
    const ending = await compiled.run(`${REACTOR} reactor.delay(20, () => console.log('came'))`)
    expect(ending).toEqual({ exitCode: 0, stdout: 'came\n', stderr: '' })
  })

  it('is warned of an instrument that was removed', async () => {
    const ending = await compiled.run(`${REACTOR}
      reactor.instrument({ taskStarted() { throw new Error('bad tracer') } })
      reactor.post(() => console.log('done'))
    `)
    expect(ending.stdout).toBe('done\n')
    expect(ending.stderr).toContain('CalandriaWarning: an instrument threw in taskStarted')
  })
})
