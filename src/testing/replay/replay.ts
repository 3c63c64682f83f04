import { readFile } from 'node:fs/promises'
import { CalandriaError, CalandriaTypeError } from '../../errors/calandria-error.js'
import { LISTEN_NAMES } from '../../http/listen-options.js'
import { Server } from '../../http/server.js'
import type { ServeOptions } from '../../http/server-options.js'
import { Ending, type RecordingHeader } from '../../io/recording/format.js'
import { RecordingReader } from '../../io/recording/recording-reader.js'
import type { Reactor } from '../../reactor/reactor.js'
import { Replayer } from './replayer.js'
import { type Comparison, ReplayScript } from './replay-script.js'

/**
 * What the recorded server was given, as far as it is code. Settings (limits, time-outs and so on) come from the recording
 * where they are left out; where to listen, `record` and `watchdog` mean nothing here.
 */
export type ReplayOptions = Omit<ServeOptions, 'reactor'>

/** How a replay went that was the same as its recording. */
export interface ReplayReport {
  /** How the recording ended; `cut`: with its process, or in the middle of the file. */
  readonly ending: 'closed' | 'full' | 'overflow' | 'nested' | 'cut'
  readonly connections: number
  readonly requests: number
  readonly responses: number
  readonly turns: number
  readonly reads: number
  readonly bytesRead: number
  /** Writes that were the same, one by one. */
  readonly writes: number
  readonly bytesWritten: number
  /** Recorded events, clock readings included. */
  readonly events: number
  /** Milliseconds of the recorded clock. */
  readonly timeMs: number
  /** What nobody had caught; in the recorded process it was an uncaught exception. */
  readonly uncaughtErrors: readonly unknown[]
  readonly header: RecordingHeader
}

/**
 * Runs a recording again: the same inputs in the same order, at the same times of the clock, on the same server code, and
 * without sockets. What the server does must be the same, write for write and byte for byte.
 *
 * ```ts
 * await replay('crash.calrec', { handler })
 * await replay('crash.calrec', (reactor) => ({ handler: routes(reactor).handler }))
 * ```
 *
 * What handlers do must depend on nothing but what reaches them through the reactor: see `external()` and `observed()`.
 * @param recording a file, or what is in it
 * @param setup the options, or what makes them for the reactor of the replay
 * @param options `compare`: `all` (default), or `outputs` for a recording of another version of Calandria
 * @throws ReplayDivergence `CAL_ERR_REPLAY_DIVERGED`, at the first difference (rejects)
 * @throws CalandriaError `CAL_ERR_RECORDING`, `CAL_ERR_RECORDING_VERSION`; CalandriaTypeError `CAL_ERR_OPTION` (rejects)
 */
export async function replay(
  recording: string | Uint8Array,
  setup: ReplayOptions | ((reactor: Reactor) => ReplayOptions | Promise<ReplayOptions>),
  { compare = 'all' }: { readonly compare?: Comparison } = {},
): Promise<ReplayReport> {
  if (!['all', 'outputs'].includes(compare)) throw wrong('compare must be all or outputs')
  const reader = new RecordingReader(
    typeof recording === 'string' ? await readRecording(recording) : recording,
  )
  const { header } = reader
  const script = new ReplayScript(reader.events(), header.startUnits, compare)
  const replayer = new Replayer(script, header.timeSliceMs)
  const { reactor, driver, counters } = replayer
  const options = typeof setup === 'function' ? await setup(reactor) : setup
  const server = new Server({ ...optionsFor(options, header), reactor })
  await replayer.run(server)
  const { requests, responses } = server.statistics()
  return Object.freeze({
    ending: script.ending === null ? 'cut' : ENDINGS[script.ending],
    connections: replayer.connections,
    requests,
    responses,
    ...counters,
    events: script.eventsTaken,
    timeMs: script.timeMs,
    uncaughtErrors: driver.uncaughtErrors,
    header,
  })
}

/** @internal @throws CalandriaError `CAL_ERR_RECORDING` (rejects) */
export async function readRecording(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_RECORDING', (cause as Error).message, { cause })
  }
}

const ENDINGS: Readonly<Record<Ending, ReplayReport['ending']>> = {
  [Ending.Closed]: 'closed',
  [Ending.Full]: 'full',
  [Ending.Overflow]: 'overflow',
  [Ending.Nested]: 'nested',
}

/** Options that have no meaning without sockets, or would tell of this process instead of the recorded one. */
const WITHOUT_MEANING: readonly string[] = [...LISTEN_NAMES, 'record', 'watchdog']

const MERGED: readonly string[] = ['limits', 'timeouts']

function optionsFor(given: ReplayOptions, { settings }: RecordingHeader): ServeOptions {
  if (typeof given !== 'object' || 'reactor' in given)
    throw wrong('give the options without a reactor: a replay makes its own, and gives it to a function')
  const { flush, flushBudgetMs, limits, timeouts, lingerMs, allowHalfOpen, parser, connect } = settings
  if (parser !== 'scanner' && given.parser === undefined)
    throw wrong(`it was recorded with the parser ${String(parser)}: give it`)
  if (connect === true && given.connect === undefined)
    throw wrong('the recorded server had a handler for CONNECT: give it')
  const recorded = {
    flush,
    flushBudgetMs,
    lingerMs,
    allowHalfOpen, // undefined in recordings of versions that didn't have it
    limits: { ...(limits as object), ...given.limits },
    timeouts: { ...(timeouts as object), ...given.timeouts },
  } as Partial<ServeOptions>
  const kept = Object.entries<unknown>({ ...given }).filter(
    ([name, value]) => value !== undefined && !WITHOUT_MEANING.includes(name) && !MERGED.includes(name),
  )
  return { ...recorded, ...(Object.fromEntries(kept) as unknown as ReplayOptions) }
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `replay: ${detail}`)
}
