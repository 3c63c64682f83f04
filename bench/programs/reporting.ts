/** What the harness may ask a program of Node.js over IPC; what any process can be asked, it reads in /proc. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Question = 'collect garbage' | 'longest hold'

export interface Answer {
  /** Milliseconds since the last time it was asked. */
  readonly longestHoldMs?: number
}

const RESOLUTION_MS = 10

/** Answers the harness's questions from now on. Without a harness the program runs as it is. */
export function reportToHarness(): void {
  if (process.send === undefined) return
  const holds = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  holds.enable()
  process.on('message', (question: Question) => {
    if (question === 'collect garbage') collectThen(() => answer({}))
    else {
      // what is recorded is the time from one look to the next
      answer({ longestHoldMs: Math.max(0, holds.max / 1e6 - RESOLUTION_MS) })
      holds.reset()
    }
  })
  // a harness that was killed must not leave servers behind
  process.on('disconnect', () => process.exit())
}

const answer = (said: Answer): void => void process.send?.(said)

/** Twice with a pause: V8 gives pages back from a background thread, and finalizers free more. */
function collectThen(done: () => void): void {
  if (globalThis.gc === undefined) throw new Error('a subject needs --expose-gc')
  globalThis.gc()
  setTimeout(() => {
    globalThis.gc?.()
    setTimeout(done, 200)
  }, 200)
}
