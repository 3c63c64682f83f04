import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { offAbort, onAbort } from '../../src/reactor/abort-listeners.js'

function make() {
  const controller = new AbortController()
  const log: string[] = []
  const note = (name: string) => (): void => void log.push(name)
  return { controller, signal: controller.signal, log, note }
}

describe('listeners of a signal', () => {
  it('are called once, in the order in which they came', () => {
    const { controller, signal, log, note } = make()
    for (const name of ['a', 'b', 'c']) onAbort(signal, note(name))
    controller.abort()
    controller.abort()
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('are one of Node\u2019s, however many they are, and none when the last has gone', () => {
    const { signal, note } = make()
    const callbacks = Array.from({ length: 100 }, () => note('x'))
    for (const callback of callbacks) onAbort(signal, callback)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const callback of callbacks) offAbort(signal, callback)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    onAbort(signal, callbacks[0]!)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  })

  it('are not called when they were taken back, even by one that is', () => {
    const { controller, signal, log, note } = make()
    const [b, c] = [note('b'), note('c')]
    onAbort(signal, () => offAbort(signal, c))
    onAbort(signal, b)
    onAbort(signal, c)
    offAbort(signal, b)
    controller.abort()
    expect(log).toEqual([])
  })

  it('may be taken back when they are not there', () => {
    const { signal, note } = make()
    offAbort(signal, note('a'))
    onAbort(signal, note('b'))
    offAbort(signal, note('c'))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  })

  it('of two signals know nothing of each other', () => {
    const { controller, signal, log, note } = make()
    const another = new AbortController()
    onAbort(signal, note('one'))
    onAbort(another.signal, note('the other'))
    another.abort()
    expect(log).toEqual(['the other'])
    controller.abort()
    expect(log).toEqual(['the other', 'one'])
  })
})
