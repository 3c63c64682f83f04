import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readResults } from '../../bench/suite/results.js'

const run = promisify(execFile)
const bench = fileURLToPath(new URL('../../build/bench/run.js', import.meta.url))
const server = fileURLToPath(new URL('./programs/server.mjs', import.meta.url))

/** Runs the benchmark as a user does. @returns what it has printed */
const benchmark = async (...options: readonly string[]): Promise<string> =>
  (await run(process.execPath, [bench, ...options], { maxBuffer: 2 ** 24 })).stdout

/** Nothing about times and rates is asserted here, and all of them may be INVALID: others use the machine, too. */
test(
  'a short real run measures what it says, can be continued, and makes a report',
  { timeout: 120_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'calandria-suite-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const [json, html] = [join(directory, 'run.json'), join(directory, 'run.html')]
    const common = ['--rounds', '1', '--seconds', '1', '--seed', '7', '--subjects', 'floor,calandria']
    const somebodys = ['--subject-command', `${process.execPath} ${server}`]

    const printed = await benchmark(
      '--only',
      'single',
      ...common,
      ...somebodys,
      '--load',
      'own',
      '--json',
      json,
    )
    expect(printed).toContain('single: one request at a time')
    const first = readResults(json)
    const names = first.subjects.map(({ name }) => name)
    expect(names.slice(0, 2)).toEqual(['floor', 'calandria'])
    for (const name of names) {
      const [found] = first.measurements.filter(({ subject, round }) => subject === name && round === 1)
      expect(found).not.toHaveProperty('failure')
      expect(found?.metrics.requestsPerSecond).toBeGreaterThan(0)
    }
    const ours = first.measurements.find(({ subject }) => subject === 'calandria')
    if (process.platform === 'linux') {
      expect(ours?.metrics.cpuNs).toBeGreaterThan(0)
      expect(ours?.metrics.responsesPerWrite).toBeGreaterThan(0)
    }

    await benchmark('--only', 'single,held', ...common, '--load', 'own', '--resume', json, '--html', html)
    const second = readResults(json)
    expect(second.measurements.slice(0, first.measurements.length)).toEqual(first.measurements)
    const added = second.measurements.slice(first.measurements.length)
    expect(added.map(({ scenario, subject }) => `${scenario} ${subject}`)).toEqual(['held calandria'])
    expect(added[0]).not.toHaveProperty('failure')

    const report = readFileSync(html, 'utf8')
    expect(report).toContain('<h3 id="single">')
    expect(report).toContain('<h3 id="held">')
    expect(await benchmark('tables', json)).toContain('#### held:')
  },
)

test('an unknown option ends the program with code 2 and the usage', async () => {
  await expect(benchmark('--only', 'nothing')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: npm run bench') as string,
  })
  await expect(benchmark('compare', '/nowhere', '/nowhere')).rejects.toMatchObject({ code: 2 })
})
