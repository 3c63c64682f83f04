import { onTestFinished, vi } from 'vitest'
import type { Segment, Transport, TransportListener } from '../../src/io/transport.js'
import { VirtualClock } from '../../src/reactor/clock.js'

/**
 * What things cost on the virtual clock, in milliseconds. Roughly what they cost on a machine of 2020; what matters is
 * that each has a price, so that who does too many of them in one go is found out.
 */
export const COSTS = {
  /** A reading of the clock. */
  reading: 0.00004,
  /** Taking a task from the queue and calling it; a timer is one. */
  task: 0.0002,
  /** What Node does for a socket that can be read, beside moving its bytes. */
  read: 0.003,
  /** A write, a half-close, a reset, a close. */
  systemCall: 0.01,
  /** What a half-close or a reset goes on costing in later phases of its round: its shutdown, its close. */
  ending: 0.02,
  /** A byte that is written to a socket, read from it, or copied: 5 GB/s. */
  byte: 0.0000002,
} as const

/** A virtual clock on which looking at the time takes time, as it does everywhere else. */
export class CostlyClock extends VirtualClock {
  #laterMs = 0

  override now(): number {
    this.advance(COSTS.reading)
    return super.now()
  }

  /** Something that is done now costs so much later in the same round. */
  chargeLater(ms: number): void {
    this.#laterMs += ms
  }

  /** The phases of a round that come behind the turn. */
  runLaterPhases(): void {
    this.advance(this.#laterMs)
    this.#laterMs = 0
  }

  /** What it shows, free of charge. */
  get shown(): number {
    return super.now()
  }
}

/** Copying costs: `set`, `copy` and `concat`. What is copied to be kept, by `Buffer.from`, costs nothing here. */
export function chargeForCopies(clock: CostlyClock): void {
  const { set } = Uint8Array.prototype as {
    set: (this: Uint8Array, source: ArrayLike<number>, at?: number) => void
  }
  const setSpy = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (
    this: Uint8Array,
    source: ArrayLike<number>,
    at?: number,
  ) {
    clock.advance(source.length * COSTS.byte)
    set.call(this, source, at)
  })
  const concat = Buffer.concat.bind(Buffer)
  const concatSpy = vi.spyOn(Buffer, 'concat').mockImplementation((pieces, length) => {
    clock.advance(pieces.reduce((sum, piece) => sum + piece.length, 0) * COSTS.byte)
    return concat(pieces, length)
  })
  const prototype = Buffer.prototype as {
    copy: (this: Buffer, target: Uint8Array, at?: number, from?: number, end?: number) => number
  }
  const { copy } = prototype
  const copySpy = vi.spyOn(prototype, 'copy').mockImplementation(function (
    this: Buffer,
    target: Uint8Array,
    at = 0,
    from = 0,
    end = this.length,
  ) {
    clock.advance((end - from) * COSTS.byte)
    return copy.call(this, target, at, from, end)
  })
  onTestFinished(() => {
    setSpy.mockRestore()
    copySpy.mockRestore()
    concatSpy.mockRestore()
  })
}

/** A transport whose system calls cost what they cost. */
export class CostlyTransport implements Transport {
  readonly #clock: CostlyClock
  readonly #below: Transport

  constructor(clock: CostlyClock, below: Transport) {
    this.#clock = clock
    this.#below = below
  }

  get remoteAddress(): string | null {
    return this.#below.remoteAddress
  }

  get bytesQueued(): number {
    return this.#below.bytesQueued
  }

  get bytesUnsent(): number {
    return this.#below.bytesUnsent
  }

  get isWritable(): boolean {
    return this.#below.isWritable
  }

  attach(listener: TransportListener): void {
    this.#below.attach({
      onBytes: (bytes, length) => {
        this.#clock.advance(COSTS.read + length * COSTS.byte)
        listener.onBytes(bytes, length)
      },
      onDrain: () => listener.onDrain(),
      onEnd: () => {
        this.#clock.advance(COSTS.read)
        listener.onEnd()
      },
      onClose: (error) => listener.onClose(error),
    })
  }

  write(data: Segment): boolean {
    this.#clock.advance(COSTS.systemCall + data.length * COSTS.byte)
    return this.#below.write(data)
  }

  writeAll(segments: readonly Segment[]): boolean {
    const bytes = segments.reduce((sum, segment) => sum + segment.length, 0)
    this.#clock.advance(COSTS.systemCall + bytes * COSTS.byte)
    return this.#below.writeAll(segments)
  }

  pause(): void {
    this.#below.pause()
  }

  resume(): void {
    this.#below.resume()
  }

  end(): void {
    this.#clock.advance(COSTS.systemCall)
    this.#clock.chargeLater(COSTS.ending)
    this.#below.end()
  }

  close(): void {
    this.#clock.advance(COSTS.systemCall)
    this.#below.close()
  }

  abort(): void {
    this.#clock.advance(COSTS.systemCall)
    this.#clock.chargeLater(COSTS.ending)
    this.#below.abort()
  }
}
