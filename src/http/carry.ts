import { RECEIVE_SLACK } from '../io/transport.js'

/**
 * The beginning of a head, kept until the rest of it comes. It grows by doubling and the parser goes on where it
 * stopped, so a head that comes byte by byte costs no more than its length.
 */
export class Carry {
  bytes: Buffer
  length = 0

  constructor(first: Uint8Array) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(first.length * 2, 512) + RECEIVE_SLACK)
    this.append(first)
  }

  append(more: Uint8Array): void {
    const needed = this.length + more.length
    if (needed + RECEIVE_SLACK > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(needed * 2 + RECEIVE_SLACK)
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(more, this.length)
    this.length = needed
  }
}
