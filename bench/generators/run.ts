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
const LATENCY_HEAD = ['generator', 'responses/s', 'mean ms', 'p50 ms', 'p99 ms', 'max ms']

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
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
  const rows = await withVictim(
    startCalandria(pinning),
    load,
    [calandriaFromPlan, wrk, autocannon, h2load],
    throughputRow,
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
  const rows = await withVictim(startDelayed('delay', pinning), load, all, latencyRow)
  print('each response takes 100 ms; 200 requests/s (wrk: as many as it can)', [LATENCY_HEAD, ...rows])
}

/** A server that stands still for a second out of ten, at 500 requests a second: the p99 of who waits is 900 ms. */
async function compareStall(): Promise<void> {
  const load = { connections: 20, depth: 1, seconds: 10, rate: 500 }
  const all = [calandriaFromPlan, calandriaFromSend, autocannon, h2load, wrk]
  const rows = await withVictim(startDelayed('stall', pinning), load, all, latencyRow)
  const title = 'the server stands still for 1 s out of 10; 500 requests/s (wrk: as many as it can)'
  print(title, [LATENCY_HEAD, ['what users see', '500', '50.0', '0', '900', '1000'], ...rows])
}

async function withVictim(
  starting: Promise<Victim>,
  load: Omit<Attack, 'url'>,
  contenders: readonly Contender[],
  row: (found: Findings, cpuSeconds: number, contender: Contender) => Row,
): Promise<Row[]> {
  const victim = await starting
  try {
    const rows: Row[] = []
    for (const contender of contenders) rows.push(await attack(contender, { ...load, url: victim.url }, row))
    return rows
  } finally {
    await victim.stop()
  }
}

/** One that is missing is named as such, and never silently dropped. */
async function attack(
  contender: Contender,
  load: Attack,
  row: (found: Findings, cpuSeconds: number, contender: Contender) => Row,
): Promise<Row> {
  const version = contender.version()
  if (version === null) return [`${contender.name} (not installed)`, '', '', '', '', '']
  const folder = mkdtempSync(join(tmpdir(), 'cal-generators-'))
  try {
    const { output, cpuSeconds } = await timedRun(pinning.load(...contender.command(load, folder)))
    return row(contender.read(output, load, folder), cpuSeconds, contender)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function throughputRow(found: Findings, cpuSeconds: number, { name, verifies }: Contender): Row {
  const { responses, seconds, p50, p99 } = found
  return [name, count(responses / seconds), count(responses / cpuSeconds), ms(p50), ms(p99), verifies]
}

function latencyRow(
  { responses, seconds, mean, p50, p99, max }: Findings,
  _cpu: number,
  { name }: Contender,
): Row {
  return [name, count(responses / seconds), ms(mean), ms(p50), ms(p99), ms(max)]
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
