import { describe, expect, it } from 'vitest'
import { EventText } from '../../src/tracing/event-text.js'
import { Track } from '../../src/tracing/track.js'
import type { TraceEvent } from './trace-rules.js'

/** What `use` does to a track, each event as its phase and its name. */
function eventsOf(use: (track: Track) => void): string[] {
  const text = new EventText()
  use(new Track(1, text))
  const events = JSON.parse(`[${text.take()}]`) as TraceEvent[]
  return events.map(({ ph, name, args }) => `${ph} ${name}${args === undefined ? '' : JSON.stringify(args)}`)
}

const [READ, TASK] = [1, 2]

describe('a track', () => {
  it('tells at the end of a slice what was known at its beginning, too', () => {
    const events = eventsOf((track) => {
      track.begin(READ, 0, 'c', 'read', { bytes: 1 })
      track.end(READ, 1, { requests: 2 })
    })
    expect(events).toEqual(['B read', 'E read{"bytes":1,"requests":2}'])
  })

  it('leaves out an end without a beginning, also while something else is open', () => {
    const events = eventsOf((track) => {
      track.end(READ, 0)
      track.begin(TASK, 0, 'c', 'task')
      track.end(READ, 1)
      track.end(TASK, 2)
    })
    expect(events).toEqual(['B task', 'E task'])
  })

  it('ends what is inside of a slice that ends, and has lost its own end', () => {
    const events = eventsOf((track) => {
      track.begin(TASK, 0, 'c', 'task')
      track.begin(READ, 0, 'c', 'read', { bytes: 1 })
      track.end(TASK, 1)
      track.end(READ, 1)
    })
    expect(events).toEqual(['B task', 'B read', 'E read{"bytes":1}', 'E task'])
  })

  it('ends everything when it is told to', () => {
    const events = eventsOf((track) => {
      track.begin(TASK, 0, 'c', 'task')
      track.begin(READ, 0, 'c', 'read')
      track.endAll(1)
      track.endAll(2)
    })
    expect(events).toEqual(['B task', 'B read', 'E read', 'E task'])
  })
})
