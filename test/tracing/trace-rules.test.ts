import { describe, expect, it } from 'vitest'
import { readTrace } from './trace-rules.js'

const track = { ph: 'M', pid: 1, tid: 1, name: 'thread_name', args: { name: 'x' } }
const at = (ph: string, ts: number, more: object = {}): object => ({
  ph,
  pid: 1,
  tid: 1,
  ts,
  cat: 'batch',
  name: 'batch',
  ...more,
})
const textOf = (...events: object[]): string => JSON.stringify({ traceEvents: [track, ...events] })

describe('the rules of the format', () => {
  it('are kept by slices in slices, and by a flow from one to the next', () => {
    const good = [
      at('B', 1),
      at('s', 1, { id: 1 }),
      at('B', 1),
      at('t', 1, { id: 1 }),
      at('E', 1),
      at('E', 2),
      at('B', 3),
      at('f', 3, { id: 1, bp: 'e' }),
      at('E', 3),
    ]
    expect(() => readTrace(textOf(...good))).not.toThrow()
  })

  it.each([
    ['a slice of track 1 never ends', [at('B', 1)]],
    ['an end without a beginning', [at('E', 1)]],
    ['the name of another slice', [at('B', 1), at('E', 1, { name: 'other' })]],
    ['time goes back', [at('B', 2), at('E', 1)]],
    ['a track without a name', [at('B', 1, { tid: 2 })]],
    ['a flow must follow', [at('s', 1, { id: 1 })]],
    ['a flow must follow', [at('B', 1), at('C', 1, { args: {} }), at('s', 1, { id: 1 }), at('E', 1)]],
    ['leads nowhere', [at('B', 1), at('s', 1, { id: 1 }), at('E', 1)]],
    ['starts once', [at('B', 1), at('t', 1, { id: 1 }), at('E', 1)]],
    ['without bp', [at('B', 1), at('s', 1, { id: 1 }), at('f', 1, { id: 1 }), at('E', 1)]],
    ['begins and ends once', [at('e', 1, { id: 1 })]],
    ['never ends', [at('b', 1, { id: 1 })]],
    ['counts numbers', [at('C', 1, { args: { value: 'x' } })]],
    ['without a scope', [at('i', 1)]],
    ['nobody knows', [at('Q', 1)]],
  ])('are broken where %s', (rule, events) => {
    expect(() => readTrace(textOf(...events))).toThrow(rule)
  })
})
