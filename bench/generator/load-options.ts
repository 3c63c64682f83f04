import type { LoadProgress } from './load-progress.js'

/** One kind of request in a mix. */
export interface RequestPattern {
  /** Default `GET`; with a body `POST`. */
  readonly method?: string
  /** Path and query; default: those of the URL. */
  readonly path?: string
  /** In order, as they go on the wire. `Host` is added unless it is here; `Content-Length` with every body. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** A string is sent as UTF-8. */
  readonly body?: string | Uint8Array
  /** How often, relative to the others. Default 1. */
  readonly weight?: number
  readonly expect?: Expectation
}

/** What must be true of a response, besides being one. */
export interface Expectation {
  /** Default: 200 to 299. */
  readonly status?: number | readonly number[]
  /** Bytes of the body, without its chunked coding. Default: whatever comes. */
  readonly length?: number
  /** The body, byte for byte; a string stands for its UTF-8. Default: whatever comes. */
  readonly body?: string | Uint8Array
}

/** What `runLoad()` takes. Times in milliseconds. */
export interface LoadOptions {
  /** `http:` or `https:`; its path and query are the default of {@link requests}. */
  readonly url: string
  /** Connects to this Unix socket instead of the URL's host. */
  readonly socketPath?: string
  /** Default 10. */
  readonly connections?: number
  /** Requests in flight at once on a connection. Default 1. */
  readonly depth?: number
  /** The measured part. Default 10,000. */
  readonly durationMs?: number
  /** Load before it that isn't measured. Default 1,000. */
  readonly warmUpMs?: number
  /**
   * Connections are opened evenly over this time, and a rate rises evenly to its full height. Default 0: all
   * connections are there before the first request leaves.
   */
  readonly rampMs?: number
  /** How long a response may take from its request's departure. Default 10,000; at most 3,600,000. */
  readonly timeoutMs?: number
  /** Open loop: requests per second, on an absolute schedule. Default: closed loop, as fast as the server answers. */
  readonly rate?: number
  /** Open loop: requests that share one planned moment (and one write, where {@link depth} allows). Default 1. */
  readonly burst?: number
  /** A connection is closed after so many responses and another one opened. Default: never. */
  readonly requestsPerConnection?: number
  /** What is asked; several are mixed by weight, in an order drawn from {@link seed}. Default: one GET. */
  readonly requests?: readonly RequestPattern[]
  /** Default 1. */
  readonly processes?: number
  /** Pins the processes' main threads to these cores, in turn (with `taskset`). Default: not pinned. */
  readonly cores?: readonly number[]
  /** Connects from 127.0.0.1, 127.0.0.2 and so on, so many of them: each has 28,000 ports of its own. Default 1. */
  readonly sources?: number
  /**
   * Open loop: waits for the next planned moment in a busy loop when it is less than 2 ms away. Exact, and takes a whole
   * core. Default `true` when the machine has two cores or more.
   */
  readonly spin?: boolean
  readonly tls?: LoadTlsOptions
  /** Default 1. */
  readonly seed?: number
  /** Called about four times a second. */
  readonly onProgress?: (progress: LoadProgress) => void
  /** Ends the run early, with the results so far. */
  readonly signal?: AbortSignal
}

/** For `https:` URLs. */
export interface LoadTlsOptions {
  /** Authorities to trust instead of Node's, in PEM. */
  readonly ca?: string
  /** Trusts any certificate. Default `false`. */
  readonly insecure?: boolean
  /** Default: the URL's host. */
  readonly servername?: string
}
