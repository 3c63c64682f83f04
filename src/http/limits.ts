/** Bounds on what one client may ask for. Every one of them can be set; these are the defaults. */
export interface Limits {
  /** Bytes of a request target; more: 414. Default 8,192. */
  readonly targetBytes: number
  /** Bytes of a header section, line ends included; more: 431. Default 16,384. */
  readonly headerBytes: number
  /** Field lines of a header section; more: 431. Default 100. */
  readonly headerFields: number
  /** Bytes of a request body; more: 413. Default 1,048,576. */
  readonly bodyBytes: number
  /** Requests of one connection whose replies are not ready; then reading pauses. Default 256. */
  readonly inFlight: number
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  targetBytes: 8 * 1024,
  headerBytes: 16 * 1024,
  headerFields: 100,
  bodyBytes: 1024 * 1024,
  inFlight: 256,
})
