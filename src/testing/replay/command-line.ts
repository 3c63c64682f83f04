import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Reactor } from '../../reactor/reactor.js'
import { printRecording } from './print-recording.js'
import { readRecording, replay, type ReplayOptions } from './replay.js'
import type { Comparison } from './replay-script.js'

const USAGE = `calandria-replay FILE --handler MODULE   replays a recording
calandria-replay FILE --print            lists what is in it

--compare outputs   compares only what clients see: for a recording of another version

MODULE exports one of
  handler                  as serve() takes it (or as its default export)
  options                  the options of serve(), without a reactor
  options(reactor)         what gives them
`

/** Where a command writes to. */
export interface Output {
  write(text: string): unknown
}

interface Call {
  readonly file: string
  /** `null`: print */
  readonly handler: string | null
  readonly compare: Comparison
}

interface HandlerModule {
  readonly default?: ReplayOptions['handler']
  readonly handler?: ReplayOptions['handler']
  readonly options?: ReplayOptions | ((reactor: Reactor) => ReplayOptions)
}

/**
 * What `npx calandria-replay` does.
 * @returns the exit code: 0, 1 when the replay went another way or can't be run, 2 when it was called wrongly
 */
export async function runReplayCommand(args: readonly string[], out: Output, err: Output): Promise<number> {
  const given = parse(args)
  if (given === 'help') {
    out.write(USAGE)
    return 0
  }
  if (given === null) {
    err.write(USAGE)
    return 2
  }
  try {
    if (given.handler === null) await print(given.file, out)
    else await run(given.file, given.handler, given.compare, out)
    return 0
  } catch (error) {
    err.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return 1
  }
}

/** @returns `null` when it makes no sense */
function parse(args: readonly string[]): Call | 'help' | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        handler: { type: 'string' },
        print: { type: 'boolean' },
        compare: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) return 'help'
    const [file] = positionals
    const { handler = null, print: isPrint = false, compare = 'all' } = values
    if (file === undefined || positionals.length > 1 || isPrint !== (handler === null)) return null
    if (compare !== 'all' && compare !== 'outputs') return null
    return { file, handler, compare }
  } catch {
    return null // an option that nobody knows
  }
}

async function print(file: string, out: Output): Promise<void> {
  for (const line of printRecording(await readRecording(file))) out.write(`${line}\n`)
}

async function run(file: string, handler: string, compare: Comparison, out: Output): Promise<void> {
  const loaded = (await import(pathToFileURL(resolve(handler)).href)) as HandlerModule
  const report = await replay(file, setupFrom(loaded, handler), { compare })
  const { header, uncaughtErrors, ...numbers } = report
  out.write(`the same, write for write (recorded by Calandria ${header.calandria}, Node ${header.node})\n`)
  out.write(`${JSON.stringify(numbers)}\n`)
  for (const error of uncaughtErrors) out.write(`uncaught: ${String((error as Error).stack ?? error)}\n`)
}

function setupFrom(loaded: HandlerModule, name: string): Parameters<typeof replay>[1] {
  if (loaded.options !== undefined) return loaded.options
  const handler = loaded.handler ?? loaded.default
  if (handler === undefined) throw new Error(`${name} exports neither handler nor options`)
  return { handler }
}
