import { endOfRead, endOfTurn, type FlushPolicy, perResponse } from '../io/flush-policy.js'
import type { RecordSettings } from '../io/recording/recording-log.js'
import { Reactor } from '../reactor/reactor.js'
import type { ErrorListener, Handler } from './handler.js'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Limits, type Timeouts } from './limits.js'
import {
  type CheckedListenOptions,
  checkListenOptions,
  LISTEN_NAMES,
  type ListenOptions,
} from './listen-options.js'
import { aBoolean, aFunction, milliseconds, refuseUnknown, wholeNumber, wrong } from './option-checks.js'
import type { ParserEngine } from './parser/parser-engine.js'
import { scannerEngine } from './parser/scanner-engine.js'
import { checkRecord, type RecordOptions } from './record-options.js'
import type { WatchdogOptions } from './stall-witness.js'

/** The flush policies that have a name; see `FlushPolicy`. */
export type FlushPolicyName = 'end-of-read' | 'per-response' | 'end-of-turn'

/** What `serve()` takes. */
export interface ServeOptions extends ListenOptions {
  /** Answers every request. A router's `handler` goes here too. */
  readonly handler: Handler
  /**
   * Answers CONNECT; `request.target` is `host:port`, and `response.upgrade()` gives the tunnel's near end. Default:
   * CONNECT is refused with 501.
   */
  readonly connect?: Handler
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
  /**
   * Whether a client that has ended its side still gets the replies that it has asked for (RFC 9112 §9.6). With `false` its
   * end is its leaving: what is still owed is aborted, with `CAL_ERR_CLIENT_GONE`. One that closes and one that half-closes
   * send the same FIN. Default `true`.
   */
  readonly allowHalfOpen?: boolean
  readonly parser?: 'scanner' | ParserEngine
  /** The reactor to run on. Default: one of the server's own. */
  readonly reactor?: Reactor
  /** Watches for handlers that block the loop, and names them. Default: nobody watches. */
  readonly watchdog?: WatchdogOptions
  /** Records all that reaches the server, and what it answers, in a file that `replay()` plays back. Default: nothing. */
  readonly record?: RecordOptions
}

/** {@link ServeOptions}, checked, with nothing left open. */
export interface CheckedOptions extends CheckedListenOptions {
  readonly handler: Handler
  readonly connect: Handler | null
  readonly onError: ErrorListener
  readonly policy: FlushPolicy
  readonly flushBudgetMs: number
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly lingerMs: number
  readonly allowHalfOpen: boolean
  readonly parser: ParserEngine
  readonly reactor: Reactor
  readonly watchdog: WatchdogOptions | null
  readonly record: RecordSettings | null
}

const NAMES: readonly string[] = [
  ...LISTEN_NAMES,
  'handler',
  'connect',
  'onError',
  'flush',
  'flushBudgetMs',
  'limits',
  'timeouts',
  'lingerMs',
  'allowHalfOpen',
  'parser',
  'reactor',
  'watchdog',
  'record',
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
    ...checkListenOptions(options),
    handler: aFunction('handler', options.handler),
    connect: options.connect === undefined ? null : aFunction('connect', options.connect),
    onError: aFunction('onError', options.onError ?? printError),
    policy: flushPolicy(options.flush ?? 'end-of-read', flushBudgetMs),
    flushBudgetMs,
    limits: checkLimits(options.limits ?? {}),
    timeouts: checkTimeouts(options.timeouts ?? {}),
    lingerMs: milliseconds('lingerMs', options.lingerMs, 5000),
    allowHalfOpen: aBoolean('allowHalfOpen', options.allowHalfOpen, true),
    parser: parserEngine(options.parser),
    reactor: aReactor(options.reactor),
    watchdog: options.watchdog ?? null,
    record: options.record === undefined ? null : checkRecord(options.record),
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
    if (name === 'bodyBytesPerSecond') {
      if (typeof value === 'number' && value >= 0 && value < Infinity) return value
      throw wrong('timeouts.bodyBytesPerSecond must be a number from 0 up')
    }
    if (typeof value === 'number' && value >= 1) return value
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

function aReactor(value: unknown): Reactor {
  if (value === undefined) return new Reactor()
  if (!(value instanceof Reactor)) throw wrong('reactor must be a Reactor')
  return value
}

/** An error must not vanish because nobody has said where it should go. */
const printError: ErrorListener = (error, request) => {
  // eslint-disable-next-line no-console
  console.error(`calandria: the handler of ${request.method} ${request.path} failed:`, error)
}
