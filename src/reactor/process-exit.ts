const callbacks = new Set<() => void>()

/**
 * `process.once('exit', callback)`, with one listener for all: Node suspects a leak from eleven on, and a process may have
 * more servers than that. A callback must not throw.
 */
export function onExit(callback: () => void): void {
  if (callbacks.size === 0) process.on('exit', tell)
  callbacks.add(callback)
}

/** Takes it back. One that isn't there is no mistake. */
export function offExit(callback: () => void): void {
  if (callbacks.delete(callback) && callbacks.size === 0) process.off('exit', tell)
}

function tell(): void {
  for (const callback of callbacks) callback()
}
