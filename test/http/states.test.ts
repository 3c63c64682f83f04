import { describe, expect, it } from 'vitest'
import {
  CONNECTION_TRANSITIONS,
  ConnectionEvent,
  ConnectionState,
  nextConnectionState,
} from '../../src/http/connection-state.js'
import { RESPONSE_TRANSITIONS, ResponseEvent, ResponseState } from '../../src/http/response-state.js'

type Table = readonly (readonly [string, string, string])[]

/** States that can be reached from `start`. */
function reachable(table: Table, start: string): Set<string> {
  const found = new Set([start])
  for (const state of found) {
    for (const [from, , to] of table) if (from === state) found.add(to)
  }
  return found
}

type Names = Readonly<Record<string, string>>

describe.each<[string, Table, Names, Names, string, readonly string[]]>([
  ['connection', CONNECTION_TRANSITIONS, ConnectionState, ConnectionEvent, 'Open', ['Closed']],
  ['response', RESPONSE_TRANSITIONS, ResponseState, ResponseEvent, 'Open', ['Left', 'Aborted']],
])('the transitions of a %s', (_name, table, states, events, start, terminal) => {
  it('reach every state from the first', () => {
    expect(reachable(table, start)).toEqual(new Set(Object.values(states)))
  })

  it('use every event', () => {
    expect(new Set(table.map(([, event]) => event))).toEqual(new Set(Object.values(events)))
  })

  it('leave no state by one event to two others', () => {
    const causes = table.map(([from, event]) => `${from}: ${event}`)
    expect(new Set(causes).size).toBe(causes.length)
  })

  it('end in the terminal states, and only there', () => {
    const left = new Set(table.map(([from]) => from))
    expect(Object.values(states).filter((state) => !left.has(state))).toEqual([...terminal])
  })

  it('lead from every state to a terminal one', () => {
    for (const state of Object.values(states)) {
      expect(
        [...reachable(table, state)].some((to) => terminal.includes(to)),
        state,
      ).toBe(true)
    }
  })
})

describe('nextConnectionState', () => {
  it('follows the table, and stays where an event means nothing', () => {
    for (const state of Object.values(ConnectionState)) {
      for (const event of Object.values(ConnectionEvent)) {
        const row = CONNECTION_TRANSITIONS.find(([from, cause]) => from === state && cause === event)
        expect(nextConnectionState(state, event)).toBe(row === undefined ? state : row[2])
      }
    }
  })

  it('never opens a connection again', () => {
    for (const [from, , to] of CONNECTION_TRANSITIONS) {
      expect(to).not.toBe(ConnectionState.Open)
      expect(from).not.toBe(ConnectionState.Closed)
    }
  })
})
