import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack, Contender } from './contender.js'
import { versionLine } from './version-line.js'

/** Above this rate its log would be the load. */
const MOST_LOGGED_RATE = 10_000

const isLogged = ({ rate }: Attack): boolean => rate !== null && rate <= MOST_LOGGED_RATE
const logFile = (folder: string): string => join(folder, 'h2load.log')

/** nghttp2's h2load, in HTTP/1.1. It gives no percentiles: where there is a rate, we take them from its log. */
export const h2load: Contender = {
  name: 'h2load --h1',
  verifies: 'framing; counts statuses',
  version: () => versionLine('h2load', '--version', /\S+\/\S+/),
  command: (attack, folder) => {
    const { url, connections, depth, seconds, rate } = attack
    return [
      'h2load',
      [
        ...['--h1', '-t1', '-c', String(connections), '-m', String(depth), '-D', String(seconds)],
        ...(rate === null ? [] : ['--rps', String(rate / connections)]),
        ...(isLogged(attack) ? ['--log-file', logFile(folder)] : []),
        url,
      ],
    ]
  },
  read: (output, attack, folder) => {
    const responses = Number(/^requests: .* (\d+) done/m.exec(output)?.[1])
    const mean = /^time for request: +\S+ +\S+ +([\d.]+)(us|ms|s)/m.exec(output)
    if (!(responses >= 0) || mean === null) throw new Error(`h2load said nothing of use:\n${output}`)
    const meanMs = Number(mean[1]) * { us: 0.001, ms: 1, s: 1000 }[mean[2] as 'us' | 'ms' | 's']
    const logged = isLogged(attack) ? latenciesIn(logFile(folder)) : []
    const at = (share: number): number | null =>
      logged[Math.max(0, Math.ceil(share * logged.length) - 1)] ?? null
    return { responses, seconds: attack.seconds, mean: meanMs, p50: at(0.5), p99: at(0.99), max: at(1) }
  },
}

/** Milliseconds, sorted. Each line: when it began, its status, microseconds. */
function latenciesIn(file: string): number[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'latin1').trim().split('\n')
  return lines.map((line) => Number(line.split('\t')[2]) / 1000).sort((a, b) => a - b)
}
