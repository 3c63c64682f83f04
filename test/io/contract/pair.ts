import type { IoCounters } from '../../../src/io/io-counters.js'
import type { Transport } from '../../../src/io/transport.js'
import type { Reactor } from '../../../src/reactor/reactor.js'
import { seededBytes } from '../../reactor/seed.js'
import { Recorder } from './recorder.js'

/** Bytes that may wait in a transport under test before it stops being writable. */
export const HIGH_WATER_MARK = 32 * 1024

/** What a suite needs to know of the transports that it is run against. */
export interface TransportKind {
  /** Why a reset that comes right behind bytes is seen as an end here; `undefined` where it is seen as what it is. */
  readonly resetLooksLikeEnd?: string | undefined
  /** Why the peer of an abort hears an end where nothing is on its way; `undefined` where it hears a reset. */
  readonly noReset?: string | undefined
  /** Makes a connection. `near` is the end under test; both listeners are attached when this resolves. */
  connect(near: Recorder, far: Recorder): Promise<Connected>
}

export interface Connected {
  readonly reactor: Reactor
  /** What the near transport counts. */
  readonly counters: IoCounters
  /** Where nobody turns the reactor: does all that there is to do. */
  readonly drive?: () => void
  /** Lets everything happen that is going to happen: for showing that something does not. */
  settle(): Promise<void>
  /** After both ends are closed. */
  dispose(): void
}

/** A connection under test. */
export class Pair {
  private constructor(
    readonly near: Recorder,
    readonly far: Recorder,
    readonly connected: Connected,
    readonly waiting: Set<() => void>,
  ) {}

  static async make(kind: TransportKind): Promise<Pair> {
    const waiting = new Set<() => void>()
    const changed = (): void => {
      for (const look of waiting) look()
    }
    const near = new Recorder('near', changed)
    const far = new Recorder('far', changed)
    return new Pair(near, far, await kind.connect(near, far), waiting)
  }

  /** Lets happen what can happen, until `condition` holds. It is asked again after every event. */
  async until(condition: () => boolean): Promise<void> {
    const { drive } = this.connected
    if (drive !== undefined) {
      drive()
      if (!condition()) throw new Error(`nothing is left to happen, and this did not: ${String(condition)}`)
      return
    }
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.waiting.delete(look)
        resolve()
      }
      this.waiting.add(look)
      look()
    })
  }

  settle(): Promise<void> {
    return this.connected.settle()
  }

  /** Runs `task` on the reactor, in a turn to come. */
  soon(task: () => void): void {
    this.connected.reactor.post(task)
  }

  async nearReceives(length: number): Promise<Buffer> {
    await this.until(() => this.near.bytesReceived >= length)
    return this.near.received
  }

  async bothClose(): Promise<void> {
    await this.until(() => this.near.isClosed && this.far.isClosed)
  }

  /** Closes what is still open, and tells which rules were broken from beginning to end. */
  async dispose(): Promise<string[]> {
    const { near, far } = this
    for (const end of [near, far]) {
      end.onBytesDo = end.onDrainDo = end.onEndDo = null
      end.resume() // who doesn't read doesn't see the other go
      if (!end.isClosed) end.abort()
    }
    await this.bothClose()
    await this.settle()
    this.connected.dispose()
    return [...near.violations, ...far.violations]
  }
}

/** Writes until the transport takes no more. @returns what was written */
export function fill(end: { write(data: Buffer): boolean; transport: Transport }, block: Buffer): Buffer {
  const written: Buffer[] = []
  for (let isWritable = true; isWritable; written.push(block)) {
    if (written.length * block.length > 256 * 1024 * 1024) throw new Error('the transport takes without end')
    isWritable = end.write(block)
  }
  return Buffer.concat(written)
}

/**
 * {@link fill}, until it stays full: the kernel takes some more after a while, so once full is not full for good.
 * @returns how many bytes were written
 */
export async function fillForGood(pair: Pair, block = seededBytes(48 * 1024)): Promise<number> {
  let written = 0
  do {
    if (pair.near.transport.isWritable) written += fill(pair.near, block).length
    await pair.settle()
  } while (pair.near.transport.isWritable)
  return written
}
