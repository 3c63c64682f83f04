import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { Anteroom } from '../../src/io/anteroom.js'
import { VirtualClock } from '../../src/reactor/clock.js'
import { Reactor } from '../../src/reactor/reactor.js'

/** A socket as an anteroom sees it. */
class Guest extends EventEmitter {
  readonly ends: string[] = []

  constructor(readonly canReset = true) {
    super()
  }

  resetAndDestroy(): void {
    if (!this.canReset) throw new TypeError('This handle type cannot be sent')
    this.ends.push('reset')
  }

  destroy(): void {
    this.ends.push('destroyed')
  }
}

let clock: VirtualClock
let reactor: Reactor
let room: Anteroom<Guest>

beforeEach(() => {
  clock = new VirtualClock()
  reactor = new Reactor({ clock, driver: null })
  room = new Anteroom(reactor, 100)
})

function enter(guest = new Guest()): Guest {
  room.enter(guest)
  return guest
}

function pass(ms: number): void {
  clock.advance(ms)
  reactor.turn()
}

/** Nothing must stay behind when a guest has left: no timer, no listener. */
function expectNothingOf(guest: Guest): void {
  expect(room.size).toBe(0)
  expect(guest.listenerCount('close')).toBe(0)
  expect(reactor.statistics().timersPending).toBe(0)
}

describe('a guest of an anteroom', () => {
  it('that leaves in time is not heard of again', () => {
    const guest = enter()
    expect(room.size).toBe(1)
    pass(99)
    expect(room.leave(guest)).toBe(true)
    expectNothingOf(guest)
    pass(100)
    expect([guest.ends, room.refused]).toEqual([[], 0])
  })

  it('that stays too long is reset and counted, and can’t leave any more', () => {
    const guest = enter()
    pass(102)
    expect([guest.ends, room.refused]).toEqual([['reset'], 1])
    expectNothingOf(guest)
    expect(room.leave(guest)).toBe(false)
    room.refuse(guest)
    room.turnedAway(guest)
    expect([guest.ends, room.refused]).toEqual([['reset'], 1])
  })

  it('that goes away by itself is counted', () => {
    const guest = enter()
    guest.emit('close')
    expect([guest.ends, room.refused]).toEqual([[], 1])
    expectNothingOf(guest)
  })

  it('that can’t be reset is destroyed', () => {
    const guest = enter(new Guest(false))
    room.refuse(guest)
    expect([guest.ends, room.refused]).toEqual([['destroyed'], 1])
  })
})

it('an anteroom that is closed resets whoever waits and whoever comes, and counts none of them', async () => {
  const guests = [enter(), enter(), enter(new Guest(false))]
  const closed = room.close()
  guests.push(enter())
  reactor.turn()
  await closed
  expect(guests.map(({ ends }) => ends)).toEqual([['reset'], ['reset'], ['destroyed'], ['reset']])
  expect(room.refused).toBe(0)
  for (const guest of guests) expectNothingOf(guest)
})
