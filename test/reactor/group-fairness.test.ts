import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SchedulingGroup } from '../../src/reactor/scheduling-group.js'
import './seed.js'
import { makeVirtualReactor } from './virtual-reactor.js'

/** What a task costs, in 64ths of a millisecond, so that sums are exact. */
const cost = fc.oneof(fc.nat(8), fc.integer({ min: 1, max: 200 })).map((part) => part / 64)
const shares = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 }))
const SLICE_MS = 1
const ROUNDING_MS = 1e-6

interface Flow {
  readonly group: SchedulingGroup
  /** Time that it has had, in milliseconds. */
  hadMs: number
  longestMs: number
  posted: number
  ran: number
}

function makeFlows(allShares: readonly number[]) {
  const { reactor, clock } = makeVirtualReactor()
  const flows = allShares.map((of, i): Flow => {
    return {
      group: reactor.group({ name: `flow ${i}`, shares: of }),
      hadMs: 0,
      longestMs: 0,
      posted: 0,
      ran: 0,
    }
  })
  const total = allShares.reduce((sum, of) => sum + of, 0)
  return { reactor, clock, flows, total }
}

type Kit = ReturnType<typeof makeFlows>

/** Posts a task that checks that it is the next of its flow. */
function post({ clock }: Kit, flow: Flow, costMs: number, done: () => void = () => undefined): void {
  const number = flow.posted++
  flow.longestMs = Math.max(flow.longestMs, costMs)
  flow.group.post(() => {
    if (number !== flow.ran++) throw new Error(`task ${number} of ${flow.group.name} ran out of turn`)
    clock.advance(costMs)
    flow.hadMs += costMs
    done()
  })
}

/** One's longest task and the other's, each by its shares: no queue without pre-emption can promise less. */
function mustBeFair(flows: readonly Flow[]): void {
  for (const a of flows) {
    for (const b of flows) {
      const apart = a.hadMs / a.group.shares - b.hadMs / b.group.shares
      const bound = a.longestMs / a.group.shares + b.longestMs / b.group.shares
      if (apart > bound + ROUNDING_MS) throw new Error(`${a.group.name} had too much, by ${apart - bound} ms`)
    }
  }
}

describe('groups that always have work', () => {
  it('are never further apart, in time by shares, than one task of each', () => {
    const flow = fc.record({ shares, costs: fc.array(cost, { minLength: 20, maxLength: 60 }) })
    fc.assert(
      fc.property(fc.array(flow, { minLength: 2, maxLength: 6 }), (given) => {
        const kit = makeFlows(given.map((each) => each.shares))
        let isOneThrough = false
        kit.flows.forEach((flow, i) => {
          const { costs } = given[i]!
          costs.forEach((costMs, j) => {
            post(kit, flow, costMs, () => {
              if (isOneThrough) return
              mustBeFair(kit.flows)
              isOneThrough = j === costs.length - 1
            })
          })
        })
        while (kit.reactor.hasWork) kit.reactor.turn()
        expect(kit.flows.map(({ ran }) => ran)).toEqual(given.map(({ costs }) => costs.length))
      }),
      { numRuns: 200 },
    )
  })

  it('stay so with tasks that post their successors, when a turn has more than it can do', () => {
    fc.assert(
      fc.property(fc.array(shares, { minLength: 2, maxLength: 5 }), cost, (allShares, more) => {
        const kit = makeFlows(allShares)
        const costMs = 1 / 4 + more
        const start = (flow: Flow): void => post(kit, flow, costMs, () => start(flow))
        // As many in each as a whole slice takes: none is through with what a turn has found ready.
        for (const flow of kit.flows) for (let i = 0; i < 8; i++) start(flow)
        for (let turn = 0; turn < 300; turn++) {
          kit.reactor.turn()
          mustBeFair(kit.flows)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('whatever is posted, and whenever', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('post'), flow: fc.nat(5), count: fc.nat(12), costMs: cost }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('turn'), turns: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rest'), ms: fc.nat(50) }) },
  )
  const steps = fc.array(step, { minLength: 1, maxLength: 80, size: 'max' })
  type Step =
    | { readonly do: 'post'; readonly flow: number; readonly count: number; readonly costMs: number }
    | { readonly do: 'turn'; readonly turns: number }
    | { readonly do: 'rest'; readonly ms: number }

  /** A turn runs what was ready, one task at least, until its slice is used up: no task begins after it. */
  function turn({ reactor, clock, flows }: Kit): void {
    const ready = flows.map(({ posted, ran }) => posted - ran)
    const hadRun = flows.map(({ ran }) => ran)
    const began = clock.now()
    reactor.turn()
    const run = flows.map(({ ran }, i) => ran - hadRun[i]!)
    const longest = Math.max(...flows.map(({ longestMs }) => longestMs))
    const hasRun = run.some((count) => count > 0)
    const took = clock.now() - began
    if (!hasRun && ready.some((count) => count > 0)) throw new Error('a turn has run nothing')
    if (run.some((count, i) => count > ready[i]!)) throw new Error('a turn has run what came during it')
    if (took > SLICE_MS + longest) throw new Error(`a turn took ${took} ms`)
    if (took < SLICE_MS && run.join() !== ready.join()) throw new Error('a turn has left work and time')
  }

  function follow(kit: Kit, taken: readonly Step[], postOne: (flow: Flow, costMs: number) => void): void {
    for (const step of taken) {
      if (step.do === 'rest') kit.clock.advance(step.ms)
      else if (step.do === 'turn') for (let i = 0; i < step.turns; i++) turn(kit)
      else {
        const flow = kit.flows[step.flow % kit.flows.length]!
        for (let i = 0; i < step.count; i++) postOne(flow, step.costMs)
      }
    }
    while (kit.reactor.hasWork) turn(kit)
  }

  it('every task runs once, in the order of its group, and no turn does nothing or too much', () => {
    fc.assert(
      fc.property(fc.array(shares, { minLength: 1, maxLength: 6 }), steps, (allShares, taken) => {
        const kit = makeFlows(allShares)
        follow(kit, taken, (flow, costMs) => post(kit, flow, costMs))
        expect(kit.flows.map(({ ran }) => ran)).toEqual(kit.flows.map(({ posted }) => posted))
      }),
      { numRuns: 300 },
    )
  })

  it('no task waits longer than its group\u2019s part of the time needs for those before it', () => {
    fc.assert(
      fc.property(fc.array(shares, { minLength: 2, maxLength: 6 }), steps, (allShares, taken) => {
        const kit = makeFlows(allShares)
        const aheadMs = new Map<Flow, number>()
        const waits: { flow: Flow; waitedMs: number; workMs: number }[] = []
        follow(kit, taken, (flow, costMs) => {
          const workMs = (aheadMs.get(flow) ?? 0) + costMs
          aheadMs.set(flow, workMs)
          const since = kit.clock.now()
          post(kit, flow, costMs, () => {
            aheadMs.set(flow, aheadMs.get(flow)! - costMs)
            waits.push({ flow, workMs, waitedMs: kit.clock.now() - since })
          })
        })
        // `rest` is the test's own way to waste time: it is in every wait.
        const restedMs = taken.reduce((sum, step) => sum + (step.do === 'rest' ? step.ms : 0), 0)
        const longestMs = Math.max(...kit.flows.map((flow) => flow.longestMs))
        for (const { flow, waitedMs, workMs } of waits) {
          const part = flow.group.shares / kit.total
          const bound = (workMs + 2 * flow.longestMs) / part + (kit.flows.length + 1) * longestMs + SLICE_MS
          if (waitedMs > bound + restedMs + ROUNDING_MS)
            throw new Error(`${waitedMs} ms in place of ${bound}`)
        }
      }),
      { numRuns: 300 },
    )
  })
})
