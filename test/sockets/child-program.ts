import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Listening } from './raw-client.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** How a program ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ProgramOptions {
  readonly environment?: NodeJS.ProcessEnv
  /** A command that runs the program instead of us: `strace`, say, and its options. */
  readonly under?: readonly string[]
  /** Several tests share it: whoever started it must {@link ChildProgram.kill} it. */
  readonly isShared?: boolean
}

/** A Node program in a process of its own, as users run it. It is killed when the test is over. */
export class ChildProgram {
  readonly process: ChildProcess
  /** What it has printed until now. */
  output = ''
  errors = ''
  readonly ended: Promise<Ending>

  /** @param file relative to the project's root */
  constructor(file: string, parameters: readonly string[] = [], options: ProgramOptions = {}) {
    const { environment = {}, under = [], isShared = false } = options
    if (!existsSync(root + file)) throw new Error(`${file} does not exist: run \`npm run build\` first`)
    const [command, ...rest] = [...under, process.execPath, root + file, ...parameters]
    this.process = spawn(command!, rest, { env: { ...process.env, ...environment } })
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    this.ended = new Promise((resolve) =>
      this.process.on('close', (code, signal) => resolve({ code, signal })),
    )
    if (!isShared) onTestFinished(() => this.kill())
  }

  async kill(): Promise<void> {
    this.process.stdin!.destroy() // a program that outlives its tracer ends with its input
    this.process.kill('SIGKILL')
    await this.ended
  }

  /** Resolves with the match when `pattern` matches its output. @throws when it ends before */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match !== null) return match
      const next = new Promise<null>((resolve) => this.process.stdout!.once('data', () => resolve(null)))
      const ending = await Promise.race([next, this.ended])
      if (ending === null || pattern.test(this.output)) continue
      throw new Error(
        `it ended (${JSON.stringify(ending)}) before it printed ${pattern}:\n${this.output}${this.errors}`,
      )
    }
  }
}

export interface RunningServer extends Listening {
  readonly program: ChildProgram
}

/** Starts a program that prints the port it listens on. */
export async function startProgram(
  file: string,
  parameters: readonly string[] = [],
  options: ProgramOptions = {},
): Promise<RunningServer> {
  const program = new ChildProgram(file, parameters, options)
  const [, port] = await program.printed(/listen(?:ing|s) on (?:http:\/\/127\.0\.0\.1:)?(\d+)/)
  return { program, address: { port: Number(port) } }
}
