import { CalandriaTypeError } from '../errors/calandria-error.js'
import { endOfRead, endOfTurn, type FlushPolicy, perResponse } from '../io/flush-policy.js'
import { chooseReadPath, type ReadPath } from '../io/read-path.js'
import { Reactor } from '../reactor/reactor.js'
import type { ErrorListener, Handler } from './handler.js'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Limits, type Timeouts } from './limits.js'
import type { ParserEngine } from './parser/parser-engine.js'
import { scannerEngine } from './parser/scanner-engine.js'

/** The flush policies that have a name; see `FlushPolicy`. */
export type FlushPolicyName = 'end-of-read' | 'per-response' | 'end-of-turn'

/** What `serve()` takes. */
export interface ServeOptions {
  /** Answers every request. A router's `handler` goes here too. */
  readonly handler: Handler
  /**
   * Answers CONNECT; `request.target` is `host:port`, and `response.upgrade()` gives the tunnel's near end. Default:
   * CONNECT is refused with 501.
   */
  readonly connect?: Handler
  /** 0 takes any free port; `server.address` tells which. */
  readonly port: number
  /** The name or address to listen on. Default `127.0.0.1`: nobody else can connect until you say so. */
  readonly host?: string
  /** Receives what handlers throw or reject with. Default: printed on standard error. */
  readonly onError?: ErrorListener
  /** When replies leave. Default `end-of-read`. */
  readonly flush?: FlushPolicyName | FlushPolicy
  /** How long a ready reply may wait behind handlers, in milliseconds. Default 1. */
  readonly flushBudgetMs?: number
  /** Bounds on what one client may ask for; those left out have their defaults. */
  readonly limits?: Partial<Limits>
  /** How long to wait for a client; those left out have their defaults. */
  readonly timeouts?: Partial<Timeouts>
  /** How long an ended connection waits for the client's end, in milliseconds. Default 5,000. */
  readonly lingerMs?: number
  /** Connections that the kernel holds until they are accepted. Default 4,096 (the system may allow fewer). */
  readonly backlog?: number
  /** Bytes queued for a client that doesn't read, from which on its requests wait. Default 65,536. */
  readonly highWaterMark?: number
  /** How sockets are read. Default: the environment's `CALANDRIA_READ_PATH`, else `auto`. */
  readonly readPath?: ReadPath
  /** What reads request heads: `'scanner'`, or the result of `llhttpEngine()`. Default `'scanner'`. */
  readonly parser?: 'scanner' | ParserEngine
  /** The reactor to run on. Default: one of the server's own. */
  readonly reactor?: Reactor
}

/** {@link ServeOptions}, checked, with nothing left open. */
export interface CheckedOptions {
  readonly handler: Handler
  readonly connect: Handler | null
  readonly port: number
  readonly host: string
  readonly onError: ErrorListener
  readonly policy: FlushPolicy
  readonly flushBudgetMs: number
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly lingerMs: number
  readonly backlog: number
  readonly highWaterMark: number
  readonly readPath: ReadPath
  readonly parser: ParserEngine
  readonly reactor: Reactor
}

const NAMES: readonly string[] = [
  'handler',
  'connect',
  'port',
  'host',
  'onError',
  'flush',
  'flushBudgetMs',
  'limits',
  'timeouts',
  'lingerMs',
  'backlog',
  'highWaterMark',
  'readPath',
  'parser',
  'reactor',
] satisfies (keyof ServeOptions)[]

/**
 * Checks what a user has given, all of it, once.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 */
export function checkOptions(options: ServeOptions): CheckedOptions {
  if (typeof options !== 'object' || (options as unknown) === null) throw wrong('options must be an object')
  refuseUnknown(options, NAMES, '')
  const flushBudgetMs = milliseconds('flushBudgetMs', options.flushBudgetMs, 1)
  return {
    handler: aFunction('handler', options.handler),
    connect: options.connect === undefined ? null : aFunction('connect', options.connect),
    port: wholeNumber('port', options.port, 0, 65_535),
    host: text('host', options.host, '127.0.0.1'),
    onError: aFunction('onError', options.onError ?? printError),
    policy: flushPolicy(options.flush ?? 'end-of-read', flushBudgetMs),
    flushBudgetMs,
    limits: checkLimits(options.limits ?? {}),
    timeouts: checkTimeouts(options.timeouts ?? {}),
    lingerMs: milliseconds('lingerMs', options.lingerMs, 5000),
    backlog: wholeNumber('backlog', options.backlog ?? 4096, 1, 0x7fff_ffff),
    highWaterMark: wholeNumber(
      'highWaterMark',
      options.highWaterMark ?? 64 * 1024,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    readPath: chooseReadPath(options.readPath),
    parser: parserEngine(options.parser),
    reactor: aReactor(options.reactor),
  }
}

/** May be zero; the others are at least 1. */
const MAY_BE_ZERO: readonly string[] = ['bodyBytes', 'chunkExtensionBytes', 'trailerBytes', 'discardBytes']

function checkLimits(given: Partial<Limits>): Limits {
  return checkNumbers('limits', given, DEFAULT_LIMITS, (name, value) => {
    const least = MAY_BE_ZERO.includes(name) ? 0 : 1
    const mayBeEndless = DEFAULT_LIMITS[name as keyof Limits] === Infinity && value === Infinity
    return mayBeEndless ? Infinity : wholeNumber(`limits.${name}`, value, least, Number.MAX_SAFE_INTEGER)
  })
}

function checkTimeouts(given: Partial<Timeouts>): Timeouts {
  return checkNumbers('timeouts', given, DEFAULT_TIMEOUTS, (name, value) => {
    if (typeof value === 'number' && value >= (name === 'bodyBytesPerSecond' ? 0 : 1)) return value
    throw wrong(`timeouts.${name} must be a number, at least 1; Infinity waits for ever`)
  })
}

/** Every one that was given, checked; for the others the defaults. */
function checkNumbers<T extends object>(
  option: string,
  given: unknown,
  defaults: T,
  check: (name: string, value: unknown) => number,
): T {
  if (typeof given !== 'object' || given === null) throw wrong(`${option} must be an object`)
  refuseUnknown(given, Object.keys(defaults), `${option}.`)
  const checked: Record<string, number> = { ...(defaults as Record<string, number>) }
  for (const [name, value] of Object.entries<unknown>(given as Record<string, unknown>)) {
    if (value !== undefined) checked[name] = check(name, value)
  }
  return Object.freeze(checked) as unknown as T
}

function flushPolicy(flush: unknown, budgetMs: number): FlushPolicy {
  switch (flush) {
    case 'end-of-read':
      return endOfRead(budgetMs)
    case 'per-response':
      return perResponse()
    case 'end-of-turn':
      return endOfTurn(budgetMs)
  }
  const policy = flush as Partial<FlushPolicy> | null
  if (typeof policy === 'object' && typeof policy?.leavesBefore === 'function') return policy as FlushPolicy
  throw wrong('flush must be end-of-read, per-response, end-of-turn or a FlushPolicy')
}

function parserEngine(parser: unknown): ParserEngine {
  if (parser === undefined || parser === 'scanner') return scannerEngine
  const engine = parser as ParserEngine | null
  if (typeof engine === 'object' && typeof engine?.requestParsers === 'function') return engine
  throw wrong('parser must be scanner, or what llhttpEngine() resolves to')
}

function refuseUnknown(given: object, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) throw wrong(`there is no option ${prefix}${unknown}`)
}

function aFunction<F>(name: string, value: F): F {
  if (typeof value !== 'function') throw wrong(`${name} must be a function`)
  return value
}

function aReactor(value: unknown): Reactor {
  if (value === undefined) return new Reactor()
  if (!(value instanceof Reactor)) throw wrong('reactor must be a Reactor')
  return value
}

function wholeNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw wrong(`${name} must be a whole number from ${least} to ${most}`)
}

function milliseconds(name: string, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value
  throw wrong(`${name} must be a number of milliseconds`)
}

function text(name: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault
  if (typeof value === 'string' && value !== '') return value
  throw wrong(`${name} must be a string that is not empty`)
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}

/** An error must not vanish because nobody has said where it should go. */
const printError: ErrorListener = (error, request) => {
  // eslint-disable-next-line no-console
  console.error(`calandria: the handler of ${request.method} ${request.path} failed:`, error)
}
