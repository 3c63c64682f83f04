import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ServeOptions } from 'calandria'
import type { Question } from './server-program.js'
import type { Snapshot } from './snapshot.js'

const PROGRAM = fileURLToPath(new URL('server-program.js', import.meta.url))

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Distributes over the kinds of question. */
type WithoutId<Q> = Q extends unknown ? Omit<Q, 'id'> : never

/** The process whose servers are under test. */
export class ServerProcess {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0

  constructor() {
    this.#process = fork(PROGRAM, {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      serialization: 'advanced',
    })
    this.#process.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(new Error(error))
    })
    this.#process.on('exit', (code, signal) => {
      const error = new Error(`the server process has ended (${code ?? signal})`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
  }

  async serve(options: Omit<ServeOptions, 'handler'>): Promise<{ readonly port: number }> {
    return (await this.#ask({ kind: 'serve', options })) as { port: number }
  }

  async snapshot(): Promise<Snapshot> {
    return (await this.#ask({ kind: 'snapshot' })) as Snapshot
  }

  /** Closes the servers in peace, and lets the process go. */
  async stop(): Promise<void> {
    await this.#ask({ kind: 'close' })
    this.#process.disconnect()
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #ask(question: WithoutId<Question>): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send({ ...question, id })
    })
  }
}
