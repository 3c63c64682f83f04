import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { get, VirtualServer } from './memory-client.js'

const TASK_MS = 0.125
const FLOOD = 20_000

/** A server beside a flood of tasks that would take 2.5 seconds. */
function flooded(group: 'default' | 'background', handler: (virtual: VirtualServer) => Handler) {
  const virtual: VirtualServer = new VirtualServer((request, response) => handler(virtual)(request, response))
  const counts = { ran: 0 }
  for (let i = 0; i < FLOOD; i++) {
    virtual.reactor.groups[group].post(() => {
      counts.ran++
      virtual.clock.advance(TASK_MS)
    })
  }
  return { virtual, counts }
}

describe.each(['default', 'background'] as const)('a flood of tasks in %s', (group) => {
  it('does not hold back what is left of a read', () => {
    const answeredAt: number[] = []
    const { virtual, counts } = flooded(group, ({ clock }) => (asked, response) => {
      clock.advance(0.5)
      answeredAt.push(clock.now())
      response.send(asked.path)
    })
    const client = virtual.connect().send(get('/').repeat(40))
    virtual.run()
    expect(client.replies()).toHaveLength(40)
    // 20 ms of handlers, which have 8 shares beside 4, or 1: two thirds of the time at least.
    expect(answeredAt.at(-1)).toBeLessThan(35)
    expect(counts.ran).toBe(FLOOD)
  })

  it('does not hold back the coroutines of a request', () => {
    let doneAt = NaN
    const { virtual } = flooded(group, ({ clock }) => ({ scope }, response) => {
      void scope.spawn(function* () {
        for (let step = 0; step < 40; step++) {
          yield
          clock.advance(0.5)
        }
        doneAt = clock.now()
        response.send('')
      })
    })
    virtual.connect().send(get('/'))
    virtual.run()
    // One step a turn, and the others have what it leaves of the slice.
    expect(doneAt).toBeLessThan(40 * 1.25)
  })
})
