/**
 * Mixed traffic against a server process, for as long as you like: `npm run soak -- --seconds 300 [--seed n]`.
 * Afterwards the process must hold what it held before: heap, handles, timers, connections; and every reply that was
 * due must have come and been right. Exits with 1 otherwise.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs, promisify } from 'node:util'
import { CONVERSATIONS, converse } from './conversations.js'
import { Random } from './random.js'
import { ServerProcess } from './server-process.js'
import { growth, type Snapshot, snapshotTable } from './snapshot.js'
import type { Where } from './wire.js'

const AT_A_TIME = 40
/** The first part warms up: what it leaves behind is what every server keeps. */
const PARTS = 6
/** How long the server may take to let go of the last connections. */
const MOST_SETTLING_MS = 30_000

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } })
const seconds = Number(values.seconds ?? 300)
const seed = Number(values.seed ?? Date.now() % 0x1_0000_0000)
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds and --seed take numbers')

const folder = await mkdtemp(join(tmpdir(), 'calandria-soak-'))
const server = new ServerProcess()
try {
  process.exitCode = (await soak(await listen())) ? 0 : 1
  await server.stop()
} finally {
  server.kill()
  await rm(folder, { recursive: true })
}

/** On TCP, on a Unix socket, and over TLS. */
async function listen(): Promise<Where[]> {
  const path = join(folder, 'x.sock')
  const [cert, key] = await certificate()
  const common = { timeouts: { headMs: 2000 }, lingerMs: 5000 }
  const plain = await server.serve({ ...common, port: 0 })
  const data = await server.serve({ ...common, port: 0, readPath: 'data', writePath: 'stream' })
  const secure = await server.serve({ ...common, port: 0, tls: { cert, key } })
  await server.serve({ ...common, path })
  return [
    { kind: 'tcp', port: plain.port },
    { kind: 'tcp', port: data.port },
    { kind: 'tls', port: secure.port, ca: cert },
    { kind: 'unix', path },
  ]
}

async function certificate(): Promise<[cert: string, key: string]> {
  const files = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    ...kind,
    ...subject,
    '-out',
    files[0],
    '-keyout',
    files[1],
  ])
  return [await readFile(files[0], 'utf8'), await readFile(files[1], 'utf8')]
}

/** @returns whether all is well */
async function soak(places: readonly Where[]): Promise<boolean> {
  console.log(`soak: ${seconds} seconds, seed ${seed}`)
  const tally = new Map<string, { held: number; replies: number }>()
  const failures: string[] = []
  const rows: [string, Snapshot][] = [['start', await server.snapshot()]]
  let number = 0
  for (let part = 1; part <= PARTS; part++) {
    const until = performance.now() + (seconds * 1000) / PARTS
    const client = async (): Promise<void> => {
      while (performance.now() < until && failures.length < 20) await converseOnce(number++)
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, client))
    rows.push([`part ${part}`, await settled()])
    console.log(`part ${part} of ${PARTS}: ${number} conversations, ${failures.length} wrong`)
  }
  console.log(`\n${snapshotTable(rows)}\n\nconversation | held | replies\n--- | --- | ---`)
  for (const [name, { held, replies }] of tally) console.log(`${name} | ${held} | ${replies}`)
  const [, first, last] = [rows[0], rows[1], rows.at(-1)] as [unknown, [string, Snapshot], [string, Snapshot]]
  const findings = [...failures.slice(0, 10), ...growth(first[1], last[1])]
  console.log(findings.length === 0 ? '\nNothing was lost, nothing has grown.' : `\n${findings.join('\n')}`)
  return findings.length === 0

  /** Its number and the seed decide all about a conversation but how it meets with others. */
  async function converseOnce(i: number): Promise<void> {
    const random = new Random(seed + i * 0x9e37_79b9)
    const where = random.pick(places)
    const [name, conversation] = pickConversation(random)
    try {
      const replies = await converse(where, conversation, random)
      const entry = tally.get(name) ?? { held: 0, replies: 0 }
      tally.set(name, { held: entry.held + 1, replies: entry.replies + replies })
    } catch (error) {
      failures.push(`conversation ${i} (${name}, ${where.kind}): ${String(error)}`)
      console.log(failures.at(-1))
    }
  }
}

function pickConversation(random: Random): [string, (typeof CONVERSATIONS)[string][0]] {
  let at = random.below(100)
  for (const [name, [conversation, share]] of Object.entries(CONVERSATIONS)) {
    if (at < share) return [name, conversation]
    at -= share
  }
  throw new Error('the shares of the conversations do not make 100')
}

/** What the server holds once its clients have gone. */
async function settled(): Promise<Snapshot> {
  const until = performance.now() + MOST_SETTLING_MS
  for (;;) {
    const snapshot = await server.snapshot()
    if ((snapshot.connections === 0 && snapshot.timers === 0) || performance.now() > until) return snapshot
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
