import { describe, expect, it } from 'vitest'
import { endOfRead, endOfTurn, perResponse } from '../../src/io/flush-policy.js'

const FAST = 0.01
const SLOW = 5
const YOUNG = 0.1
const OLD = 3
const NEVER_MEASURED = Infinity

describe.each([endOfRead, endOfTurn])('%o: before a handler, ready replies', (makePolicy) => {
  it('stay when the handler is fast and they are young, also exactly at the budget', () => {
    const policy = makePolicy(1)
    expect(policy.leavesBefore(FAST, YOUNG)).toBe(false)
    expect(policy.leavesBefore(1, 1)).toBe(false)
  })

  it('leave when they are older than the budget, though the handler is fast', () => {
    expect(makePolicy(1).leavesBefore(FAST, OLD)).toBe(true)
  })

  it('leave when the handler is expected to take longer than the budget, though they are young', () => {
    expect(makePolicy(1).leavesBefore(SLOW, 0)).toBe(true)
  })

  it('leave when the handler was never measured', () => {
    expect(makePolicy(1).leavesBefore(NEVER_MEASURED, 0)).toBe(true)
    expect(makePolicy(1000).leavesBefore(NEVER_MEASURED, 0)).toBe(true)
  })

  it('are held to the budget that is given, 1 ms if none is', () => {
    expect(makePolicy(10).leavesBefore(SLOW, OLD)).toBe(false)
    expect(makePolicy().leavesBefore(1.01, 0)).toBe(true)
    expect(makePolicy().leavesBefore(0.99, 0.99)).toBe(false)
  })
})

describe('the policies', () => {
  it('differ in when else a batch leaves', () => {
    const moments = [endOfRead(), endOfTurn(), perResponse()].map(
      ({ name, leavesAfterReply, leavesAtEndOfRead }) => ({ name, leavesAfterReply, leavesAtEndOfRead }),
    )
    expect(moments).toEqual([
      { name: 'end-of-read', leavesAfterReply: false, leavesAtEndOfRead: true },
      { name: 'end-of-turn', leavesAfterReply: false, leavesAtEndOfRead: false },
      { name: 'per-response', leavesAfterReply: true, leavesAtEndOfRead: true },
    ])
  })

  it('per response hold no reply for any handler', () => {
    expect(perResponse().leavesBefore(0, 0)).toBe(true)
  })
})
