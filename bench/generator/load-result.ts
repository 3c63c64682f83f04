/** The shape's number. It grows when a reader of old results would misread new ones. */
export const LOAD_RESULT_VERSION = 1

/**
 * What one run of load has found: plain data, as it goes into a file (`JSON.stringify` and back changes nothing).
 *
 * The *window* is the measured part of a run, behind ramp and warm-up. A request belongs to the window when its planned
 * time does; it is followed until its outcome is known, also behind the window's end. So
 * `counts.planned = counts.answered + counts.failed`, always.
 */
export interface LoadResult {
  readonly version: typeof LOAD_RESULT_VERSION
  readonly generator: { readonly name: 'calandria-bench'; readonly version: string; readonly node: string }
  /** ISO 8601. */
  readonly startedAt: string
  readonly settings: LoadSettings
  readonly validity: Validity
  /** The run was ended early (Ctrl-C, `signal`): the numbers are those of the part that was. */
  readonly interrupted: boolean
  /** How long the window was, in seconds. */
  readonly seconds: number
  readonly counts: RequestCounts
  /** Good responses that arrived within the window, whenever their requests were planned, per second. */
  readonly responsesPerSecond: number
  readonly errors: ErrorCounts
  readonly latency: {
    /** From the moment at which a request was to be sent: what a user waits, whoever is to blame. */
    readonly fromPlan: LatencySummary
    /** From the moment at which it was sent. Hides what a stalled server does to those who come meanwhile. */
    readonly fromSend: LatencySummary
  }
  readonly depth: DepthReached
  /** `null` in a closed loop. */
  readonly schedule: ScheduleKept | null
  readonly connections: ConnectionCounts
  /** Of all transports, from the window's beginning to its end. */
  readonly io: {
    readonly reads: number
    readonly writes: number
    readonly bytesRead: number
    readonly bytesWritten: number
  }
  /** Responses compared with one that the parser had read before, byte for byte; the others the parser read itself. */
  readonly verification: { readonly byComparison: number; readonly byParser: number }
  readonly processes: readonly ProcessReport[]
  /** One element a second of the window. */
  readonly timeline: readonly TimelineSecond[]
}

/** The options of the run with nothing left open, as far as they are data. Times in milliseconds. */
export interface LoadSettings {
  readonly url: string
  /** A Unix socket that was asked instead of the URL's host; `null`: none. */
  readonly socketPath: string | null
  readonly connections: number
  /** Requests in flight at once on a connection, at most. */
  readonly depth: number
  readonly durationMs: number
  readonly warmUpMs: number
  readonly rampMs: number
  readonly timeoutMs: number
  /** Requests per second, of all processes together; `null`: a closed loop. */
  readonly rate: number | null
  /** Requests that share one planned moment. */
  readonly burst: number
  /** Requests after which a connection is closed and another one opened; `null`: never. */
  readonly requestsPerConnection: number | null
  readonly processes: number
  /** Processor cores, one a process; `null`: the scheduler's choice. */
  readonly cores: readonly number[] | null
  /** Local addresses that connections start from; 1 leaves the choice to the kernel. */
  readonly sources: number
  /** Whether the generator waits for planned moments in a busy loop, exact to microseconds. */
  readonly spin: boolean
  readonly seed: number
  /** The mix, by its shape: bodies and expected bodies appear as their lengths. */
  readonly requests: readonly RequestSetting[]
}

export interface RequestSetting {
  readonly method: string
  readonly target: string
  readonly headBytes: number
  readonly bodyBytes: number
  readonly weight: number
}

/** Why a run's numbers are those of the generator and not of the server. */
export type InvalidityCode =
  /** A process had no time left on its core. */
  | 'GENERATOR_CPU'
  /** A generator's loop was held, for long compared with the latencies it measured. */
  | 'GENERATOR_LAG'
  /** The generator itself sent too many requests too late. */
  | 'GENERATOR_LATE'
  /** A generator process ended before its result was there. */
  | 'GENERATOR_LOST'
  /** Nothing was answered, so there is nothing to look at. */
  | 'NO_RESPONSES'
  /** Known delays were not reproduced on this machine: see `calibrate()`. */
  | 'NOT_CALIBRATED'

export interface Invalidity {
  readonly code: InvalidityCode
  /** For people, with the numbers. */
  readonly message: string
}

export interface Validity {
  readonly valid: boolean
  /** Empty when valid. */
  readonly reasons: readonly Invalidity[]
}

/** Requests of the window. */
export interface RequestCounts {
  readonly planned: number
  /** Those that left; the others were still waiting for a connection when the run was over. */
  readonly sent: number
  /** Answered, and everything about the answer was as expected. */
  readonly answered: number
  /** All others; {@link ErrorCounts.requests} tells why. */
  readonly failed: number
}

/** What can become of a request, other than a good answer. */
export const REQUEST_ERRORS = [
  /** Another status than expected. */
  'status',
  /** Another length of the body than expected. */
  'length',
  /** Another body than expected. */
  'body',
  /** The answer is the one to another request in flight on this connection. */
  'order',
  /** The bytes are no HTTP response. */
  'malformed',
  /** The connection ended in mid-response. */
  'cut-short',
  /** No answer came in time; requests behind it on the same connection are `closed`. */
  'timeout',
  /** The connection was reset. */
  'reset',
  /** The connection was closed before the answer came. */
  'closed',
  /** It was never sent: no connection was free until the run was given up. */
  'unsent',
  /** It was in flight when the run was given up: ended early, or a time-out behind its window. */
  'unanswered',
] as const
export type RequestError = (typeof REQUEST_ERRORS)[number]

/** What can become of a connection, apart from the requests on it. */
export const CONNECTION_ERRORS = [
  /** It could not be opened. */
  'connect',
  /** It was reset. */
  'reset',
  /** The server said more than it was asked for. */
  'unexpected',
] as const
export type ConnectionError = (typeof CONNECTION_ERRORS)[number]

export interface ErrorCounts {
  /** Requests of the window; every tag is there, most of them 0. */
  readonly requests: Readonly<Record<RequestError, number>>
  /** Connections of the whole run. */
  readonly connections: Readonly<Record<ConnectionError, number>>
  /** The first few, for people. */
  readonly examples: readonly ErrorExample[]
}

export interface ErrorExample {
  readonly tag: RequestError | ConnectionError
  /** Seconds since the window's beginning; negative before it. */
  readonly at: number
  readonly message: string
}

/** Milliseconds, exact to 0.1 % or a microsecond. What was waited for in vain counts as long as it was waited for. */
export interface LatencySummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p75: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly p9999: number
  readonly max: number
  /** All of it, in microseconds: HdrHistogram's V2 format, compressed, in base64. Every HdrHistogram library reads it. */
  readonly hdr: string
}

/** How deep the pipelines really were. */
export interface DepthReached {
  readonly asked: number
  /** Requests in flight on a connection right after one was sent on it, itself included: mean over the requests. */
  readonly mean: number
  readonly max: number
  readonly requestsPerWrite: number
  readonly responsesPerRead: number
}

/** How well an open loop kept its schedule. */
export interface ScheduleKept {
  /** Sent more than a millisecond behind plan, because the generator was busy or its timer came late. */
  readonly lateByGenerator: number
  /** Sent late because every connection had its full depth in flight: the server's doing. */
  readonly lateByServer: number
  /** How late the generator itself was, in milliseconds. */
  readonly generatorLateness: LatencySummary
}

export interface ConnectionCounts {
  readonly asked: number
  /** Open at the window's end. */
  readonly open: number
  /** Opened in the whole run. */
  readonly opened: number
  /** Closed by the server while nothing was in flight, and opened again. */
  readonly closedByServer: number
}

/** What one generator process used in the window. */
export interface ProcessReport {
  readonly pid: number
  readonly core: number | null
  readonly connections: number
  readonly userMs: number
  readonly kernelMs: number
  /** Share of the window in which it had work, 0 to 1. In a closed loop its CPU time; a busy loop's idle rounds don't count. */
  readonly busy: number
  /** How late its loop came to a task that was due every 10 ms, in milliseconds. */
  readonly lag: LatencySummary
  readonly residentBytes: number
}

export interface TimelineSecond {
  /** Good responses that arrived in this second. */
  readonly responses: number
  /** Requests that failed in this second. */
  readonly errors: number
  /** Of what was answered in this second, from plan, in milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}
