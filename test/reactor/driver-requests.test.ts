import { beforeEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../src/reactor/clock.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { RecordingDriver } from './recording-driver.js'
import { makeVirtualReactor } from './virtual-reactor.js'

let driver: RecordingDriver
let reactor: Reactor
let clock: VirtualClock

beforeEach(() => {
  driver = new RecordingDriver()
  ;({ reactor, clock } = makeVirtualReactor({ driver }))
})

const nothing = (): void => undefined

describe('a turn soon', () => {
  it('is asked for once, however much is posted and marked before it comes', () => {
    reactor.post(nothing)
    reactor.post(nothing)
    reactor.markDirty({ isDirty: false, flush: nothing })
    expect(driver.takeRequests()).toEqual(['soon'])
  })

  it('is asked for again by what comes after that turn', () => {
    reactor.post(nothing)
    reactor.turn()
    driver.takeRequests()
    reactor.post(nothing)
    expect(driver.takeRequests()).toEqual(['soon'])
  })

  it('is asked for once at the end of a turn whose tasks and flushes posted more', () => {
    reactor.post(() => {
      reactor.post(nothing)
      reactor.post(nothing)
    })
    reactor.markDirty({ isDirty: false, flush: () => reactor.post(nothing) })
    driver.takeRequests()
    reactor.turn()
    expect(driver.takeRequests()).toEqual(['soon'])
    reactor.turn()
    expect(driver.takeRequests()).toEqual([])
  })

  it('is not asked for by what a task marks, since the same turn flushes it', () => {
    reactor.post(() => reactor.markDirty({ isDirty: false, flush: nothing }))
    driver.takeRequests()
    reactor.turn()
    expect(driver.takeRequests()).toEqual([])
  })

  it('is asked for when the time slice left work over', () => {
    for (let i = 0; i < 3; i++) reactor.post(() => clock.advance(5))
    driver.takeRequests()
    for (const expected of [['soon'], ['soon'], []]) {
      reactor.turn()
      expect(driver.takeRequests()).toEqual(expected)
    }
  })
})

describe('a wake-up', () => {
  it('is asked for when a timer is armed that is earlier than all others, and only then', () => {
    reactor.delay(50, nothing)
    reactor.delay(80, nothing)
    reactor.delay(20, nothing)
    expect(driver.takeRequests()).toEqual(['in 50', 'in 20'])
  })

  it('is asked for the next timer when the earliest has run', () => {
    reactor.delay(20, nothing)
    reactor.delay(50, nothing)
    driver.takeRequests()
    clock.advance(20)
    reactor.turn()
    expect(driver.takeRequests()).toEqual(['in 30'])
  })

  it('is asked for in time for a deadline that is not in whole milliseconds', () => {
    clock.advance(0.25)
    reactor.delay(10, nothing)
    expect(driver.takeRequests()).toEqual(['in 10.75'])
  })

  it('is not asked for again by turns that come before it', () => {
    reactor.delay(50, nothing)
    reactor.post(nothing)
    driver.takeRequests()
    clock.advance(10)
    reactor.turn()
    expect(driver.takeRequests()).toEqual([])
  })

  it('is taken back when the last timer is cancelled, and asked for by the next one', () => {
    const first = reactor.delay(50, nothing)
    const second = reactor.delay(60, nothing)
    driver.takeRequests()
    first.cancel()
    expect(driver.takeRequests()).toEqual([])
    second.cancel()
    expect(driver.takeRequests()).toEqual(['sleep'])
    reactor.delay(70, nothing)
    expect(driver.takeRequests()).toEqual(['in 70'])
  })

  it('that finds its timer cancelled asks for the timer after it', () => {
    const first = reactor.delay(50, nothing)
    reactor.delay(90, nothing)
    first.cancel()
    driver.takeRequests()
    clock.advance(50)
    reactor.turn()
    expect(driver.takeRequests()).toEqual(['in 40'])
  })

  it('comes a revolution of the wheel before a timer that is further away, at the most', () => {
    reactor.delay(10, nothing)
    reactor.delay(100_000, nothing)
    driver.takeRequests()
    clock.advance(10)
    reactor.turn()
    expect(driver.takeRequests()).toEqual([`in ${97 * 1024 - 10}`])
  })

  it('is asked for a timer that a task arms', () => {
    reactor.post(() => reactor.delay(7, nothing))
    driver.takeRequests()
    reactor.turn()
    expect(driver.takeRequests()).toEqual(['in 7'])
  })
})
