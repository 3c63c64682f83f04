import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startChild } from './children.js'
import { type Pinning } from './pinning.js'
import { type Question, type Ready, type Report } from './subjects/reporting.js'

export const subjectNames = [
  'floor',
  'floor-data',
  'node-http',
  'fastify',
  'calandria',
  'calandria-watched',
] as const
export type SubjectName = (typeof subjectNames)[number]

/** `floor-data` shows what `onread` is worth, `calandria-watched` what the watchdog costs; whoever wants to know asks. */
export const defaultSubjects: readonly SubjectName[] = ['floor', 'node-http', 'fastify', 'calandria']

/** A server under test: its own process, asked over IPC what it used. */
export class SubjectProcess {
  readonly #child: ChildProcess
  readonly #gone = new AbortController()

  private constructor(
    readonly name: SubjectName,
    child: ChildProcess,
  ) {
    this.#child = child
    const giveUp = () => this.#gone.abort()
    child.once('exit', giveUp)
    child.once('error', giveUp)
  }

  port = 0
  nodeVersion = ''

  static async start(name: SubjectName, node: string, pinning: Pinning): Promise<SubjectProcess> {
    const program = fileURLToPath(new URL(`./subjects/${name}.js`, import.meta.url))
    const [command, args] = pinning.server(node, ['--expose-gc', program])
    const child = startChild(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const subject = new SubjectProcess(name, child)
    const ready = (await subject.#nextMessage()) as Ready
    subject.port = ready.port
    subject.nodeVersion = ready.nodeVersion
    return subject
  }

  report(question: Question): Promise<Report> {
    this.#child.send(question)
    return this.#nextMessage() as Promise<Report>
  }

  /** Write system calls so far, those of its threads included; undefined where there is no /proc. */
  writes(): number | undefined {
    try {
      const match = /^syscw: (\d+)$/m.exec(readFileSync(`/proc/${this.#child.pid ?? 0}/io`, 'latin1'))
      return match === null ? undefined : Number(match[1])
    } catch {
      return undefined
    }
  }

  async stop(): Promise<void> {
    if (this.#gone.signal.aborted) return
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    const lastResort = setTimeout(() => this.#child.kill('SIGKILL'), 3000)
    await exit
    clearTimeout(lastResort)
  }

  async #nextMessage(): Promise<unknown> {
    try {
      const [message] = (await once(this.#child, 'message', { signal: this.#gone.signal })) as [unknown]
      return message
    } catch {
      const { exitCode, signalCode } = this.#child
      throw new Error(`subject ${this.name} ended (${exitCode ?? signalCode ?? 'never started'}): see above`)
    }
  }
}
