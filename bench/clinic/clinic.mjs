/** Installs clinic into this folder, once, and runs its tools on our program. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const bin = join(here, 'node_modules/clinic/bin.js')
const program = join(here, 'program.mjs')
/** It may neither report about us nor ask whether it may. */
const environment = { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1', CI: '1' }

/** About 150 MB, which nobody who only builds Calandria should have to load. None of its packages needs to be built. */
export async function install() {
  if (existsSync(bin)) return
  const parameters = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ]
  await ended(spawn('npm', parameters, { cwd: here, stdio: 'inherit' }))
}

/** Starts our program, by itself or under a command. */
export async function start(what, under = [], options = {}) {
  const [command, ...parameters] = [...under, process.execPath, '--enable-source-maps', program, ...what]
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
    ...options,
  })
  const lines = []
  const reader = createInterface(child.stdout)
  const [pid, port] = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server has ended (${code}):\n${lines.join('\n')}`)))
    reader.on('line', (line) => {
      lines.push(line)
      const match = /^(\d+) listens on (\d+)$/.exec(line)
      if (match !== null) resolve([Number(match[1]), Number(match[2])])
    })
  })
  return { child, pid, port, lines }
}

/** Runs a tool of clinic while `load` asks. @returns the HTML file that it has made */
export async function look(tool, what, load) {
  const folder = await mkdtemp(join(tmpdir(), `calandria-clinic-${tool}-`))
  const under = [process.execPath, bin, tool, '--open=false', '--dest', folder, '--']
  const { child, pid, port, lines } = await start([what], under, { cwd: folder })
  let done
  try {
    done = await load(port)
  } finally {
    process.kill(pid, 'SIGINT') // the server itself: then clinic makes its report
  }
  await ended(child, lines)
  const html = (await readdir(folder)).find((name) => name.endsWith('.html'))
  if (html === undefined) throw new Error(`clinic ${tool} has made no report:\n${lines.join('\n')}`)
  return { done, report: join(folder, html) }
}

async function ended(child, lines = []) {
  const [code, signal] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode, null]
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}\n${lines.join('\n')}`)
}
