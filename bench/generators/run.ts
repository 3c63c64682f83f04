/**
 * A program: our generator beside wrk, autocannon and h2load. The same servers, the same minute, a core for the server and a
 * core for the generator.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killChildren } from '../children.js'
import { Pinning } from '../pinning.js'
import { table } from '../report/text-table.js'
import { autocannon, installAutocannon } from './autocannon.js'
import type { Attack, Contender, Findings } from './contender.js'
import { h2load } from './h2load.js'
import { calandriaFromPlan, calandriaFromSend } from './own.js'
import { timedRun } from './timed-run.js'
import { startCalandria, startDelayed, type Victim } from './victims.js'
import { wrk } from './wrk.js'

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

type Row = readonly string[]
/** Of the run whose start-up is taken off. */
const SHORT_SECONDS = 2
const LATENCY_HEAD = ['generator', 'responses/s', 'mean ms', 'p50 ms', 'p99 ms', 'max ms']

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    cores: { type: 'string', default: '0,1' },
    markdown: { type: 'boolean', default: false },
  },
})
const [serverCore = 0, loadCore = 1] = values.cores.split(',').map(Number)
const pinning = new Pinning([serverCore, loadCore])
installAutocannon()

await compareThroughput(24)
await compareThroughput(1)
await compareDelay()
await compareStall()

/** How much a core of each of them can drive. */
async function compareThroughput(depth: number): Promise<void> {
  const load = { connections: 100, depth, seconds: Number(values.seconds), rate: null }
  const all = [calandriaFromPlan, wrk, autocannon, h2load]
  const rows = await withVictim(startCalandria(pinning), all, (contender, url) =>
    throughputRow(contender, { ...load, url }),
  )
  const head = [
    'generator',
    'responses/s',
    'responses per CPU second',
    'of wrk',
    'p50 ms',
    'p99 ms',
    'verifies',
  ]
  const wrks = Number(rows.find(([name]) => name?.startsWith('wrk'))?.[2]?.replaceAll(',', ''))
  const compared = rows.map(([name = '', rate = '', perCpu = '', ...rest]) => {
    const own = Number(perCpu.replaceAll(',', ''))
    return [name, rate, perCpu, own > 0 && wrks > 0 ? `${(own / wrks).toFixed(2)}×` : '', ...rest]
  })
  print(`as fast as they can: 100 connections, ${depth} deep, on Calandria`, [head, ...compared])
}

/** A server that takes 100 ms for each request, at a rate that it can take: everybody should say 100. */
async function compareDelay(): Promise<void> {
  const load = { connections: 50, depth: 1, seconds: Number(values.seconds), rate: 200 }
  const all = [calandriaFromPlan, calandriaFromSend, autocannon, h2load, wrk]
  const rows = await withVictim(startDelayed('delay', pinning), all, (contender, url) =>
    latencyRow(contender, { ...load, url }),
  )
  print('each response takes 100 ms; 200 requests/s (wrk: as many as it can)', [LATENCY_HEAD, ...rows])
}

/** A server that stands still for a second out of ten, at 500 requests a second: the p99 of who waits is 900 ms. */
async function compareStall(): Promise<void> {
  const load = { connections: 20, depth: 1, seconds: 10, rate: 500 }
  const all = [calandriaFromPlan, calandriaFromSend, autocannon, h2load, wrk]
  const rows = await withVictim(startDelayed('stall', pinning), all, (contender, url) =>
    latencyRow(contender, { ...load, url }),
  )
  const title = 'the server stands still for 1 s out of 10; 500 requests/s (wrk: as many as it can)'
  print(title, [LATENCY_HEAD, ['what users see', '500', '50.0', '0', '900', '1000'], ...rows])
}

/** What one run has found, and what it took: CPU seconds of the generator and all its processes. */
interface Run {
  readonly found: Findings
  readonly cpuSeconds: number
}

async function withVictim(
  starting: Promise<Victim>,
  contenders: readonly Contender[],
  row: (contender: Contender, url: string) => Promise<Row>,
): Promise<Row[]> {
  const victim = await starting
  try {
    const rows: Row[] = []
    for (const contender of contenders) {
      // One that is missing is named as such, and never silently dropped.
      const isThere = contender.version() !== null
      rows.push(
        isThere
          ? await row(contender, victim.url)
          : [`${contender.name} (not installed)`, '', '', '', '', ''],
      )
    }
    return rows
  } finally {
    await victim.stop()
  }
}

async function run(contender: Contender, load: Attack): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'cal-generators-'))
  try {
    const { output, cpuSeconds } = await timedRun(pinning.load(...contender.command(load, folder)))
    return { found: contender.read(output, load, folder), cpuSeconds }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The difference of a long run and a short one: neither the start of a process nor its compiler's warming up counts. */
async function throughputRow(contender: Contender, load: Attack): Promise<Row> {
  const short = await run(contender, { ...load, seconds: SHORT_SECONDS })
  const long = await run(contender, load)
  const { responses, seconds, p50, p99 } = long.found
  const perCpuSecond = (responses - short.found.responses) / (long.cpuSeconds - short.cpuSeconds)
  return [
    contender.name,
    count(responses / seconds),
    count(perCpuSecond),
    ms(p50),
    ms(p99),
    contender.verifies,
  ]
}

async function latencyRow(contender: Contender, load: Attack): Promise<Row> {
  const { responses, seconds, mean, p50, p99, max } = (await run(contender, load)).found
  return [contender.name, count(responses / seconds), ms(mean), ms(p50), ms(p99), ms(max)]
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function ms(value: number | null): string {
  return value === null ? 'not told' : value.toFixed(value < 10 ? 2 : 0)
}

function print(title: string, rows: readonly Row[]): void {
  process.stdout.write(`\n${values.markdown ? '#### ' : ''}${title}\n\n${table(rows, 1, values.markdown)}`)
}
