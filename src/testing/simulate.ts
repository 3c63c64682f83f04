import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { CalandriaError } from '../errors/calandria-error.js'
import type { ErrorCode } from '../errors/catalogue.js'
import { aFunction, refuseUnknown, text, wholeNumber, wrong } from '../http/option-checks.js'
import type { LinkOptions } from '../io/simulated-link.js'
import { DEFAULT_TIME_SLICE_MS } from '../reactor/reactor-options.js'
import { type LoopEnd, type LoopState, loopVirtually } from '../reactor/virtual-loop.js'
import { World } from './world.js'

/** What {@link simulate} takes. */
export interface SimulateOptions {
  /** Where all chance comes from: a whole number from 0 to 4,294,967,295. The same seed gives the same run. */
  readonly seed: number
  /** How links are that are not told otherwise. Default: perfect. */
  readonly link?: LinkOptions
  /** Where to write the trace of a failure. Default: into a new folder under `os.tmpdir()`; `null`: nowhere. */
  readonly traceFile?: string | null
  /** Events that the trace keeps at least: the last ones. Default 10,000. */
  readonly traceEvents?: number
  /** Receives the trace, whether the simulation fails or not. */
  readonly onTrace?: (trace: string) => void
  /** How long one turn may run tasks, in virtual milliseconds. Default: that of a reactor, 0.25. */
  readonly timeSliceMs?: number
  /** Virtual milliseconds after which it counts as endless. Default 86,400,000: a day. */
  readonly maxMs?: number
  /** Turns after which it counts as endless. Default 10,000,000. */
  readonly maxTurns?: number
}

type Checked = Required<Omit<SimulateOptions, 'traceFile'>> & {
  readonly traceFile: string | null | undefined
}

/**
 * Runs `body` in a world of its own: servers, clients and a network in memory, with virtual time. An hour passes in no
 * time, and the same seed gives the same run, to the byte.
 *
 * ```ts
 * await simulate({ seed: 1, link: { latencyMs: 20 } }, async (world) => {
 *   world.serve({ handler: (request, response) => response.send('Hello') })
 *   const reply = await world.connect().request()
 *   assert.equal(reply.body.toString(), 'Hello')
 * })
 * ```
 *
 * When the body is through, clients are aborted and servers closed; nothing may be left then. Only virtual time is
 * waited for: real timers, sockets and files belong to another world.
 *
 * @returns what the body returns
 * @throws CalandriaError (rejects) with the seed, the trace's file and the cause in its message:
 *   `CAL_ERR_SIMULATION_FAILED` when the body, a handler or a task throws, or a client reads what is no HTTP;
 *   `CAL_ERR_SIMULATION_HUNG` when nothing is left to happen and the body waits;
 *   `CAL_ERR_SIMULATION_ENDLESS` after `maxMs` or `maxTurns`; `CAL_ERR_SIMULATION_LEFTOVERS` when connections, timers or
 *   tasks are left
 * @throws CalandriaTypeError (rejects) `CAL_ERR_OPTION`
 */
export async function simulate<T>(
  options: SimulateOptions,
  body: (world: World) => T | PromiseLike<T>,
): Promise<T> {
  const checked = checkOptions(options)
  aFunction('the body', body)
  const world = new World(checked)
  const result = await run(world, body, checked).catch(async (error: unknown) => {
    throw await explain(error, world, checked)
  })
  checked.onTrace(traceOf(world))
  return result
}

/** Why a simulation has ended without its body's doing. */
class Stop extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail: string) {
    super(detail)
    this.code = code
  }
}

async function run<T>(world: World, body: (world: World) => T | PromiseLike<T>, limits: Checked): Promise<T> {
  let outcome: { readonly value: T } | null = null
  const running = Promise.resolve().then(() => body(world))
  running.then(
    (value) => (outcome = { value }),
    (error: unknown) => world.fail(error),
  )
  const end = await loop(world, limits, () => outcome !== null || world.failure !== null)
  if (world.failure !== null) throw world.failure.error as Error
  if (end === 'idle') {
    const unsettled = world.clients.filter(({ awaited }) => awaited > 0).length
    throw new Stop(
      'CAL_ERR_SIMULATION_HUNG',
      `no task, timer or packet is left, and the body still waits (${unsettled} clients wait for replies)`,
    )
  }
  await finish(world, limits)
  return (outcome as unknown as { readonly value: T }).value
}

/** Ends everything, and looks whether something stays. */
async function finish(world: World, limits: Checked): Promise<void> {
  world.note('the body is through: clients are aborted, servers closed')
  let closing = world.servers.length
  for (const client of world.clients) client.abort()
  world.network.heal()
  for (const server of world.servers) {
    server.close({ drainMs: 0 }).then(
      () => closing--,
      (error: unknown) => world.fail(error),
    )
  }
  const { network, reactor } = world
  const isQuiet = (): boolean => closing === 0 && network.packetsUnderWay === 0 && !reactor.hasWork
  const maxMs = world.now + limits.maxMs // the body may have used up all it had
  await loop(world, { ...limits, maxMs }, () => world.failure !== null || isQuiet())
  if (world.failure !== null) throw world.failure.error as Error
  const leftovers = world.leftovers()
  if (leftovers.length > 0) throw new Stop('CAL_ERR_SIMULATION_LEFTOVERS', leftovers.join(', '))
}

async function loop(world: World, { maxMs, maxTurns }: Checked, isOver: () => boolean): Promise<LoopEnd> {
  const look = (): LoopState => (isOver() ? 'over' : world.look() ? 'woken' : 'waiting')
  const end = await loopVirtually(world.reactor, world.clock, look, { maxTurns, until: maxMs })
  if (end !== 'endless') return end
  throw new Stop('CAL_ERR_SIMULATION_ENDLESS', `${maxMs} ms or ${maxTurns} turns were not enough`)
}

async function explain(
  error: unknown,
  world: World,
  { traceFile, onTrace }: Checked,
): Promise<CalandriaError> {
  const message = textOf(error)
  const code = error instanceof Stop ? error.code : 'CAL_ERR_SIMULATION_FAILED'
  world.log.note(world.now, 'simulation', `${code}: ${message.replaceAll('\n', ' ')}`)
  const where = traceFile === null ? '' : `, trace ${await writeTrace(world, traceFile)}`
  const told = tellOfTrace(world, onTrace)
  const detail = `seed ${world.seed}, at ${world.now.toFixed(3)} ms${where}${told}: ${message}`
  return new CalandriaError(code, detail, error instanceof Stop ? {} : { cause: error })
}

/** Of whatever was thrown: not everything can be made a string. */
function textOf(thrown: unknown): string {
  const text: unknown = thrown instanceof Error ? thrown.message : thrown
  return typeof text === 'string' ? text : inspect(thrown)
}

/** @returns what to say when the listener throws: that must not hide what has failed */
function tellOfTrace(world: World, onTrace: (trace: string) => void): string {
  try {
    onTrace(traceOf(world))
    return ''
  } catch (error) {
    return `, onTrace threw (${textOf(error)})`
  }
}

function traceOf(world: World): string {
  return `# a simulation of Calandria, seed ${world.seed}\n# milliseconds, who, what\n${world.log.text}`
}

/** @returns where it is, or why it isn't: that must not hide what has failed */
async function writeTrace(world: World, given: string | undefined): Promise<string> {
  try {
    const file = given ?? join(await mkdtemp(join(tmpdir(), 'calandria-')), `simulation-${world.seed}.log`)
    await writeFile(file, traceOf(world))
    return file
  } catch (error) {
    return `could not be written (${(error as Error).message})`
  }
}

const NAMES: readonly string[] = [
  'seed',
  'link',
  'traceFile',
  'traceEvents',
  'onTrace',
  'timeSliceMs',
  'maxMs',
  'maxTurns',
] satisfies (keyof SimulateOptions)[]

function checkOptions(options: SimulateOptions): Checked {
  if (typeof options !== 'object' || (options as unknown) === null) throw wrong('options must be an object')
  refuseUnknown(options, NAMES, '')
  const { traceFile, maxMs = 86_400_000, maxTurns = 10_000_000 } = options
  if (!(maxMs > 0)) throw wrong('maxMs must be above 0')
  if (!(maxTurns > 0)) throw wrong('maxTurns must be above 0')
  return {
    seed: options.seed,
    link: options.link ?? {},
    traceFile: traceFile === null || traceFile === undefined ? traceFile : text('traceFile', traceFile),
    traceEvents: wholeNumber('traceEvents', options.traceEvents ?? 10_000, 1, 10_000_000),
    onTrace: aFunction('onTrace', options.onTrace ?? (() => undefined)),
    timeSliceMs: options.timeSliceMs ?? DEFAULT_TIME_SLICE_MS,
    maxMs,
    maxTurns,
  }
}
