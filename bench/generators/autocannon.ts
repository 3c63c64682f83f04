import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.js'

/** As seen from build/bench/generators. */
const folder = fileURLToPath(new URL('../../../bench/generators/peers/', import.meta.url))
const program = `${folder}node_modules/autocannon/autocannon.js`

/** Into a folder of its own, so that the project stays light. */
export function installAutocannon(): void {
  if (existsSync(program)) return
  const npm = ['install', '--no-audit', '--no-fund', '--no-package-lock']
  spawnSync('npm', npm, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

interface Output {
  readonly requests: { readonly total: number }
  readonly duration: number
  readonly latency: {
    readonly average: number
    readonly p50: number
    readonly p99: number
    readonly max: number
  }
}

/** https://github.com/mcollina/autocannon. Its latencies are whole milliseconds. */
export const autocannon: Contender = {
  name: 'autocannon',
  verifies: 'framing; counts statuses other than 2xx',
  version: () => {
    if (!existsSync(program)) return null
    const { version } = JSON.parse(readFileSync(`${folder}node_modules/autocannon/package.json`, 'utf8')) as {
      version: string
    }
    return version
  },
  command: ({ url, connections, depth, seconds, rate }) => [
    process.execPath,
    [
      program,
      ...['--json', '-c', String(connections), '-p', String(depth), '-d', String(seconds)],
      ...(rate === null ? [] : ['-R', String(rate)]),
      url,
    ],
  ],
  read: (output) => {
    const { requests, duration, latency } = JSON.parse(output) as Output
    const { average, p50, p99, max } = latency
    return { responses: requests.total, seconds: duration, mean: average, p50, p99, max }
  },
}
