#!/usr/bin/env node
import { runReplayCommand } from './command-line.js'

// Whoever reads may have seen enough: `calandria-replay FILE --print | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
process.exitCode = await runReplayCommand(process.argv.slice(2), process.stdout, process.stderr)
// What the handler's module holds open (a pool of a database, say) must not hold the command.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
