import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { type Load } from './load.js'
import { type Pinning } from './pinning.js'
import { type Options } from './options.js'

/** What a number means nothing without. */
export type Environment = Readonly<Record<string, string>>

export function describeEnvironment(
  options: Options,
  load: Load,
  pinning: Pinning,
  subjectNode: string,
): Environment {
  const processors = cpus()
  return {
    date: new Date().toISOString(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    cpu: `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `${type()} ${release()}`,
    'load average before': loadavg()[0]!.toFixed(2),
    'node of the subjects': subjectNode,
    'node of the harness': process.version,
    calandria: versionIn('../../package.json'),
    fastify: versionIn('../../node_modules/fastify/package.json'),
    load: load.name,
    pinning: pinning.description,
    rounds: `${options.rounds} of ${options.seconds} s`,
    seed: String(options.seed),
  }
}

/** Paths as seen from build/bench. */
function versionIn(path: string): string {
  const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }
  return version
}
