/** Bounds on what one client may ask for. Every one of them can be set; these are the defaults. */
export interface Limits {
  /** Bytes of a request target; more: 414. Default 8,192. */
  readonly targetBytes: number
  /** Bytes of a header section, line ends included; more: 431. Default 16,384. */
  readonly headerBytes: number
  /** Field lines of a header section, and of a trailer section; more: 431. Default 100. */
  readonly headerFields: number
  /** Bytes of a request body; more: 413. Default 1,048,576. */
  readonly bodyBytes: number
  /** Bytes of all chunk extensions of a body together; more: 413. Default 4,096. */
  readonly chunkExtensionBytes: number
  /** Bytes of a trailer section; more: 431. Default 8,192. */
  readonly trailerBytes: number
  /**
   * Bytes of a body that nobody has read which are read and discarded, so that the connection can go on; where more
   * are on their way, it closes. Default 262,144.
   */
  readonly discardBytes: number
  /** Requests of one connection whose replies are not ready; then reading pauses. Default 256. */
  readonly inFlight: number
  /** Requests that one connection may make; the reply to the last announces the close. Default `Infinity`. */
  readonly requestsPerConnection: number
  /** Connections at a time; further ones are reset as they come. Default `Infinity`. */
  readonly connections: number
  /**
   * Connections at a time from one address; further ones are reset as they come. Default `Infinity`: behind a proxy
   * all clients have one address.
   */
  readonly connectionsPerAddress: number
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  targetBytes: 8 * 1024,
  headerBytes: 16 * 1024,
  headerFields: 100,
  bodyBytes: 1024 * 1024,
  chunkExtensionBytes: 4 * 1024,
  trailerBytes: 8 * 1024,
  discardBytes: 256 * 1024,
  inFlight: 256,
  requestsPerConnection: Infinity,
  connections: Infinity,
  connectionsPerAddress: Infinity,
})

/** How long the server waits for a client, in milliseconds. `Infinity` waits for ever. */
export interface Timeouts {
  /** From the connection's beginning to its first byte; then it closes. Default 30,000. */
  readonly firstByteMs: number
  /** From a head's first byte to its last; then 408. Default 15,000. */
  readonly headMs: number
  /**
   * While a body is read, every so many milliseconds {@link bodyBytesPerSecond} must have come; else 408. Time in
   * which the handler doesn't read doesn't count. Default 10,000.
   */
  readonly bodyMs: number
  /** The least rate of a body, in bytes per second; see {@link bodyMs}. Default 500. */
  readonly bodyBytesPerSecond: number
  /** From a head's end to its body's, all in all; then 408. Default 300,000. */
  readonly requestMs: number
  /** For the rest of a body that nobody has read; then the connection closes. Default 5,000. */
  readonly discardMs: number
  /** Between a reply and the next request; then the connection closes. Default 75,000. */
  readonly idleMs: number
  /** A client that reads nothing of what is queued for it for so long is reset. Default 30,000. */
  readonly writeMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = Object.freeze({
  firstByteMs: 30_000,
  headMs: 15_000,
  bodyMs: 10_000,
  bodyBytesPerSecond: 500,
  requestMs: 300_000,
  discardMs: 5_000,
  idleMs: 75_000,
  writeMs: 30_000,
})
