import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url))

/** How a program in a process of its own ended. */
export interface Ending {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** The ground floor as JavaScript in a temporary directory, for programs that must end a process of their own. */
export class CompiledReactor {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async make(): Promise<CompiledReactor> {
    const directory = await mkdtemp(join(tmpdir(), 'calandria-'))
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
    for (const floor of ['errors', 'reactor']) {
      for (const name of await readdir(join(SOURCE, floor))) {
        const target = join(directory, floor, name.replace(/\.ts$/, '.js'))
        const source = await readFile(join(SOURCE, floor, name), 'utf8')
        const { ESNext, ES2022 } = { ESNext: ts.ModuleKind.ESNext, ES2022: ts.ScriptTarget.ES2022 }
        const compiled = ts.transpileModule(source, { compilerOptions: { module: ESNext, target: ES2022 } })
        await mkdir(dirname(target), { recursive: true })
        await writeFile(target, compiled.outputText)
      }
    }
    return new CompiledReactor(directory)
  }

  /** Runs `program`, a module that may import `./reactor/….js`, to its end. */
  async run(program: string): Promise<Ending> {
    const file = join(this.#directory, 'program.js')
    await writeFile(file, program)
    return new Promise((resolve) => {
      execFile(process.execPath, [file], (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr })
      })
    })
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }
}
