import { describe, expect, it } from 'vitest'
import { RecordingDriver } from './recording-driver.js'
import { makeVirtualReactor } from './virtual-reactor.js'

function throwing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

describe('an error in a task', () => {
  it('reaches onError and does not keep the other tasks, timers and flushes of the turn from running', () => {
    const errors: unknown[] = []
    const ran: string[] = []
    const { reactor, clock } = makeVirtualReactor({ onError: (error) => errors.push(error) })
    reactor.delay(1, throwing('timer'))
    reactor.delay(1, () => ran.push('timer'))
    reactor.post(throwing('task'))
    reactor.post(() => ran.push('task'))
    reactor.markDirty({ isDirty: false, flush: () => ran.push('flush') })
    clock.advance(1)
    reactor.turn()
    expect(errors).toEqual([new Error('task'), new Error('timer')])
    expect(ran).toEqual(['task', 'timer', 'flush'])
  })

  it('becomes an uncaught error of the driver when there is no onError', () => {
    const driver = new RecordingDriver()
    const { reactor } = makeVirtualReactor({ driver })
    let ran = false
    reactor.post(throwing('nobody asked'))
    reactor.post(() => (ran = true))
    reactor.turn()
    expect(driver.errors).toEqual([new Error('nobody asked')])
    expect(ran).toBe(true)
  })

  it('hands on what onError throws in its turn, and the turn goes on', () => {
    const driver = new RecordingDriver()
    const { reactor } = makeVirtualReactor({ driver, onError: throwing('the handler of errors') })
    let ran = false
    reactor.post(throwing('task'))
    reactor.post(() => (ran = true))
    reactor.turn()
    expect(driver.errors).toEqual([new Error('the handler of errors')])
    expect(ran).toBe(true)
  })

  it('reaches onError when code that has nobody else to tell reports it', () => {
    const errors: unknown[] = []
    const { reactor } = makeVirtualReactor({ onError: (error) => errors.push(error) })
    reactor.reportError('anything')
    expect(errors).toEqual(['anything'])
  })

  it('comes out of a turn by hand when there is neither driver nor onError, and the next turn goes on', () => {
    const { reactor } = makeVirtualReactor()
    const ran: string[] = []
    reactor.post(throwing('by hand'))
    reactor.post(() => ran.push('task'))
    reactor.markDirty({ isDirty: false, flush: () => ran.push('flush') })
    expect(() => reactor.turn()).toThrow('by hand')
    reactor.turn()
    expect(ran).toEqual(['task', 'flush'])
  })
})
