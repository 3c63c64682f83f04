#!/usr/bin/env node
/**
 * The command `calandria-bench`.
 */
import { writeFile } from 'node:fs/promises'
import { calibrate, calibrationReport } from './calibration.js'
import { type Command, type Output, readCommand, UsageError } from './command-options.js'
import { ExitCode, USAGE } from './command-usage.js'
import type { LoadResult } from './load-result.js'
import { runLoad } from './run-load.js'
import { TerminalProgress } from './terminal-progress.js'
import { sweepReport, textReport } from './text-report.js'
import { version } from './version.js'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(ExitCode.Interrupted) // asked twice
    interruption.abort()
  })
}

try {
  process.exitCode = await run(await readCommand(process.argv.slice(2)))
} catch (error) {
  process.exitCode = explain(error)
}

async function run(command: Command): Promise<ExitCode> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return ExitCode.Good
    case 'version':
      process.stdout.write(`${version()}\n`)
      return ExitCode.Good
    case 'calibrate':
      return runCalibration(command.output)
    case 'load':
      return runSweep(command)
  }
}

async function runSweep({ options, depths, output }: Extract<Command, { kind: 'load' }>): Promise<ExitCode> {
  const results: LoadResult[] = []
  for (const depth of depths) {
    if (interruption.signal.aborted) break
    results.push(await withProgress(output, (common) => runLoad({ ...options, depth, ...common })))
    if (!isJson(output) && results.length < depths.length)
      print(textReport(results.at(-1) as LoadResult) + '\n')
  }
  await publish(output, depths.length === 1 ? results[0] : results, () => {
    const last = textReport(results.at(-1) as LoadResult)
    return depths.length === 1 ? last : `${last}\n${sweepReport(results)}`
  })
  return exitCodeOf(results)
}

async function runCalibration(output: Output): Promise<ExitCode> {
  const calibration = await withProgress(output, calibrate)
  await publish(output, calibration, () => calibrationReport(calibration))
  return calibration.passed ? ExitCode.Good : ExitCode.Invalid
}

function exitCodeOf(results: readonly LoadResult[]): ExitCode {
  if (interruption.signal.aborted) return ExitCode.Interrupted
  if (results.some(({ validity }) => !validity.valid)) return ExitCode.Invalid
  const hasFailures = results.some(
    ({ counts, errors }) => counts.failed > 0 || Object.values(errors.connections).some((count) => count > 0),
  )
  return hasFailures ? ExitCode.Failures : ExitCode.Good
}

interface Common {
  readonly signal: AbortSignal
  readonly onProgress?: NonNullable<Parameters<typeof runLoad>[0]['onProgress']>
}

async function withProgress<Value>(output: Output, work: (common: Common) => Promise<Value>): Promise<Value> {
  const { signal } = interruption
  if (output.quiet || !process.stderr.isTTY) return work({ signal })
  const progress = new TerminalProgress(process.stderr)
  try {
    return await work({ signal, onProgress: (where) => progress.show(where) })
  } finally {
    progress.clear()
  }
}

async function publish(output: Output, data: unknown, text: () => string): Promise<void> {
  const json = `${JSON.stringify(data, null, 2)}\n`
  if (output.file !== undefined) await writeFile(output.file, json)
  print(isJson(output) ? json : text())
}

function isJson({ format }: Output): boolean {
  return format === undefined ? !process.stdout.isTTY : format === 'json'
}

function print(text: string): void {
  process.stdout.write(text)
}

/** @returns the code to end with, once the error has been told */
function explain(error: unknown): ExitCode {
  if (interruption.signal.aborted) return ExitCode.Interrupted
  const { code, message } = error as { readonly code?: string; readonly message: string }
  const isUsage = error instanceof UsageError || code === 'CAL_ERR_OPTION' || code === 'CAL_ERR_BENCH_MIX'
  if (!isUsage && code?.startsWith('CAL_ERR_') !== true) throw error
  const words = code === undefined ? message : `${code}: ${message}`
  process.stderr.write(`calandria-bench: ${words}\n${isUsage ? 'Try calandria-bench --help.\n' : ''}`)
  return isUsage ? ExitCode.Usage : ExitCode.NotStarted
}
