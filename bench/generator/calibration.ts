import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CalandriaError } from 'calandria'
import { type CalibrationCheck, delayChecks, stallChecks } from './calibration-checks.js'
import { STALL_PERIOD_MS } from './calibration-delays.js'
import type { KnownDelay } from './delay-record.js'
import type { LoadOptions } from './load-options.js'
import type { LoadProgress } from './load-progress.js'
import type { LoadResult } from './load-result.js'
import { pinMainThread } from './pin-main-thread.js'
import { runLoad } from './run-load.js'

export interface CalibrationOptions {
  /** Pins the server's main thread there. Default: not pinned. */
  readonly serverCore?: number
  /** Pins the generator's main thread there. */
  readonly cores?: readonly number[]
  readonly onProgress?: (progress: LoadProgress) => void
  readonly signal?: AbortSignal
}

/** What {@link calibrate} has found. */
export interface Calibration {
  /** All known numbers were reproduced within 2 %. */
  readonly passed: boolean
  readonly checks: readonly CalibrationCheck[]
  /** The runs that were made. */
  readonly results: readonly LoadResult[]
}

/** A server of the calibration, in a process of its own. */
interface KnownServer {
  readonly url: string
  /** What `delay` did in the last so many milliseconds. */
  delays(windowMs: number): Promise<KnownDelay>
}

interface Reproduction {
  readonly result: LoadResult
  readonly checks: readonly CalibrationCheck[]
}

const PROGRAM = fileURLToPath(new URL('./calibration-server.js', import.meta.url))

/** The runs: about 20 seconds together. Connections don't send in step: fifty responses in one go would wait for each other. */
const DELAY_RUN = { connections: 50, rampMs: 100, durationMs: 3000, warmUpMs: 1500 }
/** Room for all that is planned while the server stands: else it would need time of its own to catch up, one by one. */
const STALL_RUN = { connections: 20, depth: 64, rate: 1000, durationMs: STALL_PERIOD_MS, warmUpMs: 500 }

/** A process that was disturbed once is no reason to doubt it; one that is disturbed each time is. */
const ATTEMPTS = 3

/**
 * Reproduces known delays on this machine: 100 ms for each response, and a second of standstill out of ten. Numbers from a
 * generator that fails here, three times in a row, are worth nothing.
 * @throws CalandriaError `CAL_ERR_BENCH_PROCESS` (rejects) when its server can't be started
 */
export async function calibrate(options: CalibrationOptions = {}): Promise<Calibration> {
  let calibration = await attempt(options)
  for (let i = 1; i < ATTEMPTS && !calibration.passed; i++) calibration = await attempt(options)
  return calibration
}

async function attempt(options: CalibrationOptions): Promise<Calibration> {
  const { cores, onProgress, signal, serverCore = null } = options
  const common = {
    ...(cores !== undefined && { cores }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  }
  const load = ({ url }: KnownServer, run: Omit<LoadOptions, 'url'>): Promise<LoadResult> =>
    runLoad({ url, ...run, ...common })
  const delayed = (name: string, pace: { readonly rate?: number } = {}): Promise<Reproduction> =>
    withServer('delay', serverCore, async (server) => {
      const result = await load(server, { ...DELAY_RUN, ...pace })
      return { result, checks: delayChecks(name, result, await server.delays(DELAY_RUN.durationMs)) }
    })
  const runs = [
    await delayed('100 ms, closed loop'),
    await delayed('100 ms, open loop', { rate: 200 }),
    await withServer('stall', serverCore, async (server) => {
      const result = await load(server, STALL_RUN)
      return { result, checks: stallChecks(result) }
    }),
  ]
  const checks = runs.flatMap((run) => run.checks)
  return {
    passed: checks.every(({ passed }) => passed),
    checks,
    results: runs.map(({ result }) => result),
  }
}

/** @returns the result, marked INVALID when the calibration of its machine had failed */
export function doubtUncalibrated(result: LoadResult, { passed, checks }: Calibration): LoadResult {
  if (passed) return result
  const failed = checks.filter((check) => !check.passed).map(({ name }) => name)
  const reason = {
    code: 'NOT_CALIBRATED',
    message: `known delays were not reproduced: ${failed.join('; ')}`,
  } as const
  return { ...result, validity: { valid: false, reasons: [...result.validity.reasons, reason] } }
}

async function withServer<Value>(
  kind: 'delay' | 'stall',
  core: number | null,
  use: (server: KnownServer) => Promise<Value>,
): Promise<Value> {
  const child = spawn(process.execPath, [PROGRAM, kind], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const port = (await messageOf(child)) as number
    await pinMainThread(child, core)
    return await use({
      url: `http://127.0.0.1:${port}/`,
      delays: (windowMs) => {
        child.send(windowMs)
        return messageOf(child) as Promise<KnownDelay>
      },
    })
  } finally {
    // Only when it has left its CPU time is that of an ended child, and not of whatever is measured next.
    if (child.kill('SIGKILL')) await once(child, 'exit')
  }
}

async function messageOf(server: ChildProcess): Promise<unknown> {
  const gone = new AbortController()
  const abort = (): void => gone.abort()
  server.once('exit', abort).once('error', abort)
  try {
    const [message] = (await once(server, 'message', { signal: gone.signal })) as [unknown]
    return message
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_BENCH_PROCESS', 'the server of the calibration ended', { cause })
  } finally {
    server.off('exit', abort).off('error', abort)
  }
}

/** For people. */
export function calibrationReport({ passed, checks }: Calibration): string {
  const lines = checks.map(
    (check) =>
      `${check.passed ? 'ok    ' : 'FAILED'} ${check.name.padEnd(40)} expected ${check.expected.toFixed(1).padStart(8)}, measured ${check.measured.toFixed(1).padStart(8)}`,
  )
  const verdict = passed
    ? 'Calibrated: within 2 %.'
    : 'NOT calibrated: numbers from this machine, now, are worth nothing.'
  return `${lines.join('\n')}\n${verdict}\n`
}
