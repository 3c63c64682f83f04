#!/usr/bin/env node
import { runReplayCommand } from './command-line.js'

process.exitCode = await runReplayCommand(process.argv.slice(2), process.stdout, process.stderr)
