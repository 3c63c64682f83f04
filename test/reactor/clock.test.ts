import { describe, expect, it } from 'vitest'
import { monotonicClock, VirtualClock } from '../../src/reactor/clock.js'

describe('VirtualClock', () => {
  it('stands still until it is told to move', () => {
    const clock = new VirtualClock()
    expect([clock.now(), clock.now()]).toEqual([0, 0])
    clock.advance(1.5)
    clock.advance(0)
    expect(clock.now()).toBe(1.5)
  })

  it('refuses to go back, also by a time that is not a number', () => {
    const clock = new VirtualClock()
    expect(() => clock.advance(-1)).toThrow(RangeError)
    expect(() => clock.advance(NaN)).toThrow(RangeError)
    expect(clock.now()).toBe(0)
  })

  it('goes to a moment ahead and stays where it is for one that has passed', () => {
    const clock = new VirtualClock()
    clock.advanceTo(10)
    clock.advanceTo(5)
    expect(clock.now()).toBe(10)
  })

  it('shows a wall time in whole milliseconds from its epoch on', () => {
    const clock = new VirtualClock(Date.UTC(2024, 1, 29))
    clock.advance(1000.75)
    expect(new Date(clock.wallTime()).toISOString()).toBe('2024-02-29T00:00:01.000Z')
  })
})

describe('monotonicClock', () => {
  it('never goes back', () => {
    const readings = Array.from({ length: 1000 }, () => monotonicClock.now())
    expect(readings).toEqual([...readings].sort((a, b) => a - b))
  })
})
