/**
 * Runs the random workload for many seeds: `npm run simulate -- --seeds 10000 [--from 1]`. Prints each seed that breaks
 * an invariant, with its trace and how to run it again; exits with 1 when there is one.
 */
import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { llhttpEngine } from 'calandria/llhttp'
import { runSeed } from './workload.js'

const usage = `Usage: npm run simulate -- [options]

  --seeds N     how many (default: 1000)
  --from N      the first of them (default: 1)
  --most N      stop after so many failures (default: 20)
  --trace FILE  write the trace of a failure here, all of it
  --parser NAME scanner (the default) or llhttp
  --hash        print one hash of all traces: it is the same on every machine and version of Node
  --help        print this
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    most: { type: 'string', default: '20' },
    trace: { type: 'string' },
    parser: { type: 'string', default: 'scanner' },
    hash: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const [seeds, from, most] = [Number(values.seeds), Number(values.from), Number(values.most)]
const isRight =
  [seeds, from, most].every((value) => Number.isSafeInteger(value) && value >= 0) &&
  ['scanner', 'llhttp'].includes(values.parser)

if (values.help || !isRight) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = (await run()) === 0 ? 0 : 1
}

/** @returns how many seeds have failed */
async function run(): Promise<number> {
  const started = performance.now()
  const totals = { requests: 0, replies: 0, virtualMs: 0 }
  const parser = values.parser === 'llhttp' ? await llhttpEngine() : undefined
  const hash = createHash('sha256')
  const onTrace = values.hash ? (trace: string) => void hash.update(trace) : () => undefined
  const tracing = values.trace === undefined ? {} : { traceFile: values.trace, traceEvents: 1_000_000 }
  let failures = 0
  let done = 0
  for (let seed = from; seed < from + seeds && failures < most; seed++, done++) {
    try {
      const outcome = await runSeed(seed, { onTrace, ...tracing }, parser)
      totals.requests += outcome.requests
      totals.replies += outcome.replies
      totals.virtualMs += outcome.virtualMs
    } catch (error) {
      failures++
      console.log(`${(error as Error).message}\n  again: npm run simulate -- --seeds 1 --from ${seed}\n`)
    }
  }
  const seconds = (performance.now() - started) / 1000
  console.log(
    `${done} seeds in ${seconds.toFixed(1)} s (${(done / seconds).toFixed(1)} a second): ` +
      `${totals.requests} requests, ${totals.replies} replies, ${(totals.virtualMs / 60_000).toFixed(0)} minutes ` +
      `of virtual time; ${failures} ${failures === 1 ? 'seed has' : 'seeds have'} failed`,
  )
  if (values.hash) console.log(`sha256 of all traces: ${hash.digest('hex')}`)
  return failures
}
