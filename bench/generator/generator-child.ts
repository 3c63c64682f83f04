import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CalandriaError, CalandriaTypeError, ERRORS, type ErrorCode } from 'calandria'
import type { LoadPlan } from './load-plan.js'
import type { Measurement } from './measurement.js'
import type { Order, ProcessProgress, Report } from './process-messages.js'

const PROGRAM = fileURLToPath(new URL('./generator-process.js', import.meta.url))

/** One generator process, from outside. */
export class GeneratorChild {
  readonly #process: ChildProcess
  /** What is awaited from it; one thing at a time. */
  #settle: { resolve: (report: Report) => void; reject: (error: Error) => void } | null = null
  #gone: Error | null = null

  /**
   * @param core pins it there, with `taskset`; `null` leaves it to the scheduler
   * @param onProgress told about four times a second while it runs
   */
  constructor(core: number | null, onProgress: (progress: ProcessProgress) => void) {
    const [command, parameters] = pinned(core, process.execPath, [PROGRAM])
    this.#process = spawn(command, parameters, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.#process.on('message', (report: Report) => {
      if (report.kind === 'progress') onProgress(report.progress)
      else this.#settle?.resolve(report)
    })
    this.#process.on('error', (error) => this.#lost(`it could not be started (${error.message})`))
    this.#process.on('exit', (code, signal) =>
      this.#lost(`it ended (${signal ?? code ?? 'nobody knows how'})`),
    )
  }

  /** @throws what keeps it from loading the server */
  async prepare(plan: LoadPlan, index: number): Promise<void> {
    const report = await this.#ask({ kind: 'prepare', plan, process: index })
    if (report.kind === 'failed') throw errorOf(report.code, report.message)
  }

  /** @returns `null` when it was lost on the way */
  async run(atEpochMs: number): Promise<Measurement | null> {
    try {
      const report = await this.#ask({ kind: 'start', atEpochMs })
      return report.kind === 'result' ? report.measurement : null
    } catch {
      return null // told as GENERATOR_LOST in the result
    }
  }

  stop(): void {
    if (this.#gone === null) this.#process.send({ kind: 'stop' } satisfies Order)
  }

  /** Ends the process, if it is still there. */
  dispose(): void {
    if (this.#gone === null) this.#process.kill('SIGKILL')
  }

  #ask(order: Order): Promise<Report> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== null) {
        reject(this.#gone)
        return
      }
      this.#settle = { resolve, reject }
      this.#process.send(order, (error) => {
        if (error !== null) this.#lost(error.message)
      })
    })
  }

  #lost(how: string): void {
    this.#gone ??= new CalandriaError('CAL_ERR_BENCH_PROCESS', how)
    this.#settle?.reject(this.#gone)
  }
}

/** @returns the command that runs this one on a core; itself for `null` */
export function pinned(
  core: number | null,
  command: string,
  parameters: readonly string[],
): [string, readonly string[]] {
  return core === null ? [command, parameters] : ['taskset', ['-c', String(core), command, ...parameters]]
}

/** An error comes from the process as its code and its words. */
function errorOf(code: string | null, message: string): Error {
  if (code === null || !Object.hasOwn(ERRORS, code))
    return new CalandriaError('CAL_ERR_BENCH_PROCESS', message)
  const known = code as ErrorCode
  const detail = message.startsWith(`${ERRORS[known].message}: `)
    ? message.slice(ERRORS[known].message.length + 2)
    : message
  return known === 'CAL_ERR_OPTION'
    ? new CalandriaTypeError(known, detail)
    : new CalandriaError(known, detail)
}
