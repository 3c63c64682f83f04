import { BLOCK_HEAD, type Op } from './format.js'
import { checksum } from './checksum.js'

/** Holds the largest read and what belongs to it; a larger event has a block of its own. */
const BLOCK_BYTES = 80 * 1024
/** What is kept free for the end mark, in a block of its own. */
const RESERVE = BLOCK_HEAD + 2

const NO_BLOCK = Buffer.alloc(0)

/** Who takes the blocks. */
export interface BlockTaker {
  /** A block has begun that {@link EventWriter.seal} should end soon. */
  blockBegun(): void
  take(block: Buffer): void
}

/** Writes events into blocks: an event is never cut. {@link begin} makes room, the other methods fill it. */
export class EventWriter {
  readonly #taker: BlockTaker
  /** Bytes that the blocks may still take in all. */
  #budget: number
  #block = NO_BLOCK
  #at = 0
  /** Where the block's room ends: at its end, or where the budget does. */
  #end = 0
  #sealed = 0

  /** @param budget bytes of all blocks together */
  constructor(taker: BlockTaker, budget: number) {
    this.#taker = taker
    this.#budget = budget
  }

  /** Bytes of all blocks, the one at hand included. */
  get bytes(): number {
    return this.#sealed + this.#at
  }

  /** @param size of the event at most. @returns whether there is room; if not, the recording is over */
  hasRoom(size: number): boolean {
    return this.#at + size <= this.#end || this.#beginBlock(size)
  }

  /** A byte alone: a reading of the clock. */
  byte(byte: number): void {
    this.#block[this.#at++] = byte
  }

  op(op: Op, connection: number): void {
    this.#block[this.#at++] = op
    this.uint(connection)
  }

  /** @param value a whole number from 0 up */
  uint(value: number): void {
    const block = this.#block
    while (value >= 0x80) {
      block[this.#at++] = (value % 0x80) | 0x80
      value = Math.floor(value / 0x80)
    }
    block[this.#at++] = value
  }

  u32(value: number): void {
    this.#at = this.#block.writeUInt32LE(value, this.#at)
  }

  f64(value: number): void {
    this.#at = this.#block.writeDoubleLE(value, this.#at)
  }

  /** Its length, and the bytes. */
  bytesOf(bytes: Uint8Array, length = bytes.length): void {
    this.uint(length)
    this.#block.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#at)
    this.#at += length
  }

  /** A string of one character a byte, or bytes, without a length. */
  piece(piece: string | Uint8Array): void {
    if (typeof piece === 'string') this.#at += this.#block.write(piece, this.#at, 'latin1')
    else {
      this.#block.set(piece, this.#at)
      this.#at += piece.length
    }
  }

  /** Hands the block at hand over, if there is anything in it. */
  seal(): void {
    const length = this.#at - BLOCK_HEAD
    if (length <= 0) return
    const block = this.#block.subarray(0, this.#at)
    block.writeUInt32LE(length, 0)
    block.writeUInt32LE(checksum(block.subarray(BLOCK_HEAD)), 4)
    this.#sealed += block.length
    this.#budget -= block.length
    this.#block = NO_BLOCK
    this.#at = this.#end = 0
    this.#taker.take(block)
  }

  /** The end mark: there is always room for it. */
  finish(op: Op, reason: number): void {
    this.seal()
    this.#budget += RESERVE
    if (!this.#beginBlock(2)) return
    this.op(op, reason)
    this.seal()
  }

  #beginBlock(size: number): boolean {
    this.seal()
    const room = this.#budget - RESERVE - BLOCK_HEAD
    if (size > room) return false
    this.#block = Buffer.allocUnsafeSlow(BLOCK_HEAD + Math.max(BLOCK_BYTES, size))
    this.#at = BLOCK_HEAD
    this.#end = Math.min(this.#block.length, BLOCK_HEAD + room)
    this.#taker.blockBegun()
    return true
  }
}
