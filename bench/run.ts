/** A program: the benchmark and what can be done with its results. `--help` says how. */
import { killChildren } from './children.js'
import { type Command, commands } from './commands.js'
import { ResultsError } from './suite/results.js'
import { runUsage, UsageError } from './suite/options.js'

process.on('exit', killChildren)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const [first = '', ...rest] = process.argv.slice(2)
const named = Object.hasOwn(commands, first) ? (first as Command) : undefined

try {
  if (named !== undefined) process.exitCode = await commands[named](rest)
  else process.exitCode = await commands.run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ResultsError)) throw error
  process.stderr.write(`${error.message}\n${error instanceof UsageError ? `\n${runUsage}` : ''}`)
  process.exitCode = 2
}
