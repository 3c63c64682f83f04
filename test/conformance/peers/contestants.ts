import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CalandriaOnSockets, overTcp } from '../subjects/calandria-on-sockets.js'
import { Peer } from '../subjects/peer.js'
import type { Subject } from '../subjects/subject.js'

const here = fileURLToPath(new URL('.', import.meta.url))
/** Bun and Deno are installed once, for the benchmark and for this. */
const peers = join(here, '../../../bench/peers')
const run = promisify(execFile)

export interface Contestant {
  readonly name: string
  /** Calandria must do what is expected; the others, what the RFC allows. */
  readonly isOurs: boolean
  start(): Promise<Subject & { readonly version?: string }>
}

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'Calandria',
    isOurs: true,
    start: () => CalandriaOnSockets.start(overTcp(), { readPath: 'auto', parser: 'scanner' }),
  },
  peer('node:http', process.execPath, 'node-http.mjs'),
  peer('Bun', join(peers, 'node_modules/.bin/bun'), 'bun.mjs'),
  peer('Deno', join(peers, 'node_modules/.bin/deno'), 'run', '--allow-net', 'deno.mjs'),
]

function peer(name: string, program: string, ...parameters: readonly string[]): Contestant {
  const all = parameters.map((parameter) => (parameter.endsWith('.mjs') ? join(here, parameter) : parameter))
  return { name, isOurs: false, start: () => Peer.start(program, all) }
}

/** Installs the other servers, outside the project's own packages. */
export async function installPeers(): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: peers })
}

export async function ownVersion(): Promise<string> {
  const text = await readFile(join(here, '../../../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
