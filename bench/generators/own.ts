import { fileURLToPath } from 'node:url'
import type { LoadResult } from 'calandria/bench'
import type { Contender, Findings } from './contender.js'

/** From plan or from send: both stand in the same result. */
function contender(name: string, from: 'fromPlan' | 'fromSend'): Contender {
  const program = fileURLToPath(import.meta.resolve('#calandria/bench/command.js'))
  return {
    name,
    verifies: 'every byte: framing, status, and equality with a response that the strict parser has read',
    version: () => process.version,
    command: ({ url, connections, depth, seconds, rate }) => [
      process.execPath,
      [
        program,
        ...['--json', '--connections', String(connections), '--depth', String(depth)],
        ...['--duration', String(seconds), '--warm-up', '0'],
        ...(rate === null ? [] : ['--rate', String(rate)]),
        url,
      ],
    ],
    read: (output): Findings => {
      const { counts, seconds, latency } = JSON.parse(output) as LoadResult
      const { mean, p50, p99, max } = latency[from]
      return { responses: counts.answered, seconds, mean, p50, p99, max }
    },
  }
}

export const calandriaFromPlan = contender('calandria-bench, from plan', 'fromPlan')
export const calandriaFromSend = contender('calandria-bench, from send', 'fromSend')
