import { beforeEach, describe, expect, it } from 'vitest'
import { leaveLine, type Quiet, QuietLine } from '../../src/http/quiet-line.js'
import type { VirtualClock } from '../../src/reactor/clock.js'
import type { Reactor } from '../../src/reactor/reactor.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { seededRandom } from '../reactor/seed.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'

let reactor: Reactor
let clock: VirtualClock
/** Who was quiet for too long, and when they were told. */
let told: [name: string, at: number][]

beforeEach(() => {
  ;({ reactor, clock } = makeVirtualReactor())
  told = []
})

/** Who is told goes at once. */
const gone = (): number => told.length

class One implements Quiet {
  previousQuiet: Quiet = this
  nextQuiet: Quiet = this
  quietSince = 0
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  quietTooLong(): void {
    told.push([this.#name, clock.now()])
  }
}

function drive(until: number): void {
  driveVirtually(reactor, clock, { until })
}

describe('QuietLine', () => {
  it('tells everybody when their own time is over, and nobody earlier', () => {
    const line = new QuietLine(reactor, 1000, gone)
    for (const at of [0, 10, 10, 700]) {
      drive(at)
      line.join(new One(`since ${at}`), at)
    }
    drive(999)
    expect(told).toEqual([])
    drive(10_000)
    expect(told).toEqual([
      ['since 0', 1000],
      ['since 10', 1010],
      ['since 10', 1010],
      ['since 700', 1700],
    ])
    expect(reactor.statistics().timersPending).toBe(0)
  })

  it('does not tell those who have left, from wherever in the line', () => {
    const line = new QuietLine(reactor, 1000, gone)
    const all = ['first', 'second', 'third', 'last'].map((name) => new One(name))
    for (const one of all) line.join(one, 0)
    for (const at of [0, 2, 3]) leaveLine(all[at]!)
    leaveLine(all[3]!) // a second time
    drive(5000)
    expect(told.map(([name]) => name)).toEqual(['second'])
  })

  it('gives those who join again their whole time', () => {
    const line = new QuietLine(reactor, 1000, gone)
    const [one, other] = [new One('one'), new One('other')]
    line.join(one, 0)
    line.join(other, 0)
    drive(900)
    leaveLine(one)
    line.join(one, 900)
    drive(5000)
    expect(told).toEqual([
      ['other', 1000],
      ['one', 1900],
    ])
  })

  it('tells nobody, and arms no timer, when its patience is endless', () => {
    const line = new QuietLine(reactor, Infinity, gone)
    line.join(new One('one'), 0)
    expect(reactor.statistics().timersPending).toBe(0)
    drive(1e9)
    expect(told).toEqual([])
  })

  it('tells thirty-two, and others as these go', () => {
    let left = 0
    const line = new QuietLine(reactor, 1000, () => left)
    for (let i = 0; i < 100; i++) line.join(new One(String(i)), 0)
    drive(1005)
    expect(told).toHaveLength(32)
    left = 3
    drive(1007)
    expect(told).toHaveLength(35)
    drive(1040) // who does not go for ten milliseconds keeps nobody waiting
    expect(told.map(([name]) => name)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)))
    line.join(new One('later'), 1040)
    drive(5000)
    expect(told.at(-1)).toEqual(['later', 2040])
  })

  it('looks no more once it is stopped', () => {
    const line = new QuietLine(reactor, 1000, gone)
    line.join(new One('one'), 0)
    line.stop()
    expect(reactor.statistics().timersPending).toBe(0)
    drive(5000)
    expect(told).toEqual([])
  })

  it('agrees with a list that is searched, whatever comes and goes', () => {
    const random = seededRandom(71)
    const line = new QuietLine(reactor, 50, gone)
    const all = Array.from({ length: 20 }, (_, i) => new One(String(i)))
    const since = new Map<number, number>()
    const expected: [string, number][] = []
    for (let at = 0; at < 2000; at++) {
      drive(at)
      for (const [i, start] of [...since]) {
        if (start + 50 > at) continue
        expected.push([String(i), at])
        since.delete(i)
      }
      const i = Math.floor(random() * all.length)
      leaveLine(all[i]!)
      since.delete(i)
      if (random() < 0.7) {
        line.join(all[i]!, at)
        since.set(i, at)
      }
    }
    expect(expected.length).toBeGreaterThan(100)
    expect(told).toEqual(expected)
  })
})
