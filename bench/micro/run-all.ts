/** A program: runs every comparison in a process of its own, and prints them all. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { killChildren, outputOf } from '../children.js'
import { print, type Format, type Result } from './report.js'

const names = [
  'scanner',
  'scanner-loops',
  'engines',
  'known-head',
  'path-cache',
  'router',
  'header-set',
  'head',
  'pacer',
  'batch',
  'batch-bytes',
  'socket-paths',
  'tasks',
  'recording',
  'instruments',
  'loop',
  'watchdog',
  'verifying',
]

const usage = `Usage: npm run bench:micro -- [options]

  --only LIST   comparisons: ${names.join(',')}
                (default: all, about three minutes)
  --markdown    print Markdown tables
  --json        print one JSON array
  --help        print this
`

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    markdown: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const asked = values.only?.split(',').map((name) => name.trim()) ?? names
if (values.help === true) process.stdout.write(usage)
else if (asked.every((name) => names.includes(name))) await run(asked)
else {
  process.stderr.write(usage)
  process.exitCode = 2
}

async function run(chosen: readonly string[]): Promise<void> {
  const format: Format = values.markdown === true ? 'markdown' : 'table'
  const results: Result[] = []
  for (const name of chosen) {
    const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
    const result = JSON.parse(await outputOf(process.execPath, [program, '--json'])) as Result
    if (values.json === true) results.push(result)
    else print(result, format)
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
}
