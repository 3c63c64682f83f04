import { expect, test } from 'vitest'
import { growth, type Snapshot, snapshotTable } from '../../endurance/snapshot.js'

const MIB = 1024 * 1024
const before: Snapshot = {
  heapBytes: 10 * MIB,
  residentBytes: 100 * MIB,
  handles: 5,
  timers: 0,
  connections: 0,
  requests: 7,
}

test('nothing has grown where all is as before, or less, or only requests were counted', () => {
  expect(growth(before, before)).toEqual([])
  expect(growth(before, { ...before, heapBytes: 9 * MIB, handles: 4, requests: 1_000_000 })).toEqual([])
})

test.each([
  ['heapBytes', 13 * MIB, 'the heap has grown by 3145728 bytes'],
  ['handles', 6, 'handles: 5 before, 6 after'],
  ['timers', 1, 'timers: 0 before, 1 after'],
  ['connections', 2, 'connections: 0 before, 2 after'],
])('%s that have grown are named', (what, value, finding) => {
  expect(growth(before, { ...before, [what]: value })).toEqual([finding])
})

test('a table has one line for each snapshot', () => {
  expect(snapshotTable([['start', before]]).split('\n')[2]).toBe('start | 10.00 | 100.00 | 5 | 0 | 0 | 7')
})
