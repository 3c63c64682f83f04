import { conclude } from './conclude.js'
import { GeneratorChild } from './generator-child.js'
import type { LoadOptions } from './load-options.js'
import type { LoadResult } from './load-result.js'
import type { Measurement } from './measurement.js'
import { planLoad, settingsOf } from './plan-load.js'
import { ProgressSum } from './progress-sum.js'

/** Until every process has heard when to begin. */
const HEAD_START_MS = 50

/**
 * Loads a server from processes of its own, and tells what it found. Ended early by `signal`, it resolves with the results so
 * far; ended before the load began, it rejects with the signal's reason.
 *
 * @throws CalandriaTypeError `CAL_ERR_OPTION` (rejects)
 * @throws CalandriaError `CAL_ERR_CONNECT` (rejects) when no connection can be opened at all;
 *   `CAL_ERR_PARSER_ENGINE` when undici is missing; `CAL_ERR_BENCH_PROCESS` when a process can't be started
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const plan = planLoad(options)
  const { signal, onProgress, cores = null } = options
  signal?.throwIfAborted()
  const progress = new ProgressSum(plan, now)
  const children = Array.from({ length: plan.processes }, (_, i) => {
    const core = cores === null || cores.length === 0 ? null : (cores[i % cores.length] as number)
    return new GeneratorChild(core, (part) => {
      const sum = progress.add(i, part)
      if (sum !== null) onProgress?.(sum)
    })
  })
  try {
    await raceAgainst(signal, Promise.all(children.map((child, i) => child.prepare(plan, i))))
    const startedAt = now() + HEAD_START_MS
    progress.started(startedAt)
    const measurements = await measure(children, startedAt, signal)
    return conclude({
      settings: settingsOf(plan, options),
      startedAt: new Date(startedAt),
      measurements,
      lost: plan.processes - measurements.length,
    })
  } finally {
    await Promise.all(children.map((child) => child.dispose()))
  }
}

async function measure(
  children: readonly GeneratorChild[],
  startedAt: number,
  signal: AbortSignal | undefined,
): Promise<Measurement[]> {
  const stop = (): void => {
    for (const child of children) child.stop()
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const running = Promise.all(children.map((child) => child.run(startedAt)))
    if (signal?.aborted === true) stop() // between the preparations and now
    const all = await running
    return all.filter((measurement) => measurement !== null)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function raceAgainst<Value>(signal: AbortSignal | undefined, work: Promise<Value>): Promise<Value> {
  if (signal === undefined) return work
  let abort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
    work.catch(() => undefined) // what becomes of it after the abort concerns nobody
  }
}

/** Milliseconds since 1970, with fractions: the same in all processes of this machine. */
function now(): number {
  return performance.timeOrigin + performance.now()
}
