import { RECEIVE_SLACK } from '../io/transport.js'

/** Bytes that were read but could not be dispatched yet; reading pauses until they are. */
export class Backlog {
  readonly bytes: Buffer
  /** Where what is left begins. */
  from = 0
  readonly limit: number

  /** @param lent copied */
  constructor(lent: Uint8Array) {
    this.bytes = Buffer.allocUnsafeSlow(lent.length + RECEIVE_SLACK)
    this.bytes.set(lent)
    this.limit = lent.length
  }

  /** What is left, as bytes of their own. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(this.from, this.limit))
  }
}
