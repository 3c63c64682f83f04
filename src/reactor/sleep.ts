import { offAbort, onAbort } from './abort-listeners.js'
import type { SchedulingGroup } from './scheduling-group.js'

/** A group's `delay` as a promise. @throws the signal's reason (rejects) when it is aborted first */
export function sleepIn(group: SchedulingGroup, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const abort = (): void => {
      timer.cancel()
      reject(signal?.reason as Error)
    }
    const timer = group.delay(ms, () => {
      if (signal !== undefined) offAbort(signal, abort)
      resolve()
    })
    if (signal !== undefined) onAbort(signal, abort)
  })
}
