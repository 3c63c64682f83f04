import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startChild } from '../children.js'
import { type Pinning } from '../pinning.js'
import { type Answer, type Question } from '../programs/reporting.js'
import { type Subject } from '../subjects/subject.js'
import { type Answer as HttpAnswer } from './answer.js'
import { type Checked, checkAnswers, firstAnswer } from './answer-check.js'
import { type Ask, type Place, wireForm } from './ask.js'
import { type ActName } from './act.js'
import { freePort } from './free-port.js'
import { type Usage, usageOf } from './process-usage.js'

export interface StartOptions {
  readonly act: ActName
  readonly asks: readonly Ask[]
  readonly node: string
  readonly pinning: Pinning
  /** How long it may take until it answers, in milliseconds. Default 15,000. */
  readonly patienceMs?: number
}

const usualPatienceMs = 15_000
const pauseMs = 2
const lastWords = 2000

/** A server under test: its own process on its own core, which has answered once. */
export class RunningSubject {
  readonly subject: Subject
  readonly place: Place
  readonly asks: readonly Ask[]
  /** From the command to the first good answer, in milliseconds. */
  startupMs = 0
  readonly #options: StartOptions
  readonly #child: ChildProcess | undefined
  readonly #directory: string | undefined
  #model: HttpAnswer | undefined
  #said = ''
  #ended = ''

  private constructor(subject: Subject, options: StartOptions, port: number, directory: string | undefined) {
    const { url } = subject
    this.subject = subject
    this.#options = options
    this.place = { host: url?.hostname ?? '127.0.0.1', port }
    this.asks =
      url === undefined
        ? options.asks
        : options.asks.map((ask) => ({ ...ask, path: url.pathname + url.search }))
    this.#directory = directory
    this.#child = directory === undefined ? undefined : this.#spawn(directory)
  }

  /** @throws when it doesn't come up, or answers wrongly */
  static async start(subject: Subject, options: StartOptions): Promise<RunningSubject> {
    const directory =
      subject.url === undefined ? mkdtempSync(join(tmpdir(), 'calandria-subject-')) : undefined
    const port = subject.url === undefined ? await freePort() : Number(subject.url.port || '80')
    const running = new RunningSubject(subject, options, port, directory)
    try {
      await running.#awaitReadiness()
      await running.check()
    } catch (error) {
      await running.stop()
      throw error
    }
    return running
  }

  get name(): string {
    return this.subject.name
  }

  /** @returns undefined for a server that runs elsewhere, and where there is no /proc */
  usage(): Usage | undefined {
    const pid = this.pid
    return pid === undefined ? undefined : usageOf(pid)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Asks as the load does: one request alone, then what a connection sends in one go.
   * @returns how it answered the latter
   * @throws when an answer is wrong
   */
  async check(): Promise<Checked> {
    const one = await checkAnswers(this.place, this.asks.slice(0, 1), this.#model)
    return this.asks.length === 1 ? one : checkAnswers(this.place, this.asks, this.#model)
  }

  /** @throws when the process has ended, with its last words */
  assertAlive(): void {
    if (this.#ended !== '') throw new Error(this.#ended + this.#lastWords())
  }

  /** Asks a program of ours over IPC. @returns undefined for those that can't be asked */
  async ask(question: Question): Promise<Answer | undefined> {
    if (this.subject.reports !== true || this.#child === undefined) return undefined
    this.assertAlive()
    const gone = new AbortController()
    const giveUp = (): void => gone.abort()
    this.#child.once('exit', giveUp)
    try {
      this.#child.send(question)
      const [answer] = (await once(this.#child, 'message', { signal: gone.signal })) as [Answer]
      return answer
    } finally {
      this.#child.off('exit', giveUp)
    }
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child?.pid !== undefined && this.#ended === '') {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const lastResort = setTimeout(() => child.kill('SIGKILL'), 3000)
      await exit
      clearTimeout(lastResort)
    }
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true })
  }

  #spawn(directory: string): ChildProcess {
    const { act, node, pinning } = this.#options
    const { port } = this.place
    const { command, args } = this.subject.launch({ port, act, node, directory })
    const child = startChild(...pinning.server(command, args), {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe', ...(this.subject.reports === true ? ['ipc' as const] : [])],
      env: {
        ...process.env,
        PORT: String(port),
        ACT: act,
        REQUEST_BYTES: String(wireForm(this.asks[0]!, this.place).length),
      },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-lastWords)
      })
    }
    child.once('exit', (code, signal) => {
      this.#ended = `it ended (${code ?? signal ?? 'for no reason'})`
    })
    child.once('error', (error) => {
      this.#ended = `it could not be started: ${error.message}`
    })
    return child
  }

  async #awaitReadiness(): Promise<void> {
    const startMs = performance.now()
    const patienceMs = this.#options.patienceMs ?? usualPatienceMs
    while (performance.now() - startMs < patienceMs) {
      const answer = await firstAnswer(this.place, this.asks[0]!)
      if (answer !== undefined) {
        this.startupMs = performance.now() - startMs
        if (this.subject.isForeign === true) this.#model = answer
        return
      }
      this.assertAlive()
      await delay(pauseMs)
    }
    throw new Error(`it gave no answer within ${patienceMs / 1000} s of its start${this.#lastWords()}`)
  }

  #lastWords(): string {
    const said = this.#said.trim()
    return said === '' ? '' : `: ${said}`
  }
}
