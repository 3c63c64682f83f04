import { describe, expect, it } from 'vitest'
import { EventKind } from '../../src/tracing/event-kind.js'
import { EventLog, type EventSnapshot } from '../../src/tracing/event-log.js'

const CHUNK = 4096

function add(log: EventLog, from: number, to: number): void {
  for (let i = from; i < to; i++) log.add(EventKind.ReadStarted, i + 0.5, i, `#${i}`, i, -i, i * 2)
}

const connectionsOf = (snapshot: EventSnapshot): number[] =>
  Array.from({ length: snapshot.size }, (_, index) => snapshot.event(index).connection)

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('the event log', () => {
  it('gives every event back as it was added', () => {
    const log = new EventLog(10)
    log.add(EventKind.FlushStarted, 1.25, 7, 'name', 1, 2, 3)
    log.add(EventKind.TaskEnded, 2, 0)
    const snapshot = log.snapshot()
    expect(snapshot.event(0)).toEqual({
      kind: EventKind.FlushStarted,
      at: 1.25,
      connection: 7,
      label: 'name',
      a: 1,
      b: 2,
      c: 3,
    })
    expect(snapshot.event(1)).toMatchObject({ kind: EventKind.TaskEnded, label: '', a: 0, b: 0, c: 0 })
  })

  it('has nothing to give before the first event', () => {
    expect(new EventLog(5).snapshot()).toMatchObject({ size: 0, lost: 0 })
  })

  it.each([1, 2, 7, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])(
    'keeps exactly the last %i events, and counts what it has lost',
    (capacity) => {
      const log = new EventLog(capacity)
      let added = 0
      for (const more of [1, capacity - 1, 1, 2, CHUNK, 2 * capacity, 1]) {
        add(log, added, (added += more))
        const first = Math.max(added - capacity, 0)
        const snapshot = log.snapshot()
        expect([log.recorded, log.lost, snapshot.lost, snapshot.size]).toEqual([
          added,
          first,
          first,
          added - first,
        ])
        expect(connectionsOf(snapshot)).toEqual(numbers(first, added))
      }
    },
  )

  it('leaves a snapshot as it is while it goes on, however far', () => {
    const log = new EventLog(CHUNK + 10)
    add(log, 0, CHUNK + 5)
    const snapshot = log.snapshot()
    add(log, CHUNK + 5, 10 * CHUNK)
    expect(connectionsOf(snapshot)).toEqual(numbers(0, CHUNK + 5))
    expect(snapshot.event(3)).toMatchObject({ label: '#3', at: 3.5, b: -3 })
  })
})
