/**
 * A program: takes up gevent's challenge with `examples/gevent-challenge.ts`, a server of ten lines in one process. 10,000
 * connections, 10,000 requests a second on an absolute schedule, 10,000 bytes each, every one of them verified.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type LoadResult, runLoad } from 'calandria/bench'
import { killChildren, startChild } from './children.js'
import { WindowCpu } from './window-cpu.js'
import { Pinning } from './pinning.js'

const TEN_THOUSAND = 10_000
const SERVER = fileURLToPath(new URL('../examples/gevent-challenge.js', import.meta.url))

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: String(TEN_THOUSAND) },
    rate: { type: 'string', default: String(TEN_THOUSAND) },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const { pid, url } = await startServer()
const cpu = new WindowCpu()
const result = await runLoad({
  url,
  connections: Number(values.connections),
  rate: Number(values.rate),
  durationMs: seconds * 1000,
  warmUpMs: 2000,
  requests: [{ expect: { status: 200, body: Buffer.alloc(TEN_THOUSAND, 'calandria ') } }],
  ...(availableParallelism() > 1 && { cores: [1] }),
  onProgress: (progress) => cpu.look(progress, pid),
})
process.stdout.write(
  values.json ? `${JSON.stringify({ ...result, serverCpu: cpu.used }, null, 2)}\n` : report(result),
)
process.exit(result.counts.failed === 0 && hasNoConnectionErrors(result) ? 0 : 1)

async function startServer(): Promise<{ pid: number; url: string }> {
  const [command, parameters] = new Pinning([0, 1]).server(process.execPath, [SERVER])
  const child = startChild(command, parameters, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  })
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return { pid: child.pid!, url: /http:\S+/.exec(line)![0] }
}

function hasNoConnectionErrors({ errors }: LoadResult): boolean {
  return Object.values(errors.connections).every((count) => count === 0)
}

function report({
  counts,
  responsesPerSecond,
  latency,
  errors,
  connections,
  validity,
  io,
}: LoadResult): string {
  const { fromPlan, fromSend } = latency
  const percentiles = ['p50', 'p90', 'p99', 'p999', 'p9999', 'max'] as const
  const row = (name: string, summary: typeof fromPlan): string =>
    `  ${name}  ${percentiles.map((percentile) => `${percentile} ${summary[percentile].toFixed(2)}`).join('  ')}\n`
  const failures = Object.entries({ ...errors.requests, ...errors.connections }).filter(
    ([, count]) => count > 0,
  )
  return [
    ...validity.reasons.map(({ code, message }) => `INVALID (${code}): ${message}\n`),
    `${connections.open} connections open, ${counts.answered} of ${counts.planned} requests answered and verified\n`,
    `${Math.round(responsesPerSecond)} responses/s, ${(io.bytesRead / 1e6 / seconds).toFixed(0)} MB/s\n`,
    'latency, ms\n',
    row('from plan', fromPlan),
    row('from send', fromSend),
    `errors: ${failures.map(([tag, count]) => `${count} ${tag}`).join(', ') || 'none'}\n`,
    cpu.describe(responsesPerSecond),
  ].join('')
}
