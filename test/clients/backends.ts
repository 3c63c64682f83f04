import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { whyWithout } from './programs.js'

/** Debian keeps PostgreSQL's programs out of the path, a folder for each version. */
function postgresProgram(name: string): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin', name)).find(existsSync) ?? name
}

export const whyWithoutBackends =
  whyWithout('redis-server', ['redis-server', '--version']) ??
  whyWithout('postgresql', [postgresProgram('postgres'), '--version'])

/** PostgreSQL refuses to run as root; then it runs as the user that its package has made. */
function postgresUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** A Redis and a PostgreSQL of our own, on Unix sockets in a folder that goes with them. */
export class BackendServers {
  readonly folder = mkdtempSync(join(tmpdir(), 'calandria-backends-'))
  readonly redisPath = join(this.folder, 'redis.sock')
  readonly #user = postgresUser()
  #redis: ChildProcess | null = null
  #postgres: ChildProcess | null = null

  async start(): Promise<void> {
    const { folder } = this
    if (this.#user.uid !== undefined) chownSync(folder, this.#user.uid, this.#user.gid ?? this.#user.uid)
    const data = join(folder, 'data')
    const make = [
      '--pgdata',
      data,
      '--auth',
      'trust',
      '--username',
      'postgres',
      '--no-sync',
      '--encoding',
      'UTF8',
    ]
    execFileSync(postgresProgram('initdb'), [...make, '--no-locale'], {
      ...this.#user,
      cwd: folder,
      stdio: 'pipe',
    })
    const set = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'lc_messages=C']
    const options = set.flatMap((setting) => ['-c', setting])
    const postgres = spawn(postgresProgram('postgres'), ['-D', data, ...options], {
      ...this.#user,
      cwd: folder,
    })
    this.#postgres = postgres
    const settings = ['--port', '0', '--unixsocket', this.redisPath, '--save', '', '--dir', folder]
    const redis = spawn('redis-server', settings, { cwd: folder })
    this.#redis = redis
    await Promise.all([
      said(postgres, postgres.stderr, /ready to accept connections/),
      said(redis, redis.stdout, /[Rr]eady to accept connections/),
    ])
  }

  /** Redis neither answers nor reads, until it goes on. */
  stopRedis(): void {
    this.#redis?.kill('SIGSTOP')
  }

  continueRedis(): void {
    this.#redis?.kill('SIGCONT')
  }

  /** Ends both, by their process ids. */
  async end(): Promise<void> {
    this.continueRedis()
    await Promise.all([ended(this.#redis, 'SIGTERM'), ended(this.#postgres, 'SIGQUIT')])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Resolves when a program has said that. @throws when it ends before */
async function said(child: ChildProcess, stream: NodeJS.ReadableStream, what: RegExp): Promise<void> {
  const lines: string[] = []
  for await (const line of createInterface(stream)) {
    lines.push(line)
    if (!what.test(line)) continue
    stream.resume() // the program must not wait for a reader
    return
  }
  throw new Error(`${child.spawnfile} has ended: ${lines.join('\n')}`)
}

async function ended(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
