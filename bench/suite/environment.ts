import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { type Loads } from '../loads/choose-load.js'
import { type Pinning } from '../pinning.js'
import { ownVersion } from '../subjects/installed.js'
import { type RunOptions } from './options.js'

/** What a number means nothing without. */
export type Environment = Readonly<Record<string, string>>

export function describeEnvironment(
  options: RunOptions,
  command: string,
  loads: Loads,
  pinning: Pinning,
  subjectNode: string,
): Environment {
  const processors = cpus()
  return {
    date: new Date().toISOString(),
    command,
    cpu: `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `${type()} ${release()}`,
    'load average before': loadavg()[0]!.toFixed(2),
    'node of the subjects': subjectNode,
    'node of the harness': process.version,
    calandria: ownVersion(),
    load: loads.name,
    pinning: pinning.description,
    rounds: `${options.rounds} of ${options.seconds} s`,
    seed: String(options.seed),
  }
}
