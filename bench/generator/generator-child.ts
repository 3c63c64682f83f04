import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CalandriaError, CalandriaTypeError, ERRORS, type ErrorCode } from 'calandria'
import type { LoadPlan } from './load-plan.js'
import type { Measurement } from './measurement.js'
import { pinMainThread } from './pin-main-thread.js'
import type { Order, ProcessProgress, Report } from './process-messages.js'

const PROGRAM = fileURLToPath(new URL('./generator-process.js', import.meta.url))

/** One generator process, from outside. */
export class GeneratorChild {
  readonly #process: ChildProcess
  readonly #core: number | null
  readonly #exited: Promise<void>
  /** What is awaited from it; one thing at a time. */
  #settle: { resolve: (report: Report) => void; reject: (error: Error) => void } | null = null
  #gone: Error | null = null

  /**
   * @param core pins its main thread there; `null` leaves it to the scheduler
   * @param onProgress told about four times a second while it runs
   */
  constructor(core: number | null, onProgress: (progress: ProcessProgress) => void) {
    this.#core = core
    this.#process = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.#process.on('message', (report: Report) => {
      if (report.kind === 'progress') onProgress(report.progress)
      else this.#settle?.resolve(report)
    })
    this.#process.on('error', (error) => this.#lost(`it could not be started (${error.message})`))
    this.#exited = new Promise((resolve) => {
      if (this.#process.pid === undefined) resolve()
      this.#process.on('exit', (code, signal) => {
        this.#lost(`it ended (${signal ?? code ?? 'nobody knows how'})`)
        resolve()
      })
    })
  }

  /** @throws what keeps it from loading the server */
  async prepare(plan: LoadPlan, index: number): Promise<void> {
    const report = await this.#ask({ kind: 'prepare', plan, process: index })
    if (report.kind === 'failed') throw errorOf(report.code, report.message)
    await pinMainThread(this.#process, this.#core)
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

  /**
   * Ends the process, if it is still there. Resolves when it has left: only then its connections are closed, its core is free,
   * and the system has added its CPU time to that of ended children.
   */
  dispose(): Promise<void> {
    this.#process.kill('SIGKILL')
    return this.#exited
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
