/** Of each signal that anybody listens to here: the listeners, in the order in which they came. */
const listenersOf = new WeakMap<AbortSignal, Listeners>()

interface Listeners {
  readonly callbacks: Set<() => void>
  readonly tell: () => void
}

/**
 * `signal.addEventListener('abort', callback, { once: true })` in O(1): Node keeps the listeners of an event in a list
 * and walks it for every one that comes or goes, so that a thousand tasks of one scope cost a million steps. Here a
 * signal has one listener for all. See `bench/micro/spawn-join.ts`.
 *
 * A callback must not throw.
 */
export function onAbort(signal: AbortSignal, callback: () => void): void {
  let listeners = listenersOf.get(signal)
  if (listeners === undefined) {
    listeners = makeListeners(signal)
    listenersOf.set(signal, listeners)
  }
  if (listeners.callbacks.size === 0) signal.addEventListener('abort', listeners.tell, { once: true })
  listeners.callbacks.add(callback)
}

/** Takes it back; the last one takes the signal's listener off. One that isn't there is no mistake. */
export function offAbort(signal: AbortSignal, callback: () => void): void {
  const listeners = listenersOf.get(signal)
  if (listeners?.callbacks.delete(callback) !== true) return
  if (listeners.callbacks.size === 0) signal.removeEventListener('abort', listeners.tell)
}

function makeListeners(signal: AbortSignal): Listeners {
  const callbacks = new Set<() => void>()
  const tell = (): void => {
    for (const callback of callbacks) callback() // one that is taken back meanwhile isn't called
    listenersOf.delete(signal)
  }
  return { callbacks, tell }
}
