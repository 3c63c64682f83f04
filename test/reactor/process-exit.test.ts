import { expect, test } from 'vitest'
import { offExit, onExit } from '../../src/reactor/process-exit.js'

test('many wait for the exit of the process with one listener, which goes with the last of them', () => {
  const before = process.listenerCount('exit')
  const told: number[] = []
  const callbacks = Array.from({ length: 20 }, (_, i) => () => void told.push(i))
  for (const callback of callbacks) onExit(callback)
  expect(process.listenerCount('exit')).toBe(before + 1)
  const tell = process.listeners('exit').at(-1) as () => void
  offExit(callbacks[0]!)
  offExit(callbacks[0]!)
  tell()
  expect(told).toEqual(callbacks.map((_, i) => i).slice(1))
  for (const callback of callbacks) offExit(callback)
  expect(process.listenerCount('exit')).toBe(before)
})
