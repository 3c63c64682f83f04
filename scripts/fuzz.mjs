/** A program: fuzzes our parsers against llhttp for so many seconds. The work is done by test/fuzz. */
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const MOST_SECONDS = 24 * 60 * 60

const usage = `Usage: npm run fuzz -- [options]

  --seconds N   how long (default: 600)
  --seed N      to have an earlier run again (default: a new one each time)
  --help        print this
`

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
})
const seconds = Number(values.seconds ?? 600)
const seed = Number(values.seed ?? Date.now() % 0x8000_0000)
const isRight = seconds > 0 && seconds <= MOST_SECONDS && Number.isSafeInteger(seed)

if (values.help === true || !isRight) {
  process.stdout.write(usage)
  process.exitCode = values.help === true ? 0 : 2
} else {
  console.log(`fuzzing for ${seconds} s: FUZZ_SEED=${seed}`)
  const env = { ...process.env, FUZZ_SECONDS: String(seconds), FUZZ_SEED: String(seed) }
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/fuzz/differential.test.ts',
    '--disable-console-intercept',
  ]
  const child = spawn(process.execPath, vitest, { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => (process.exitCode = code ?? 1))
}
