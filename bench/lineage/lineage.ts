import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Picture } from '../report/charts/picture.js'
import { picturesOf } from '../report/charts/pictures.js'
import { standalone } from '../report/charts/standalone.js'
import { root } from '../root.js'
import { readRunOptions, UsageError } from '../suite/options.js'
import { readResults, type Results, ResultsError } from '../suite/results.js'
import { runSuite } from '../suite/run-suite.js'
import { lineageSection } from './lineage-section.js'

const docs = join(root, 'docs/')
const page = 'benchmarks.md'
const charts = 'charts'
const begin = '<!-- lineage -->\n'
const end = '<!-- end of lineage -->'

/**
 * Measures every subject that is installed, and writes what it finds into docs/benchmarks.md and docs/charts. With
 * `--from RESULTS` it only writes.
 * @returns the program's exit code
 */
export async function lineage(
  argv: readonly string[],
  print: (text: string) => void,
  progress: (text: string) => void,
): Promise<number> {
  const [first, from, ...more] = argv
  if (first === '--from' && (from === undefined || more.length > 0)) {
    throw new UsageError('lineage: --from takes one file of results, and nothing else')
  }
  const results = first === '--from' ? readResults(from!) : await measured(argv, print, progress)
  write(results, picturesOf(results))
  print(`Written: docs/${page}, docs/${charts}\n`)
  return 0
}

async function measured(
  argv: readonly string[],
  print: (text: string) => void,
  progress: (text: string) => void,
): Promise<Results> {
  const { values } = parseArgs({ args: [...argv], strict: false, allowPositionals: true })
  const fallback = { only: 'lineage', subjects: 'lineage', rounds: '3', seconds: '2' }
  const missing = Object.entries(fallback).filter(([name]) => values[name] === undefined)
  const options = readRunOptions([
    '--calibrate',
    ...missing.flatMap(([name, value]) => [`--${name}`, value]),
    ...argv,
  ])
  if (options === undefined) throw new UsageError('lineage takes the options of a run, or --from RESULTS')
  const command = ['npm run bench -- lineage', ...argv].join(' ')
  const file = await runSuite(options, command, {
    begun: () => undefined,
    measured: ({ name }) => print(`${new Date().toISOString()} ${name}\n`),
    progress,
  })
  print(`All numbers: ${file.path}\n`)
  return file.results
}

/** @throws ResultsError when the page has no place for it */
function write(results: Results, pictures: readonly Picture[]): void {
  const before = readFileSync(docs + page, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from === -1 || to < from) throw new ResultsError(`docs/${page} has no place for the lineage`)
  const section = lineageSection(results, pictures, charts)
  writeFileSync(docs + page, `${before.slice(0, from + begin.length)}\n${section}\n${before.slice(to)}`)
  mkdirSync(docs + charts, { recursive: true })
  for (const name of readdirSync(docs + charts)) if (name.endsWith('.svg')) rmSync(`${docs}${charts}/${name}`)
  for (const picture of pictures) writeFileSync(`${docs}${charts}/${picture.name}.svg`, standalone(picture))
}
