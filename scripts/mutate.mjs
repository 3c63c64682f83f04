/**
 * Breaks the product on purpose, one rule at a time, and looks whether the simulation finds it. Works on a copy of the
 * built product in a folder of its own. Exits with 1 unless all are found.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keepInStep } from './generated-docs.mjs'
import { apply, MUTATIONS } from './mutations.mjs'

const usage = `Usage: npm run mutate -- [options]

  --seeds N   seeds to try each break with, at most (default: 1000)
  --from N    the first seed (default: 1)
  --only TEXT breaks whose rule has TEXT in it
  --write     put the table into docs/simulation.md
  --help      print this
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))

async function main() {
  const copy = await mkdtemp(join(tmpdir(), 'calandria-mutate-'))
  try {
    await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true })
    await cp(join(root, 'build', 'simulation'), join(copy, 'build', 'simulation'), { recursive: true })
    await cp(join(root, 'package.json'), join(copy, 'package.json'))
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    const rows = await tryAll(copy)
    const caught = rows.filter(({ seed }) => seed !== null).length
    console.log(`\n${caught} of ${rows.length} were found`)
    if (values.write) await write(rows)
    return caught === rows.length ? 0 : 1
  } finally {
    await rm(copy, { recursive: true })
  }
}

async function tryAll(copy) {
  const files = await productOf(copy)
  const changes = MUTATIONS.filter(({ rule }) => rule.includes(values.only)).map((mutation) => ({
    mutation,
    changed: apply(files, mutation), // all of them first: a pattern that no longer fits must be seen at once
  }))
  if ((await simulate(copy, 50)) !== null) throw new Error('the simulation fails on the product as it is')
  const rows = []
  for (const { mutation, changed } of changes) {
    await writeFile(join(copy, changed.name), changed.text)
    const found = await simulate(copy, Number(values.seeds))
    await writeFile(join(copy, changed.name), files.get(changed.name))
    rows.push({ ...mutation, seed: found?.seed ?? null, finding: found?.finding ?? 'NOT FOUND' })
    console.log(
      `${found === null ? 'MISSED' : `seed ${found.seed}`.padEnd(10)} ${mutation.rule}\n           ${found?.finding ?? ''}`,
    )
  }
  return rows
}

/** The compiled files that a break may change, by their path below `copy`. */
async function productOf(copy) {
  const names = (await readdir(join(copy, 'dist'), { recursive: true })).filter(
    (name) => /^(http|io|reactor)\//.test(name) && name.endsWith('.js') && !name.startsWith('io/simulated-'),
  )
  const texts = await Promise.all(names.map((name) => readFile(join(copy, 'dist', name), 'utf8')))
  return new Map(names.map((name, i) => [join('dist', name), texts[i]]))
}

/** @returns the first seed that fails, and what it says; `null` when none does */
function simulate(copy, seeds) {
  const program = join(copy, 'build', 'simulation', 'run.js')
  const options = ['--seeds', String(seeds), '--from', values.from, '--most', '1']
  const child = spawn(process.execPath, [program, ...options], {
    cwd: copy,
    env: { ...process.env, TMPDIR: copy }, // for the traces
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve(null)
      const match = /seed (\d+), at [\d.]+ ms, trace \S+: (.*)/.exec(output)
      if (match === null) return reject(new Error(`the simulation did not run:\n${output}`))
      resolve({ seed: Number(match[1]), finding: match[2].replace(/: \{.*/, '').slice(0, 140) })
    })
  })
}

async function write(rows) {
  const lines = rows.map(
    ({ rule, seenIn, seed, finding }) =>
      `| ${rule} | ${seenIn} | ${seed ?? '-'} | ${finding.replaceAll('|', '\\|')} |`,
  )
  const table = [
    '| what is broken | seen in | found by seed | what the simulation says |',
    '|---|---|---|---|',
    ...lines,
  ]
  await keepInStep('simulation.md', 'table', { mutations: table.join('\n') }, 'npm run mutate -- --write')
}

if (values.help) process.stdout.write(usage)
else process.exitCode = await main()
