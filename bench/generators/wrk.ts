import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.js'
import { versionLine } from './version-line.js'

/** Replacing `wrk.format` makes several requests wrk's one static request: no Lua runs while it loads. */
const script = (depth: number, url: string): string => `
  wrk.format = function()
    return string.rep("GET / HTTP/1.1\\r\\nHost: ${new URL(url).host}\\r\\n\\r\\n", ${depth})
  end
  function done(summary, latency)
    print(string.format("found %d %d %d %d %d %d", summary.requests, summary.duration, latency.mean,
      latency:percentile(50), latency:percentile(99), latency.max))
  end
`

/** https://github.com/wg/wrk. It has no open loop: a rate is ignored. */
export const wrk: Contender = {
  name: 'wrk',
  verifies: 'framing; counts statuses above 399',
  version: () => versionLine('wrk', '-v', /^wrk \S+/),
  command: ({ url, connections, depth, seconds }, folder) => {
    const file = join(folder, 'wrk.lua')
    writeFileSync(file, script(depth, url))
    return ['wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', file, url]]
  },
  read: (output) => {
    const match = /^found (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$/m.exec(output)
    if (match === null) throw new Error(`wrk said nothing of use:\n${output}`)
    const [responses = 0, us = 0, mean = 0, p50 = 0, p99 = 0, max = 0] = match.slice(1).map(Number)
    return {
      responses,
      seconds: us / 1e6,
      mean: mean / 1000,
      p50: p50 / 1000,
      p99: p99 / 1000,
      max: max / 1000,
    }
  },
}
