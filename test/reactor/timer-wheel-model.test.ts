import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ReadyQueue } from '../../src/reactor/ready-queue.js'
import { type Timer, TimerWheel } from '../../src/reactor/timer-wheel.js'
import './seed.js'

/** What the wheel must do, in the most naive way: a list, searched from end to end. */
interface ModelTimer {
  readonly timer: Timer
  readonly deadline: number
  readonly dueTick: number
  state: 'on the wheel' | 'ready' | 'over'
}

type Step =
  | { readonly do: 'arm'; readonly ms: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'run'; readonly count: number }

const REVOLUTION = 1024
const times = fc.oneof(
  fc.nat(20),
  fc.nat(1500),
  fc.nat(20_000),
  fc.nat(3_000_000), // three revolutions of the second level
  fc.constantFrom(REVOLUTION - 1, REVOLUTION, REVOLUTION + 1, 2 * REVOLUTION),
  fc.double({ min: 0, max: 3000, noNaN: true }),
)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('arm'), ms: times }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pass'), ms: times }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), ms: times }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('run'), count: fc.nat(10) }) },
  ),
  { minLength: 1, maxLength: 120, size: 'max' },
)

/** Near 2³¹ and far above it: slots are found with bit operations, which know 32 bits only. */
const starts = fc.constantFrom(0, 0.5, 2 ** 31 - 700, 2 ** 32 - 1.25, 2 ** 41 + 0.75)

class Comparison {
  readonly #wheel: TimerWheel
  readonly #ready = new ReadyQueue()
  readonly #armed: ModelTimer[] = []
  readonly #expectedQueue: ModelTimer[] = []
  #now: number
  #tick: number
  #emptied = 0
  #expectedEmptied = 0

  constructor(start: number) {
    this.#now = start
    this.#tick = Math.floor(start)
    this.#wheel = new TimerWheel(start, () => this.#emptied++)
  }

  get #onWheel(): ModelTimer[] {
    return this.#armed.filter((each) => each.state === 'on the wheel')
  }

  take(step: Step): void {
    if (step.do === 'arm') this.#arm(step.ms)
    else if (step.do === 'cancel') this.#cancel(step.which)
    else if (step.do === 'pass') this.#now += step.ms
    else if (step.do === 'advance') this.#advance(step.ms)
    else this.#run(step.count)
    this.#compare()
  }

  #arm(ms: number): void {
    const deadline = this.#now + ms
    const timer: Timer = this.#wheel.arm(deadline, this.#ready, () => {
      const expected = this.#expectedQueue.shift()
      expect(timer).toBe(expected?.timer)
      expect(this.#now).toBeGreaterThanOrEqual(deadline)
    })
    const dueTick = Math.max(Math.ceil(deadline), this.#tick + 1)
    this.#armed.push({ timer, deadline, dueTick, state: 'on the wheel' })
  }

  #cancel(which: number): void {
    const chosen = this.#armed[which % Math.max(this.#armed.length, 1)]
    if (chosen === undefined) return
    if (chosen.state === 'on the wheel' && this.#onWheel.length === 1) this.#expectedEmptied++
    if (chosen.state === 'ready') this.#expectedQueue.splice(this.#expectedQueue.indexOf(chosen), 1)
    chosen.state = 'over'
    chosen.timer.cancel()
    expect(chosen.timer.isPending).toBe(false)
  }

  #advance(ms: number): void {
    this.#now += ms
    this.#tick = Math.floor(this.#now)
    const due = this.#onWheel.filter((each) => each.dueTick <= this.#tick)
    for (const each of [...due].sort((a, b) => a.dueTick - b.dueTick)) {
      each.state = 'ready'
      this.#expectedQueue.push(each)
    }
    do this.#wheel.advance(this.#now)
    while (this.#wheel.isBehind)
  }

  #run(count: number): void {
    for (let i = 0; i < count; i++) {
      const next = this.#expectedQueue[0]
      const left = this.#expectedQueue.length
      let task = this.#ready.shift()
      while (task instanceof Object && 'isPending' in task && task.isPending === false)
        task = this.#ready.shift()
      if (task === undefined) {
        expect(left).toBe(0)
        return
      }
      ;(task as Timer).run()
      expect(this.#expectedQueue.length).toBe(left - 1)
      next!.state = 'over'
    }
  }

  #compare(): void {
    const onWheel = this.#onWheel
    expect(this.#wheel.size).toBe(onWheel.length)
    expect(this.#emptied).toBe(this.#expectedEmptied)
    const earliest = Math.min(...onWheel.map((each) => each.dueTick))
    const next = this.#wheel.nextDueTick()
    if (onWheel.length === 0) expect(next).toBeNull()
    else if (earliest < this.#endOfRevolution) expect(next).toBe(earliest)
    else {
      expect(next).toBeGreaterThanOrEqual(this.#endOfRevolution)
      expect(next).toBeLessThanOrEqual(earliest)
    }
  }

  get #endOfRevolution(): number {
    return (Math.floor(this.#tick / REVOLUTION) + 1) * REVOLUTION
  }

  /** At the very end everything that was armed and not cancelled has run. */
  finish(): void {
    this.#advance(10_000_000)
    this.#run(Infinity)
    expect(this.#wheel.size).toBe(0)
    expect(this.#armed.filter((each) => each.timer.isPending)).toEqual([])
  }
}

it('runs the timers that a sorted list would run, in its order, whatever is armed, cancelled and waited for', () => {
  fc.assert(
    fc.property(starts, steps, (start, taken) => {
      const comparison = new Comparison(start)
      for (const step of taken) comparison.take(step)
      comparison.finish()
    }),
    { numRuns: 400 },
  )
})
