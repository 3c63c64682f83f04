import { describeStall, type StallReport } from '../reactor/stall-report.js'
import { StallWatchdog, type StallWatchdogOptions } from '../reactor/stall-watchdog.js'
import type { ObservedRequest } from '../reactor/instrument.js'
import type { Reactor } from '../reactor/reactor.js'
import type { Handler } from './handler.js'
import { refuseUnknown, wrong } from './option-checks.js'
import type { Pacer } from './pacer.js'

/** A stall, as a server tells of it. */
export interface ServerStallReport extends StallReport {
  /**
   * The request whose handler was running. Behind an `await`: the request that the innermost call has among its variables, or
   * as a property `request` of one; `null` when none of the calls has one.
   */
  readonly request: ObservedRequest | null
  /** Ready replies that waited behind that handler. */
  readonly repliesHeld: number
}

/** What `serve({ watchdog })` takes. */
export interface WatchdogOptions extends Pick<StallWatchdogOptions, 'limitMs' | 'reportsPerMinute'> {
  /** Receives the reports, once the loop is free again. Default: a process warning. */
  readonly onStall?: (report: ServerStallReport) => void
}

const NAMES: readonly string[] = [
  'limitMs',
  'onStall',
  'reportsPerMinute',
] satisfies (keyof WatchdogOptions)[]

/** Stalls of which the request is remembered until their report comes. */
const MOST_REMEMBERED = 64

interface Sighting {
  readonly request: ObservedRequest
  readonly repliesHeldBefore: number
}

/**
 * Adds to the watchdog's reports what only a server knows: which request was being handled. It wraps the handlers, so
 * that a server without a watchdog has nothing to pay; with one, a request costs two loads.
 */
export class StallWitness {
  readonly watchdog: StallWatchdog
  readonly #pacer: Pacer
  readonly #onStall: (report: ServerStallReport) => unknown
  readonly #sightings = new Map<number, Sighting>()

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(options: WatchdogOptions, reactor: Reactor, pacer: Pacer) {
    const { onStall = warnOfStall, ...rest } = checkShape(options)
    if (typeof onStall !== 'function') throw wrong('watchdog.onStall must be a function')
    this.#pacer = pacer
    this.#onStall = onStall
    this.watchdog = new StallWatchdog({
      ...rest,
      reactor,
      onStall: (report: StallReport, work?: unknown) => this.#tell(report, work),
    })
  }

  wrap(handler: Handler): Handler {
    const { watchdog } = this
    return (request, response) => {
      const before = watchdog.stalls
      try {
        return handler(request, response)
      } finally {
        const { stalls } = watchdog
        if (stalls !== before) this.#saw(stalls, request)
      }
    }
  }

  #saw(stall: number, { method, path }: ObservedRequest): void {
    if (this.#sightings.size === MOST_REMEMBERED) this.#sightings.clear() // of suppressed ones there are no reports
    this.#sightings.set(stall, { request: { method, path }, repliesHeldBefore: this.#pacer.repliesHeld })
  }

  /** The pacer has measured the handler since: the loop has gone on. */
  #tell(report: StallReport, work: unknown): unknown {
    const sighting = this.#sightings.get(report.stall)
    this.#sightings.delete(report.stall)
    return this.#onStall(
      Object.freeze({
        ...report,
        request: sighting?.request ?? (isRequest(work) ? work : null),
        repliesHeld: sighting === undefined ? 0 : this.#pacer.repliesHeld - sighting.repliesHeldBefore,
      }),
    )
  }
}

/** Other objects may say what they work for, too. */
function isRequest(work: unknown): work is ObservedRequest {
  const { method, path } = (work ?? {}) as Partial<Record<keyof ObservedRequest, unknown>>
  return typeof method === 'string' && typeof path === 'string'
}

function checkShape(options: WatchdogOptions): WatchdogOptions {
  if (typeof options !== 'object' || (options as unknown) === null) throw wrong('watchdog must be an object')
  refuseUnknown(options, NAMES, 'watchdog.')
  return options
}

function warnOfStall(report: ServerStallReport): void {
  const { request, repliesHeld } = report
  const detail =
    request === null
      ? ''
      : `, handling ${request.method} ${request.path}; ${repliesHeld} ready replies waited`
  process.emitWarning(describeStall(report, detail), 'CalandriaWarning')
}
