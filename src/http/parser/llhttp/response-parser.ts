import type { ErrorCode } from '../../../errors/catalogue.js'
import type { Headers } from '../../headers.js'
import type { Limits } from '../../limits.js'

/** The head of a response, as it came. */
export interface ResponseHead {
  /** 100 to 999. Below 200 it is informational (RFC 9110 §15.2): another head follows, and no end. */
  readonly status: number
  /** The reason phrase; often empty, and never meant for programs. One character a byte. */
  readonly reason: string
  /** 0 or 1 */
  readonly minorVersion: number
  readonly headers: Headers
}

/** What comes behind the body of a response. */
export interface ResponseEnd {
  /** The trailer section of a chunked response; `null` when it is empty. */
  readonly trailers: Headers | null
  /** Whether another response may follow on this connection (RFC 9112 §9.3). */
  readonly keepsAlive: boolean
  /** Where the response ended in the bytes being read: what follows belongs to the next one. 0 when it ended with the connection. */
  readonly at: number
}

/** Who is told what an {@link ResponseParser} reads, in this order: heads, body, end. */
export interface ResponseListener {
  responseHead(head: ResponseHead): void
  /** `bytes[start, end)` belong to the body. They are lent: copy what is to be kept. */
  responseBody(bytes: Uint8Array, start: number, end: number): void
  responseEnd(end: ResponseEnd): void
}

/** Bounds on what a server may send; those left out have the defaults of {@link Limits}. */
export type ResponseLimits = Partial<Pick<Limits, 'headerBytes' | 'headerFields'>>

/**
 * Reads the responses of one connection, in the order in which their requests were sent. Strict: what no request has
 * asked for is an error, be it a single line end; so is a `Transfer-Encoding` in HTTP/1.0.
 *
 * It throws nothing of its own: what is wrong stands in {@link error}.
 */
export interface ResponseParser extends Disposable {
  /** Why nothing more is read; `null` while all is well. Codes: `CAL_ERR_REPLY_…`. */
  readonly error: ErrorCode | null
  /** Behind the last head comes another protocol (101, or 2xx to CONNECT), from where {@link read} stopped. */
  readonly isUpgraded: boolean
  /** How many responses are still to come, the one being read included. */
  readonly awaited: number

  /** A request was sent: HEAD and CONNECT have responses of their own kind (RFC 9112 §6.3). */
  expect(method: string): void

  /**
   * Reads `bytes[from, limit)`, and tells the listener what stands there.
   * @returns where it stopped: `limit`, but earlier at an {@link error} or when {@link isUpgraded}
   */
  read(bytes: Uint8Array, from: number, limit: number): number

  /** The connection has ended: that ends a body without a length, and is an {@link error} in mid-response. */
  end(): void

  /** Gives llhttp's memory back. Nothing is read afterwards. */
  [Symbol.dispose](): void
}
